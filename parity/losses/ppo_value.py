"""Clipped loss of values against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, X, Z
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.reinforcement import ppo_value_of_torchtune
from parity.references.ppo_value import ppo_value
from parity.row import Row


def values(rng):
    input, old, target = rng.standard_normal((3, 4, 5))
    # Within the bounds, on both of them, at the target, and past it as far as before.
    input[0], old[0] = [0.125, 0.5, -0.5, 0.75, 1.25], 0.0
    target[0] = [1.0, 1.0, -1.0, 0.75, 0.875]
    return {"input": input, "old": old, "target": target}


def far(rng):
    input = np.asarray([1e4, -1e4, np.inf, np.nan, 0.0, 0.0])
    target = np.asarray([2e4, 1.0, 0.0, 0.0, np.nan, 0.0])
    return {"input": input, "old": np.zeros(6), "target": target}


def masked_values(rng):
    where = rng.random((4, 5)) < 0.75
    inputs = values(rng) | {"where": where, "weight": rng.random((4, 5)) + 0.5}
    inputs["input"][1, 0], inputs["old"][2, 3] = np.inf, np.nan
    where[1, 0] = where[2, 3] = False
    return inputs


def with_epsilon(rng):
    return values(rng) | {"epsilon": np.asarray(0.3125)}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
VALUE = fl.ppo_value_loss
OLD = [[0.5625, -1.5], [1.25, 0.875], [-0.5, 1.4375]]
TORCHTUNE = Package(
    "torchtune PPOLoss",
    ppo_value_of_torchtune,
    options={"reduction": ["mean"], "epsilon": [0.0, 0.2]},
)

INFOS = [
    LossInfo(
        VALUE,
        cases=[
            Case(
                *(VALUE, ppo_value, values, [GRID, NONE | {"epsilon": [0.0, 0.5]}]),
                also=[TORCHTUNE],
            ),
            Case(VALUE, ppo_value, far, NONE, orders=1),
            Case(VALUE, ppo_value, masked_values, GRID, ("input", "weight")),
            Case(VALUE, ppo_value, with_epsilon, NONE, ("input", "epsilon")),
        ],
        rows=[
            Row(
                {"input": X, "old": OLD, "target": Z},
                ELEMENTS,
                constants=("old", "target"),
                reals={"epsilon": 0.125},
                bad_options=(({"epsilon": -1.0}, "epsilon must be >= 0, got -1.0"),),
            )
        ],
        gates=[Gate(3 * MILLION, Limit(1.8, 4.0), Limit(0.0), Limit(34))],
        curve=Curve(
            "value",
            (-1.5, 2.5),
            "0 before, a return of 1, epsilon 0.5",
            {"input": f64(0.0), "old": f64(0.0), "target": f64(1.0)},
            ONE,
            options={"epsilon": 0.5},
            reference=ppo_value,
        ),
        number=0.5,
    )
]
