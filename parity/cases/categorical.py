"""Distributions over atoms against linear shares of shifted masses."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references.values import categorical_q_learning, categorical_td

ATOMS = np.asarray([-1.0, 0.0, 0.5, 2.0])


def steps(rng):
    # Places that are atoms, lie between them, and beyond both ends.
    return {
        "input": rng.standard_normal((3, 4)),
        "atoms": ATOMS,
        "reward": np.asarray([0.0, 0.625, -4.0]),
        "discount": np.asarray([1.0, 0.5, 0.875]),
        "next_logits": rng.standard_normal((3, 4)),
    }


def other_atoms(rng):
    inputs = steps(rng) | {"next_atoms": np.asarray([3.0, -0.5])}
    return inputs | {"next_logits": rng.standard_normal((3, 2))}


def masked(rng):
    where = np.asarray([True, False, True])
    inputs = steps(rng) | {"where": where, "weight": rng.random(3) + 0.5}
    inputs["input"][1], inputs["next_logits"][1], inputs["reward"][1] = 3 * (np.nan,)
    return inputs


def impossible(rng):
    inputs = steps(rng)
    inputs["next_logits"][:, 1] = -np.inf
    return inputs


def actions(rng):
    return steps(rng) | {
        "input": rng.standard_normal((3, 2, 4)),
        "action": rng.integers(0, 2, 3),
        "next_logits": rng.standard_normal((3, 2, 4)),
    }


def doubled(rng):
    return actions(rng) | {"selector": rng.standard_normal((3, 2))}


def masked_actions(rng):
    where = np.asarray([True, False, True])
    inputs = doubled(rng) | {"where": where, "weight": rng.random(3) + 0.5}
    inputs["input"][1], inputs["next_logits"][1], inputs["action"][1] = (
        np.nan,
        np.nan,
        9,
    )
    return inputs


TD, Q = fl.categorical_td_loss, fl.categorical_q_learning_loss
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}

CASES = [
    Case(TD, categorical_td, steps, GRID),
    Case(TD, categorical_td, other_atoms, NONE),
    Case(TD, categorical_td, impossible, NONE),
    Case(TD, categorical_td, masked, GRID, ("input", "weight")),
    Case(Q, categorical_q_learning, actions, GRID),
    Case(Q, categorical_q_learning, doubled, NONE),
    Case(Q, categorical_q_learning, masked_actions, GRID, ("input", "weight")),
]  # fmt: skip
