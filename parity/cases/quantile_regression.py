"""Quantiles of returns against all pairs of a quantile and a sample."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references.values import quantile_huber, quantile_q_learning


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

CASES = [
    Case(QUANTILE, quantile_huber, plain, [GRID, NONE | {"delta": [0.0, 0.25]}], BOTH),
    Case(QUANTILE, quantile_huber, levelled, NONE | {"delta": [0.0, 1.0]},
         (*BOTH, "tau")),
    Case(QUANTILE, quantile_huber, levels_each, {"reduction": ["mean"]},
         (*BOTH, "tau", "delta")),
    Case(QUANTILE, quantile_huber, masked, GRID, (*BOTH, "weight")),
    Case(QUANTILE, quantile_huber, extreme, NONE | {"delta": [0.0, 1.0]}, orders=1),
    Case(Q, quantile_q_learning, actions, [GRID, NONE | {"delta": [0.0, 0.5]}]),
    Case(Q, quantile_q_learning, doubled, NONE, ("input", "tau")),
    Case(Q, quantile_q_learning, expected, NONE),
    Case(Q, quantile_q_learning, masked_actions, GRID, ("input", "weight")),
]  # fmt: skip
