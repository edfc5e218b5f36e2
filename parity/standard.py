"""What a loss of elements is checked with unless it says otherwise.

`elementwise` makes the whole `LossInfo` of a loss of `input` and `target` with one
shape: what most of those need differs in the corners, the options and the limits.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.gate import Gate
from parity.case import Case, Package
from parity.curve import Curve
from parity.examples.arrays import ELEMENTS, UNEQUAL, XY
from parity.examples.lines import ERROR, ONE, PAIR
from parity.info import LossInfo
from parity.references import kept
from parity.row import Row

__all__ = ["Real", "elementwise"]

Draw = Callable[[np.random.Generator], Mapping[str, Any]]

REDUCTIONS = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
CORNERS = (0.0, 1.0, -1.0, 4.0, -4.0)
FAR = (100.0, -100.0, np.inf, -np.inf, np.nan, 1e-3)
# What the operators of a rule refuse, besides the bound itself if they exclude it.
BEYOND = {">": -1.0, ">=": -1.0, "<": 1.0, "<=": 1.0}


@dataclass(frozen=True)
class Real:
    """An option that is a real number, and may be an array.

    Attributes:
        example: A value with few bits, which every dtype holds exactly: what is tried
            as an array, and differentiated.
        others: More values; the first and the last are tried far out, the last under a
            mask.
        rule: What it must be, as the message says: ``"> 0 and < 1"``.
    """

    example: float
    others: tuple[float, ...]
    rule: str

    def refused(self, name: str) -> Iterator[tuple[dict[str, float], str]]:
        """Yield values that the rule forbids, and the messages about them."""
        values = []
        for operator, bound in re.findall(r"([<>]=?) ([-\d.]+)", self.rule):
            values += [] if "=" in operator else [float(bound)]
            values += [float(bound) + BEYOND[operator]]
        for value in (*values, math.nan):
            yield {name: value}, f"{name} must be {self.rule}, got {value}"


def elementwise(
    loss: Callable[..., Any],
    reference: Callable[..., Any],
    *,
    plain: Draw | None = None,
    corners: Sequence[float] = CORNERS,
    extreme: Mapping[str, Sequence[float]] | None = None,
    hidden: Mapping[str, float] | None = None,
    reals: Mapping[str, Real] | None = None,
    choices: Sequence[Mapping[str, Sequence[Any]]] = (),
    arrays: Mapping[str, Any] = XY,
    gates: Sequence[Gate],
    curve: Curve | None = None,
    drawn_with: Mapping[str, Any] | None = None,
    cases: Sequence[Case] = (),
    rows: Sequence[Row] = (),
    bad_options: tuple[Any, ...] = (),
    bad_values: tuple[Any, ...] = (),
    also: Sequence[Package] = (),
    **more: Any,
) -> LossInfo:
    """Return what to check of a loss of `input` and `target` with one shape.

    Args:
        loss: The loss.
        reference: The same in torch, without `where`.
        plain: Draws `input` and `target`, of shape ``(3, 5)``; errors exactly on
            `corners` and random ones if None.
        corners: Five errors.
        extreme: Values of both arguments far out, infinite and nan.
        hidden: What the two hold where the mask is False; nan and infinity if None.
        reals: Options that are real numbers, by name.
        choices: Grids of other options, for the plain inputs.
        arrays: Small inputs off the corners.
        gates: What the compiler may count.
        curve: A line through the arguments; along the error if None.
        drawn_with: Options of that line.
        cases: Further cases.
        rows: Further rows.
        bad_options: Other options out of range, with the messages.
        bad_values: Values that an array may not have, with the messages.
        also: Packages that the loss is compared with on the plain inputs.
        **more: As `LossInfo` takes it; a number may be the target unless it says so.
    """
    reals, drawn_with = reals or {}, drawn_with or {}
    plain = plain or _on(corners)
    extreme = extreme or {"input": FAR, "target": [0.0] * len(FAR)}
    hidden = hidden or {"input": np.nan, "target": np.inf}
    row = Row(
        dict(arrays),
        ELEMENTS,
        reals={name: real.example for name, real in reals.items()},
        misfit=UNEQUAL,
        bad_options=(
            *(bad for name, real in reals.items() for bad in real.refused(name)),
            *bad_options,
        ),
        bad_values=bad_values,
    )
    words = [f"{name} {value:g}" for name, value in drawn_with.items()]
    line = {"fixed": ", ".join(words) or "target 0", "arrays": PAIR, "along": ONE}
    curve = curve or Curve(**ERROR, **line, options=drawn_with, reference=reference)
    standard = list(_cases(loss, reference, plain, reals, choices, extreme, hidden))
    standard[0] = replace(standard[0], also=also)
    own = {"cases": [*standard, *cases], "rows": [row, *rows], "number": 0.5}
    return LossInfo(loss, **own | {"gates": gates, "curve": curve} | more)


def _cases(
    loss: Callable[..., Any],
    reference: Callable[..., Any],
    plain: Draw,
    reals: Mapping[str, Real],
    choices: Sequence[Mapping[str, Sequence[Any]]],
    far: Mapping[str, Sequence[float]],
    hidden: Mapping[str, float],
) -> Iterator[Case]:
    def masked(rng: np.random.Generator) -> dict[str, Any]:
        inputs = dict(plain(rng)) | {"weight": rng.random((3, 5)) + 0.5}
        inputs["where"] = rng.random((3, 5)) < 0.75
        for name, place in zip(BOTH, ((2, 0), (1, 4)), strict=True):
            inputs[name][place], inputs["where"][place] = hidden[name], False
        return inputs

    def extreme(rng: np.random.Generator) -> dict[str, Any]:
        return {name: np.asarray(far[name]) for name in BOTH}

    def single(rng: np.random.Generator) -> dict[str, Any]:
        return {name: np.asarray(x[1, 1]) for name, x in plain(rng).items()}

    def empty(rng: np.random.Generator) -> dict[str, Any]:
        return dict.fromkeys(BOTH, np.zeros((0, 3)))

    where = kept(reference, input=None, target=None, weight=None)
    ends = {
        name: list(dict.fromkeys((real.others[0], real.others[-1])))
        for name, real in reals.items()
    }
    last = {name: [real.others[-1]] for name, real in reals.items()}
    each = [NONE | {name: [*real.others]} for name, real in reals.items()]
    yield Case(loss, reference, plain, [REDUCTIONS, *each, *choices], BOTH)
    yield Case(loss, where, masked, REDUCTIONS | last, (*BOTH, "weight"))
    yield Case(loss, reference, extreme, NONE | ends, BOTH, orders=1)
    for name, real in reals.items():
        draw = _with(plain, name, real.example)
        totals = {"reduction": ["none", "mean"]}
        yield Case(loss, reference, draw, totals, (*BOTH, name))
    for draw in (single, empty):
        yield Case(loss, reference, draw, {"reduction": ["mean"]}, BOTH)


def _on(corners: Sequence[float]) -> Draw:
    def plain(rng: np.random.Generator) -> dict[str, Any]:
        input, target = rng.standard_normal((2, 3, 5))
        input[0], target[0] = corners, 0.0
        return {"input": input, "target": target}

    return plain


def _with(plain: Draw, name: str, value: float) -> Draw:
    def draw(rng: np.random.Generator) -> dict[str, Any]:
        return dict(plain(rng)) | {name: np.asarray(value)}

    draw.__name__ = f"with_{name}"
    return draw
