"""Run the programs of one package in a process of its own; prints what came, in JSON.

    python -m parity.peers.alone optax

The programs come first, each in names of its own, so that nothing but the package and
its library is there; then mpmath and funloss answer the same questions.
"""

import contextlib
import importlib.metadata
import io
import json
import sys
import warnings
from typing import Any

import mpmath

import funloss
from parity.packages.loading import prepare
from parity.packages.pins import pins
from parity.peers.record import Defect, peer

__all__ = ["answers"]


def answers(package: str) -> dict[str, Any]:
    """Return the version, and for each defect what came, what is right, and ours."""
    own = peer(package)
    _prepare(own.package, own.module)
    ran = [_program(defect) for defect in own.defects]
    found = [
        {"came": came, "right": _right(defect), "ours": _ours(defect, names)}
        for defect, (came, names) in zip(own.defects, ran, strict=True)
    ]
    # Without what tells builds for a CPU from others.
    version = importlib.metadata.version(own.package).partition("+")[0]
    return {"version": version, "defects": found}


def _prepare(package: str, module: str) -> None:
    """Let a pinned package be imported without what its losses do not use."""
    if package in pins():
        prepare(module)


def _program(defect: Defect) -> tuple[str, dict[str, Any]]:
    """Return what a program prints, or the error that ends it, and its names."""
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(defect.program, defect.call, "exec"), names)
        except Exception as error:
            first, *_ = str(error).splitlines() or [""]
            return f"{type(error).__name__}: {first}", names
    return printed.getvalue().strip(), names


def _right(defect: Defect) -> list[float]:
    names = {name: getattr(mpmath, name) for name in dir(mpmath)}
    *lines, last = defect.right.strip().split("\n")
    with mpmath.workdps(50):
        exec("\n".join(lines), names)
        return _numbers(eval(last, names))


def _ours(defect: Defect, names: dict[str, Any]) -> list[float]:
    names["fl"] = funloss
    return _numbers(eval(defect.ours.strip(), names))


def _numbers(value: Any) -> list[float]:
    """Return the numbers of an array, a list or a number."""
    if hasattr(value, "detach"):
        value = value.detach()
    if hasattr(value, "reshape"):
        value = list(value.reshape(-1))
    return [float(x) for x in (value if isinstance(value, list) else [value])]


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.stdout.write(json.dumps(answers(sys.argv[1])))
