"""Run every test in a fresh environment, with a Python and dependencies of choice.

    python -m tools.versions --python 3.12 --dependencies pinned
    python -m tools.versions --python 3.13 --dependencies newest
    python -m tools.versions --python 3.11 --dependencies oldest

`pinned` are the versions of the extra `dev`; with `newest` nothing that has a floor is
pinned, with `oldest` it is at its floor. Runs the parity checks, the tests and the
doctests, all three even if one fails. It needs no package itself.
"""

import argparse
import re
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from funloss._command import command
from parity.arguments import count, output_folder
from tools.environment import ROOT, Environment, interpreter, made

__all__ = ["DEPENDENCIES", "DOCTESTS", "LEFT_OUT", "commands", "main", "requirements"]

DEPENDENCIES = ("pinned", "newest", "oldest")
DOCTESTS = ("funloss", "README.md", "docs/*.md", "docs/losses", "docs/works-with")
COUNTS = "limits on what the compiler of the pinned jax makes"
COUNTED = {
    "tests/test_gates.py": COUNTS,
    "tests/test_benchmarks.py": COUNTS,
    "tests/scale/test_collectives.py": COUNTS,
}
LGAMMA = "jax 0.12 lowers `lgamma` with constants of float64, and so any loss with it"
LOWERED = {
    f"tests/scale/test_lowering.py::{test}negative_binomial_nll_loss-1]": LGAMMA
    for test in (
        "test_every_loss_stays_on_the_device[float32-",
        "test_every_loss_stays_on_the_device[bfloat16-",
        "test_masked_losses_stay_on_the_device[",
    )
}
# The tests that are left out with some dependencies, and why.
LEFT_OUT = {
    "pinned": {},
    "newest": COUNTED
    | LOWERED
    | {
        "tests/classification/test_multilabel_margin.py::test_memory": COUNTS,
        "docs/works-with/keras.md": (
            "jax 0.12 warns of a dtype that Keras 3.15 asks for"
        ),
    },
    "oldest": COUNTED
    | {
        "tests/sequence/test_rnnt_numerics.py::test_memory_is_that_of_a_few_arrays_of_"
        "cells": COUNTS,
        "tests/algorithms/test_linear_cross_entropy.py::test_memory": COUNTS,
        "tests/scale/test_sharded.py::test_losses_of_each_shard_are_averaged_in_"
        "shard_map[stft_loss-0]": "jax 0.8 does not transpose its rfft in shard_map",
        "docs/tutorial.md": "another XLA trains to other digits of the accuracy",
        "docs/works-with/flax.md": "jax 0.8 warns of a call in flax 0.12.0",
        "tests/test_package.py::test_import_costs_a_share_of_numpys": (
            "NumPy 2.1 leaves it to us to import `inspect`, which takes longer"
        ),
    },
}
INSTALLED = """
import importlib.metadata, sys
print("Python", sys.version)
found = {x.name.lower(): x.version for x in importlib.metadata.distributions()}
print(*(f"{name} {found[name]}" for name in sorted(found)), sep=", ", flush=True)
"""


def requirements(dependencies: str, project: Mapping[str, Any]) -> list[str]:
    """Return what the extra `dev` installs, with the versions that are asked for."""
    optional = project["optional-dependencies"]
    every = [*project["dependencies"], *_flat("dev", optional)]
    if dependencies == "pinned":
        return every
    # Those of users; what only tests need has no oldest version.
    usable = [*project["dependencies"], *optional["jax"], *optional["testing"]]
    floors = {_name(line): line for line in usable if ">=" in line}
    free = [line for line in every if _name(line) not in floors]
    if dependencies == "newest":
        return [*floors.values(), *free]
    return [*(line.replace(">=", "==") for line in floors.values()), *free]


def _flat(extra: str, optional: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield what an extra names, itself or by other extras of funloss."""
    for line in optional[extra]:
        if _name(line) != "funloss":
            yield line
            continue
        for other in re.findall(r"[\w-]+", line.removeprefix("funloss")):
            yield from _flat(other, optional)


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def commands(dependencies: str, processes: int) -> dict[str, list[str]]:
    """Return what is run, by its name."""
    pytest = ["-m", "pytest", "-n", str(processes)]
    without = [
        f"{'--deselect' if '::' in test else '--ignore'}={test}"
        for test in LEFT_OUT[dependencies]
    ]
    pages = [
        str(path.relative_to(ROOT))
        for pattern in DOCTESTS
        for path in sorted(ROOT.glob(pattern))
    ]
    return {
        "parity": ["-m", "parity"],
        "tests": [*pytest, "--full", *without],
        "doctests": [
            *(*pytest, *without),
            *("--doctest-modules", "--doctest-glob=*.md", *pages),
        ],
    }


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Install, run, and return 1 if anything fails."""
    options = _parsed(arguments)
    with tempfile.TemporaryDirectory() as folder:
        environment = _installed(Path(options.environment or folder), options)
        if environment is None:
            return 1
        environment.run("-c", INSTALLED)
        outcomes = {}
        every = commands(options.dependencies, options.processes)
        for name in options.only or every:
            say(f"\n=== {name}")
            begun = time.monotonic()
            failed = environment.run(*every[name]).returncode != 0
            minutes = (time.monotonic() - begun) / 60
            outcomes[f"{name}, {minutes:.1f} min"] = failed
    return _said(outcomes, options)


def _installed(folder: Path, options: argparse.Namespace) -> Environment | None:
    """Return the environment, made unless it is there, or None if pip fails."""
    there = (folder / "pyvenv.cfg").exists()
    environment = Environment(folder) if there else made(folder, options.interpreter)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = requirements(options.dependencies, tomllib.loads(text)["project"])
    done = environment.run("-m", "pip", "install", "-e", ".", *wanted)
    return None if done.returncode else environment


def _said(outcomes: Mapping[str, bool], options: argparse.Namespace) -> int:
    """Print what passed and what failed, and return the status."""
    say(f"\n=== Python {options.python}, {options.dependencies} dependencies")
    for test, reason in LEFT_OUT[options.dependencies].items():
        say(f"left out: {test} ({reason})")
    for name, failed in outcomes.items():
        say(f"{'FAILED' if failed else 'passed'}: {name}")
    return int(any(outcomes.values()))


def say(line: str) -> None:
    """Print between the lines of other programs."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m tools.versions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--python", default="{}.{}".format(*sys.version_info))
    parser.add_argument("--dependencies", choices=DEPENDENCIES, default="pinned")
    parser.add_argument("--processes", type=count, default=2, help="of pytest")
    parser.add_argument("--only", nargs="+", choices=commands("pinned", 1))
    parser.add_argument(
        "--environment",
        type=output_folder,
        metavar="FOLDER",
        help="to keep it in, and to take it from",
    )
    options = parser.parse_args(arguments)
    try:
        options.interpreter = interpreter(options.python)
    except LookupError as error:
        parser.error(f"--python: {error}")
    return options


if __name__ == "__main__":
    sys.exit(main())
