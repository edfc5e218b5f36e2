"""What the command line says, as the arguments of `check_parity`."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funloss._command import output_file
from funloss.testing import _words as words
from funloss.testing._adapt import adapt
from funloss.testing._harness.expectation import seeded
from funloss.testing._harness.modes import TRANSFORMS
from funloss.testing._harness.tolerance import TOLERANCES

__all__ = ["arguments", "parser"]


def parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m funloss.testing`."""
    made = argparse.ArgumentParser(
        prog="python -m funloss.testing",
        description="Compare a loss with a reference: values, gradients, "
        "Hessian-vector products. "
        "The exit status is 0 if they agree, 1 if not, 2 if they cannot be compared, "
        "130 if interrupted.",
    )
    add = made.add_argument
    function = {"type": words.function, "metavar": "MODULE:FUNCTION"}
    add("candidate", help="the loss under test", **function)
    add("--reference", required=True, help="what it should equal", **function)
    library = {"type": words.library_name, "metavar": "NAME"}
    add("--library", help="whose arrays the candidate takes", **library)
    add("--reference-library", help="likewise for the reference", **library)
    add("--wrt", action="append", metavar="NAME", help="differentiate this array")
    add("--dtype", action="append", choices=TOLERANCES, help="may be repeated")
    add("--transform", action="append", choices=TRANSFORMS, help="may be repeated")
    add("--order", type=int, choices=(0, 1, 2), help="highest derivative (1)")
    add("--html", type=output_file, metavar="FILE", help="write the report as a page")
    add("--json", type=output_file, metavar="FILE", help="write the report as figures")
    arrays = made.add_argument_group("arrays, in the order both functions take them")
    pair = {"action": "append", "default": [], "type": words.pair}
    arrays.add_argument(
        "--shape",
        required=True,
        metavar="NAME=4,5",
        help="draw numbers; half of them "
        "are multiples of 0.5, where corners and ties are",
        **pair,
    )
    arrays.add_argument(
        "--range",
        metavar="NAME=LOW,HIGH",
        help="draw between two, ends included",
        **pair,
    )
    arrays.add_argument(
        "--choose", metavar="NAME=-1,1", help="draw from these values", **pair
    )
    arrays.add_argument(
        "--classes", metavar="NAME=10", help="draw integer labels", **pair
    )
    names = made.add_argument_group("names and constants")
    names.add_argument(
        "--option", metavar="NAME=0.5,1.0", help="pass each value to both", **pair
    )
    names.add_argument(
        "--rename",
        metavar="NAME=OTHER",
        help="NAME is the reference's name of an option or an array, OTHER the "
        "candidate's, which then gets the array by keyword: "
        "--option beta=2 --rename beta=delta",
        **pair,
    )
    names.add_argument(
        "--bind",
        metavar="[reference:]NAME=VALUE",
        help="a constant for the candidate, or for the reference",
        **pair,
    )
    names.add_argument(
        "--axis", metavar="NAME=1", help="this axis is the candidate's last", **pair
    )
    return made


def arguments(given: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of `check_parity`.

    Raises:
        ValueError: If something is said of an array that has no shape.
    """
    inputs = _inputs(given)
    bound = {name: words.value(text) for name, text in given.bind}
    prefix = "reference:"
    theirs = {
        name.removeprefix(prefix): value
        for name, value in bound.items()
        if name.startswith(prefix)
    }
    ours = {name: value for name, value in bound.items() if prefix not in name}
    reference = adapt(given.reference, bind=theirs) if theirs else given.reference
    chosen = {
        "wrt": given.wrt,
        "dtypes": given.dtype,
        "transforms": given.transform,
        "order": given.order,
    }
    return {
        "candidate": _candidate(given, list(inputs), ours),
        "reference": reference,
        "inputs": inputs,
        "options": {name: words.values(text) for name, text in given.option},
        "library": given.library or _library(given.candidate, "jax"),
        "reference_library": given.reference_library
        or _library(given.reference, "torch"),
        **{name: value for name, value in chosen.items() if value is not None},
    }


def _candidate(
    given: argparse.Namespace, inputs: list[str], bound: dict[str, Any]
) -> Callable[..., Any]:
    renamed = dict(given.rename)
    names = [renamed.pop(name, name) for name in inputs]
    for name in renamed:
        if name not in dict(given.option):
            known = [*inputs, *dict(given.option)]
            msg = (
                "--rename NAME=OTHER: NAME is the reference's name, OTHER the "
                "candidate's, as in --option beta=2 --rename beta=delta; "
                f"NAME must be of {known}, got {name!r}"
            )
            raise ValueError(msg)
    moved = {
        _place(inputs, name, "axis"): words.numbers("--axis", text, 1)[0]
        for name, text in given.axis
    }
    given_names = tuple(names) if names != inputs else None
    if not (given_names or renamed or bound or moved):
        return given.candidate
    return adapt(
        given.candidate, names=given_names, rename=renamed, bind=bound, axis=moved
    )


def _inputs(given: argparse.Namespace) -> dict[str, np.ndarray]:
    """Draw every array, the same ones for the same words."""
    shapes = {name: words.shape(text) for name, text in given.shape}
    ranges = {name: words.numbers("--range", x, 2) for name, x in given.range}
    sets = {name: words.numbers("--choose", x, 0) for name, x in given.choose}
    classes = {name: words.numbers("--classes", x, 1) for name, x in given.classes}
    for said in (ranges, sets, classes):
        for name in said:
            _place(list(shapes), name, "shape")
    drawn = {}
    for name, shape in shapes.items():
        random = seeded(f"{name}{shape}")
        if name in classes:
            if classes[name][0] < 1:
                msg = f"--classes must be at least 1, got {classes[name][0]}"
                raise ValueError(msg)
            drawn[name] = random.integers(0, classes[name][0], shape)
        elif name in sets:
            drawn[name] = random.choice(sets[name], shape)
        elif name in ranges:
            low, high = ranges[name]
            drawn[name] = _between(random, low, high, shape)
        else:
            drawn[name] = _with_corners(random, shape)
    return drawn


def _between(
    random: np.random.Generator, low: float, high: float, shape: tuple[int, ...]
) -> np.ndarray:
    numbers = np.asarray(random.uniform(low, high, shape))
    numbers.flat[:1], numbers.flat[1:2] = low, high
    return numbers


def _with_corners(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    numbers = np.asarray(random.standard_normal(shape))
    # The same places in every array of the shape, so that differences are exact too.
    coarse = seeded(f"{shape}").random(shape) < 0.5
    return np.where(coarse, np.round(2 * numbers) / 2, numbers)


def _library(function: Callable[..., Any], default: str) -> str:
    root = (getattr(function, "__module__", None) or "").split(".")[0]
    return root if root in {"jax", "keras", "numpy", "torch"} else default


def _place(names: Sequence[str], name: str, option: str) -> int:
    if name not in names:
        msg = f"every name must have a --shape, of {list(names)}, got {name!r}"
        raise ValueError(msg)
    return names.index(name)
