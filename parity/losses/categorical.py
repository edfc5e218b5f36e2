"""Distributions over atoms against linear shares of shifted masses."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import SCORES
from parity.examples.reinforcement import ACTIONS, NEXT_ACTIONS, STEP, VALUES, no_action
from parity.info import LossInfo
from parity.references.values import categorical_q_learning, categorical_td
from parity.row import Row

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

CATEGORICAL_TD_CASES = [
    Case(TD, categorical_td, steps, GRID),
    Case(TD, categorical_td, other_atoms, NONE),
    Case(TD, categorical_td, impossible, NONE),
    Case(TD, categorical_td, masked, GRID, ("input", "weight")),
]  # fmt: skip
CATEGORICAL_Q_LEARNING_CASES = [
    Case(Q, categorical_q_learning, actions, GRID),
    Case(Q, categorical_q_learning, doubled, NONE),
    Case(Q, categorical_q_learning, masked_actions, GRID, ("input", "weight")),
]  # fmt: skip

ROW_ATOMS = [-1.0, 0.0, 0.5, 2.0]
LINE_ATOMS = f64(-1.0, 0.0, 1.0)
LOGITS = f64([0.0, 0.5, 1.0])
ATOM_SHAPES = ("f32[4096,51]", "f32[51]", "f32[4096]", "f32[4096]", "f32[4096,51]")

INFOS = [
    LossInfo(
        fl.categorical_td_loss,
        cases=CATEGORICAL_TD_CASES,
        rows=[
            Row(
                {"input": SCORES, "atoms": ROW_ATOMS, **STEP, "next_logits": VALUES},
                constants=("atoms", "reward", "discount", "next_logits"),
                samples={"atoms": None},
            )
        ],
        gates=[
            Gate(
                ATOM_SHAPES,
                Limit(3.0, 4.0),
                Limit(1.7),
                Limit(111),
                cpu_temporaries=Limit(3.3),
            )
        ],
        curve=Curve(
            "logit of the first of three atoms",
            (-6.0, 6.0),
            "a reward of 0.25 before a distribution on atoms of -1, 0 and 1",
            {
                "input": f64([0.0, 0.0, 0.0]),
                "atoms": LINE_ATOMS,
                "reward": f64(0.25),
                "discount": f64(1.0),
                "next_logits": LOGITS,
            },
            {"input": f64([1.0, 0.0, 0.0])},
            reference=categorical_td,
        ),
    ),
    LossInfo(
        fl.categorical_q_learning_loss,
        cases=CATEGORICAL_Q_LEARNING_CASES,
        rows=[
            Row(
                {
                    "input": ACTIONS,
                    "atoms": ROW_ATOMS,
                    "action": [1, 0, 1],
                    **STEP,
                    "next_logits": NEXT_ACTIONS,
                },
                constants=("atoms", "reward", "discount", "next_logits"),
                samples={"atoms": None},
                bad_values=no_action("action", (1,), 2),
            )
        ],
        gates=[
            Gate(
                (
                    "f32[1024,8,51]",
                    "f32[51]",
                    "i32[1024]",
                    "f32[1024]",
                    "f32[1024]",
                    "f32[1024,8,51]",
                ),
                Limit(4.2, 4.0),
                Limit(1.5),
                Limit(154),
                cpu_temporaries=Limit(2.1),
                reason="the means of all actions take several passes over their logits",
            )
        ],
        curve=Curve(
            "logit of the first of three atoms",
            (-6.0, 6.0),
            "the only action; a reward of 0.25 before a distribution on -1, 0 and 1",
            {
                "input": f64([[0.0, 0.0, 0.0]]),
                "atoms": LINE_ATOMS,
                "action": ints(0),
                "reward": f64(0.25),
                "discount": f64(1.0),
                "next_logits": f64([[0.0, 0.5, 1.0]]),
            },
            {"input": f64([[1.0, 0.0, 0.0]])},
            reference=categorical_q_learning,
        ),
    ),
]
