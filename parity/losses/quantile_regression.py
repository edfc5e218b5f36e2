"""Quantiles of returns against all pairs of a quantile and a sample."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import SCORES
from parity.examples.reinforcement import (
    ACTIONS,
    DISCOUNT,
    NEXT_ACTIONS,
    ONE_STEP,
    no_action,
)
from parity.info import LossInfo
from parity.references.values import quantile_huber, quantile_q_learning
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((3, 4)), rng.standard_normal((3, 2))
    # Exact fits, and errors on the corners of deltas of 1 and 0.25.
    input[0], target[0] = [0.0, 1.0, -1.0, 0.25], [0.0, 0.5]
    return {"input": input, "target": target}


def levelled(rng):
    return plain(rng) | {"tau": np.asarray([0.125, 0.5, 0.75, 1.0])}


def levels_each(rng):
    return plain(rng) | {"tau": rng.random((3, 4)), "delta": np.asarray(0.4375)}


def masked(rng):
    where = np.asarray([True, False, True])
    inputs = plain(rng) | {"where": where, "weight": rng.random(3) + 0.5}
    inputs["input"][1], inputs["target"][1] = np.nan, np.inf
    return inputs


def extreme(rng):
    input = np.asarray([[1e4, -1e4, np.inf], [np.nan, -np.inf, 0.0]])
    return {"input": input, "target": np.asarray([[0.5, 0.0], [1.0, 2.0]])}


def actions(rng):
    return {
        "input": rng.standard_normal((3, 2, 4)),
        "action": rng.integers(0, 2, 3),
        "reward": rng.standard_normal(3),
        "discount": rng.random(3),
        "next_value": rng.standard_normal((3, 2, 3)),
    }


def doubled(rng):
    return actions(rng) | {
        "selector": rng.standard_normal((3, 2)),
        "tau": rng.random(4),
    }


def expected(rng):
    return actions(rng) | {"policy": rng.dirichlet(np.ones(2), 3)}


def masked_actions(rng):
    where = np.asarray([True, False, True])
    inputs = expected(rng) | {"where": where, "weight": rng.random(3) + 0.5}
    inputs["input"][1], inputs["next_value"][1], inputs["action"][1] = np.nan, np.inf, 9
    return inputs


QUANTILE, Q = fl.quantile_huber_loss, fl.quantile_q_learning_loss
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")

QUANTILE_HUBER_CASES = [
    Case(QUANTILE, quantile_huber, plain, [GRID, NONE | {"delta": [0.0, 0.25]}], BOTH),
    Case(QUANTILE, quantile_huber, levelled, NONE | {"delta": [0.0, 1.0]},
         (*BOTH, "tau")),
    Case(QUANTILE, quantile_huber, levels_each, {"reduction": ["mean"]},
         (*BOTH, "tau", "delta")),
    Case(QUANTILE, quantile_huber, masked, GRID, (*BOTH, "weight")),
    Case(QUANTILE, quantile_huber, extreme, NONE | {"delta": [0.0, 1.0]}, orders=1),
]  # fmt: skip
QUANTILE_Q_LEARNING_CASES = [
    Case(Q, quantile_q_learning, actions, [GRID, NONE | {"delta": [0.0, 0.5]}]),
    Case(Q, quantile_q_learning, doubled, NONE, ("input", "tau")),
    Case(Q, quantile_q_learning, expected, NONE),
    Case(Q, quantile_q_learning, masked_actions, GRID, ("input", "weight")),
]  # fmt: skip

ENSEMBLE = "f32[4096,64]"
CHOICES = "f32[1024,8,32]"

INFOS = [
    LossInfo(
        fl.quantile_huber_loss,
        cases=QUANTILE_HUBER_CASES,
        rows=[
            Row(
                {
                    "input": SCORES,
                    "target": [[0.53, -1.27], [1.91, 0.23], [-0.71, 1.47]],
                },
                reals={"delta": 0.625},
                bad_options=(({"delta": -1.0}, "delta must be > 0, got -1.0"),),
            )
        ],
        gates=[
            Gate(
                2 * (ENSEMBLE,),
                Limit(1.7, 4.0),
                Limit(0.0),
                Limit(52),
            )
        ],
        curve=Curve(
            "quantile of level 0.75",
            (-3.0, 3.0),
            "a sample of 0; delta 1",
            {"input": f64([0.0]), "target": f64([0.0]), "tau": f64(0.75)},
            {"input": f64([1.0])},
            reference=quantile_huber,
        ),
        no_number="a sample of returns lies along an axis of its own",
    ),
    LossInfo(
        fl.quantile_q_learning_loss,
        cases=QUANTILE_Q_LEARNING_CASES,
        rows=[
            Row(
                {
                    "input": ACTIONS,
                    "action": [1, 0, 1],
                    "reward": [0.53, -1.27, 0.71],
                    "discount": DISCOUNT,
                    "next_value": NEXT_ACTIONS,
                },
                constants=("reward", "discount", "next_value"),
                options={"delta": 0.0},
                bad_values=no_action("action", (1,), 2),
            )
        ],
        gates=[
            Gate(
                (CHOICES, "i32[1024]", "f32[1024]", "f32[1024]", CHOICES),
                Limit(3.7, 4.0),
                Limit(1.0),
                Limit(87),
            )
        ],
        curve=Curve(
            "median of the action taken",
            (-2.0, 4.0),
            "a reward of 1, a discount of 0.5 and a return of 2 or 0 after it",
            {
                "input": f64([[0.0], [0.0]]),
                "action": ints(0),
                **ONE_STEP,
                "next_value": f64([[2.0], [0.0]]),
            },
            {"input": f64([[1.0], [0.0]])},
            reference=quantile_q_learning,
        ),
    ),
]
