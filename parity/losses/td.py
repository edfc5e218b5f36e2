"""Temporal-difference learning of values against its recursion."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, X, Y, Z, not_above
from parity.examples.lines import ONE
from parity.examples.reinforcement import DISCOUNTS, ONE_STEP
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references.values import td
from parity.row import Row


def steps(rng):
    shape = (3, 4)
    inputs = {
        name: rng.standard_normal(shape) for name in ("input", "reward", "next_value")
    }
    inputs["discount"] = rng.random(shape)
    # An exact fit, errors on the corners of a delta of 1, and an end of an episode.
    inputs["input"][0] = [0.0, 1.0, -1.0, 0.5]
    inputs["reward"][0] = inputs["discount"][0] = 0.0
    return inputs


def with_numbers(rng):
    inputs = steps(rng) | {"reward": np.asarray(0.5), "discount": np.asarray(0.75)}
    return inputs | {"lambda_": rng.random((3, 1)), "delta": np.asarray(0.4375)}


def masked(rng):
    inputs = steps(rng) | {"weight": rng.random((3, 4)) + 0.5}
    where = np.asarray(
        [[1, 0, 1, 1], [1, 1, 1, 0], [0, 1, 0, 1]],
        dtype=bool,
    )
    for name, bad in (("input", np.nan), ("reward", np.inf), ("next_value", np.nan)):
        inputs[name][~where] = bad
    return inputs | {"where": where}


def single(rng):
    names = ("input", "reward", "discount", "next_value")
    return {name: rng.standard_normal(()) for name in names}


def squash(x):
    return 2 * x / (1 + (1 + 4 * abs(x)) ** 0.5)


def stretch(y):
    return y * (1 + abs(y))


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
AHEAD = NONE | {"lambda_": [0.75], "time_axis": [1]}
SQUASHED = NONE | {"transform": [squash], "inverse": [stretch]}

CASES = [
    Case(fl.td_loss, td, steps, [
        GRID,
        NONE | {"lambda_": [0.75, 1.0], "time_axis": [0, 1]},
        NONE | {"delta": [1.0, 0.25]},
        SQUASHED | {"lambda_": [0.0, 0.75], "delta": [None, 0.25]},
    ]),
    Case(fl.td_loss, td, with_numbers, NONE | {"time_axis": [1]}, ("input", "delta")),
    Case(fl.td_loss, td, masked, [GRID, AHEAD, AHEAD | SQUASHED],
         ("input", "weight")),
    Case(fl.td_loss, td, single, [NONE, SQUASHED]),
]  # fmt: skip

SHORT = {"input": (3, 2), "reward": (3,), "discount": (3, 2), "next_value": (3, 2)}
NOT_RESCALED = (
    (
        {"transform": squash, "inverse": None},
        "transform and inverse must be given together, got transform alone",
    ),
    (
        {"transform": None, "inverse": stretch},
        "transform and inverse must be given together, got inverse alone",
    ),
)

RESCALED = {"transform": squash, "inverse": stretch}

INFOS = [
    LossInfo(
        fl.td_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "reward": Y, "discount": DISCOUNTS, "next_value": Z},
                ELEMENTS,
                constants=("reward", "discount", "next_value"),
                reals={"delta": 0.625},
                misfit=(SHORT, "reward must have shape (3, 2) or (), got (3,)"),
                bad_options=not_above("delta", 0),
            ),
            Row(
                {"input": X, "reward": Y, "discount": DISCOUNTS, "next_value": Z},
                ELEMENTS,
                constants=("reward", "discount", "next_value"),
                options={"lambda_": 0.75, "time_axis": 1},
                bad_options=(
                    ({"time_axis": 2}, "time_axis must be an integer in -2..1, got 2"),
                ),
            ),
            Row(
                {"input": X, "reward": Y, "discount": DISCOUNTS, "next_value": Z},
                ELEMENTS,
                constants=("reward", "discount", "next_value"),
                options={"lambda_": 0.75, "time_axis": 1, **RESCALED},
                bad_options=NOT_RESCALED,
            ),
        ],
        gates=[Gate(4 * MILLION, Limit(1.8, 4.0), Limit(0.0), Limit(15))],
        curve=Curve(
            "value of a state",
            (-2.0, 4.0),
            "a reward of 1, a discount of 0.5 and a value of 1 after it",
            {"input": f64(0.0), **ONE_STEP, "next_value": f64(1.0)},
            ONE,
            reference=td,
        ),
        idle={"time_axis": "documented: not without lambda_"},
    ),
]
