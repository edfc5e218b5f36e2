"""Temporal-difference learning of values against its recursion."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references.values import td


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
