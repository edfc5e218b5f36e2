"""Rows of the losses of values and policies."""

import funloss as fl
from tests.row import Row
from tests.rows.arrays import (
    GRID,
    LABELS,
    SCORES,
    SHARES,
    X,
    Y,
    Z,
    not_above,
)

__all__ = ["ROWS"]

VALUES = [row[::-1] for row in SCORES]
REWARD, DISCOUNT = [0.5, -1.25, 0.75], [0.875, 0.5, 0.0]
DISCOUNTS = [[0.875, 0.5], [0.0, 0.75], [0.625, 0.25]]
STEP = {"reward": REWARD, "discount": DISCOUNT}
# Two steps of each of three sequences, with four actions.
LONG, LONG_VALUES = (
    [[x, y] for x, y in zip(SCORES, VALUES, strict=True)],
    [[y, x] for x, y in zip(SCORES, VALUES, strict=True)],
)
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
# Two actions, with four atoms or quantiles each.
ACTIONS, NEXT_ACTIONS = LONG, [[[2 * x for x in row] for row in rows] for rows in LONG]
ATOMS = [-1.0, 0.0, 0.5, 2.0]
OLD = [[0.5625, -1.5], [1.25, 0.375], [-0.5, 1.4375]]
SHORT = {"input": (3, 2), "reward": (3,), "discount": (3, 2), "next_value": (3, 2)}

OF_LOGITS = ": pass probabilities, the softmax of logits"


def no_action(name, place, count):
    """Return actions just out of range on each side, at a step."""
    return tuple(
        (
            name,
            place,
            label,
            f"{name} must be in 0..{count - 1}, got {label} at {place}",
        )
        for label in (count, -1)
    )


def squash(x):
    """Return a value that grows like the square root; arrays of every library."""
    return 2 * x / (1 + (1 + 4 * abs(x)) ** 0.5)


def stretch(y):
    """Undo `squash`."""
    return y * (1 + abs(y))


RESCALED = {"transform": squash, "inverse": stretch}
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

ROWS = [
    Row(
        fl.td_loss,
        {"input": X, "reward": Y, "discount": DISCOUNTS, "next_value": Z},
        GRID,
        constants=("reward", "discount", "next_value"),
        reals={"delta": 0.625},
        misfit=(SHORT, "reward must have shape (3, 2) or (), got (3,)"),
        bad_options=not_above("delta", 0),
    ),
    Row(
        fl.td_loss,
        {"input": X, "reward": Y, "discount": DISCOUNTS, "next_value": Z},
        GRID,
        constants=("reward", "discount", "next_value"),
        options={"lambda_": 0.75, "time_axis": 1},
        bad_options=(
            ({"time_axis": 2}, "time_axis must be an integer in -2..1, got 2"),
        ),
    ),
    Row(
        fl.td_loss,
        {"input": X, "reward": Y, "discount": DISCOUNTS, "next_value": Z},
        GRID,
        constants=("reward", "discount", "next_value"),
        options={"lambda_": 0.75, "time_axis": 1, **RESCALED},
        bad_options=NOT_RESCALED,
    ),
    Row(
        fl.q_learning_loss,
        {"input": SCORES, "action": LABELS, **STEP, "next_value": VALUES},
        constants=("reward", "discount", "next_value"),
        reals={"delta": 0.625},
        bad_options=(
            ({"action_gap": 1.5}, "action_gap must be >= 0 and <= 1, got 1.5"),
        ),
        bad_values=no_action("action", (1,), 4),
    ),
    Row(
        fl.q_learning_loss,
        {"input": SCORES, "action": LABELS, **STEP, "next_value": VALUES},
        constants=("reward", "discount", "next_value"),
        options=RESCALED,
        bad_options=NOT_RESCALED,
    ),
    Row(
        fl.retrace_loss,
        OFF_POLICY,
        GRID,
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
        fl.retrace_loss,
        OFF_POLICY,
        GRID,
        constants=("reward", "discount", "next_value", "policy", "behaviour"),
        options={"time_axis": 1, **RESCALED},
        bad_options=NOT_RESCALED,
    ),
    Row(
        fl.categorical_td_loss,
        {"input": SCORES, "atoms": ATOMS, **STEP, "next_logits": VALUES},
        constants=("atoms", "reward", "discount", "next_logits"),
        samples={"atoms": None},
    ),
    Row(
        fl.categorical_q_learning_loss,
        {
            "input": ACTIONS,
            "atoms": ATOMS,
            "action": [1, 0, 1],
            **STEP,
            "next_logits": NEXT_ACTIONS,
        },
        constants=("atoms", "reward", "discount", "next_logits"),
        samples={"atoms": None},
        bad_values=no_action("action", (1,), 2),
    ),
    Row(
        fl.quantile_huber_loss,
        {"input": SCORES, "target": [[0.53, -1.27], [1.91, 0.23], [-0.71, 1.47]]},
        reals={"delta": 0.625},
        bad_options=(({"delta": -1.0}, "delta must be > 0, got -1.0"),),
    ),
    Row(
        fl.quantile_q_learning_loss,
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
    ),
    Row(
        fl.policy_gradient_loss,
        {"input": SCORES, "action": LABELS, "advantage": REWARD},
        constants=("advantage",),
        bad_values=no_action("action", (1,), 4),
    ),
    Row(fl.entropy_loss, {"input": SCORES}),
    Row(
        fl.dpg_loss,
        {"input": X, "gradient": Y},
        constants=("gradient",),
        descends=False,
        bad_options=(({"clipping": 0.0}, "clipping must be > 0, got 0.0"),),
    ),
    Row(
        fl.ppo_clip_loss,
        {"input": X, "old": OLD, "advantage": Z},
        GRID,
        constants=("old", "advantage"),
        reals={"epsilon": 0.125},
        bad_options=(({"epsilon": -1.0}, "epsilon must be >= 0, got -1.0"),),
    ),
    Row(
        fl.qpg_loss,
        {"input": SCORES, "value": VALUES},
        constants=("value",),
        descends=False,
    ),
    Row(
        fl.rm_loss,
        {"input": SCORES, "value": VALUES},
        constants=("value",),
        descends=False,
    ),
    Row(fl.rpg_loss, {"input": SCORES, "value": VALUES}, constants=("value",)),
]
