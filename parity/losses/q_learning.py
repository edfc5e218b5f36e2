"""Learning of action values against their choice of the next action."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import CLASSES, ELEMENTS, SCORES, SHARES, Y
from parity.examples.reinforcement import (
    ACTION_VALUES,
    DISCOUNTS,
    FIRST_ACTION,
    LONG,
    LONG_VALUES,
    ONE_STEP,
    STEP,
    VALUES,
    no_action,
)
from parity.info import LossInfo
from parity.losses.td import NOT_RESCALED, RESCALED, SQUASHED
from parity.references.values import q_learning, retrace
from parity.row import Row


def steps(rng):
    shape = (2, 3)
    inputs = {
        name: rng.standard_normal((*shape, 4)) for name in ("input", "next_value")
    }
    inputs["next_value"][0, 0] = [2.0, 2.0, 0.0, 2.0]  # a tie
    return inputs | {
        "action": rng.integers(0, 4, shape),
        "reward": rng.standard_normal(shape),
        "discount": rng.random(shape),
    }


def doubled(rng):
    return steps(rng) | {"selector": rng.standard_normal((2, 3, 4))}


def expected(rng):
    return steps(rng) | {"policy": rng.dirichlet(np.ones(4), (2, 3))}


def followed(rng):
    return steps(rng) | {"next_action": rng.integers(0, 4, (2, 3), dtype=np.int32)}


def masked(rng):
    inputs = expected(rng) | {"weight": rng.random((2, 3)) + 0.5}
    where = np.asarray([[True, False, True], [True, True, False]])
    inputs["input"][~where] = inputs["next_value"][~where] = np.nan
    inputs["action"][~where] = 99
    return inputs | {"where": where}


def actions_first(rng):
    inputs = steps(rng)
    return inputs | {
        name: np.moveaxis(inputs[name], -1, 0) for name in ("input", "next_value")
    }


def off_policy(rng):
    return followed(rng) | {
        "policy": rng.dirichlet(np.ones(4), (2, 3)),
        "behaviour": 0.1 + 0.9 * rng.random((2, 3)),
    }


def masked_off_policy(rng):
    inputs = off_policy(rng)
    where = np.asarray([[True, False, True], [True, True, True]])
    inputs["input"][~where] = inputs["next_value"][~where] = np.nan
    inputs["policy"][~where] = inputs["behaviour"][~where] = np.nan
    inputs["action"][~where] = inputs["next_action"][~where] = 99
    return inputs | {"where": where}


Q, RETRACE = fl.q_learning_loss, fl.retrace_loss
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
AHEAD = NONE | {"lambda_": [0.75], "time_axis": [1]}

Q_LEARNING_CASES = [
    Case(Q, q_learning, steps, [GRID, AHEAD, NONE | {"action_gap": [0.25, 1.0]},
                                NONE | {"delta": [0.5]}, SQUASHED, AHEAD | SQUASHED]),
    Case(Q, q_learning, doubled, [NONE, SQUASHED]),
    Case(Q, q_learning, expected, [AHEAD, AHEAD | SQUASHED]),
    Case(Q, q_learning, followed, NONE | {"lambda_": [0.5, 1.0], "time_axis": [1]}),
    Case(Q, q_learning, masked, [GRID, AHEAD, AHEAD | SQUASHED], ("input", "weight")),
    Case(Q, q_learning, actions_first, NONE | {"axis": [0]}),
]  # fmt: skip
RETRACE_CASES = [
    Case(RETRACE, retrace, off_policy,
         [GRID, NONE | {"lambda_": [0.5], "time_axis": [0, 1], "delta": [None, 0.5]},
          SQUASHED | {"time_axis": [0, 1]}]),
    Case(RETRACE, retrace, masked_off_policy, [GRID | {"time_axis": [1]},
                                               SQUASHED | {"time_axis": [1]}]),
]  # fmt: skip

TAKEN, NEXT = [[2, 0], [0, 3], [1, 1]], [[0, 1], [3, 2], [1, 0]]
OFF_POLICY = {
    "input": LONG,
    "action": TAKEN,
    "reward": Y,
    "discount": DISCOUNTS,
    "next_value": LONG_VALUES,
    "next_action": NEXT,
    "policy": [[x, x[::-1]] for x in SHARES],
    "behaviour": [[0.25, 0.5], [0.75, 0.125], [0.375, 0.875]],
}

OF_LOGITS = ": pass probabilities, the softmax of logits"
STEPS = ("i32[65536]", "f32[65536]", "f32[65536]")
SEQUENCES = "f32[512,64,16]"
TIMES = "f32[512,64]"

INFOS = [
    LossInfo(
        fl.q_learning_loss,
        cases=Q_LEARNING_CASES,
        rows=[
            Row(
                {"input": SCORES, "action": CLASSES, **STEP, "next_value": VALUES},
                constants=("reward", "discount", "next_value"),
                reals={"delta": 0.625},
                bad_options=(
                    ({"action_gap": 1.5}, "action_gap must be >= 0 and <= 1, got 1.5"),
                ),
                bad_values=no_action("action", (1,), 4),
            ),
            Row(
                {"input": SCORES, "action": CLASSES, **STEP, "next_value": VALUES},
                constants=("reward", "discount", "next_value"),
                options=RESCALED,
                bad_options=NOT_RESCALED,
            ),
        ],
        gates=[
            Gate(
                (ACTION_VALUES, *STEPS, ACTION_VALUES),
                Limit(2.7, 4.0),
                Limit(1.6),
                Limit(41),
            )
        ],
        curve=Curve(
            "value of the action taken",
            (-2.0, 4.0),
            "a reward of 1, a discount of 0.5 and values of 0 and 2 after it",
            {
                "input": f64([0.0, 0.0]),
                "action": ints(0),
                **ONE_STEP,
                "next_value": f64([0.0, 2.0]),
            },
            FIRST_ACTION,
            reference=q_learning,
        ),
        idle={
            "time_axis": "documented: not without lambda_",
            "delta": "errors of the row are smaller",
        },
    ),
    LossInfo(
        fl.retrace_loss,
        cases=RETRACE_CASES,
        rows=[
            Row(
                OFF_POLICY,
                ELEMENTS,
                constants=("reward", "discount", "next_value", "policy", "behaviour"),
                options={"time_axis": 1},
                reals={"delta": 0.625},
                bad_values=(
                    *no_action("action", (1, 0), 4),
                    *no_action("next_action", (1, 0), 4),
                    (
                        "policy",
                        (1, 0, 1),
                        1.5,
                        "policy must be in 0..1, got 1.5 at (1, 0, 1)" + OF_LOGITS,
                    ),
                ),
            ),
            Row(
                OFF_POLICY,
                ELEMENTS,
                constants=("reward", "discount", "next_value", "policy", "behaviour"),
                options={"time_axis": 1, **RESCALED},
                bad_options=NOT_RESCALED,
            ),
        ],
        gates=[
            Gate(
                (
                    SEQUENCES,
                    "i32[512,64]",
                    TIMES,
                    TIMES,
                    SEQUENCES,
                    "i32[512,64]",
                    SEQUENCES,
                    TIMES,
                ),
                None,
                Limit(3.8),
                Limit(99),
                options={"time_axis": 1},
            )
        ],
        curve=Curve(
            "value of the action taken",
            (-2.0, 4.0),
            "a reward of 1, a discount of 0.5 and values of 0 and 2, as "
            "likely, after it",
            {
                "input": f64([0.0, 0.0]),
                "action": ints(0),
                **ONE_STEP,
                "next_value": f64([0.0, 2.0]),
                "next_action": ints(1),
                "policy": f64([0.5, 0.5]),
                "behaviour": f64(0.5),
            },
            FIRST_ACTION,
            reference=retrace,
        ),
        idle={"delta": "errors of the row are smaller"},
    ),
]
