"""Losses of policies against their formulas with constants detached."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import CLASSES, ELEMENTS, SCORES, X, Y, Z
from parity.examples.lines import ONE
from parity.examples.reinforcement import (
    ACTION_VALUES,
    FIRST_ACTION,
    REWARD,
    VALUES,
    no_action,
)
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.reinforcement import ppo_clip_of_liger
from parity.references import policies
from parity.row import Row


def steps(rng):
    return {
        "input": rng.standard_normal((3, 4)),
        "action": np.asarray([0, 3, 1], dtype=np.int32),
        "advantage": np.asarray([0.0, 1.5, -0.75]),
    }


def masked_steps(rng):
    where = np.asarray([True, False, True])
    inputs = steps(rng) | {"where": where, "weight": rng.random(3) + 0.5}
    inputs["input"][1], inputs["advantage"][1], inputs["action"][1] = np.nan, np.inf, 9
    return inputs


def actions_first(rng):
    inputs = steps(rng)
    return inputs | {"input": np.ascontiguousarray(inputs["input"].T)}


def logits(rng):
    input = rng.standard_normal((3, 4))
    input[0], input[1, 2] = 0.0, -np.inf
    return {"input": input}


def large(rng):
    return {"input": np.asarray([[1e4, -1e4, 9999.0], [80.0, 0.0, -80.0]])}


def masked_logits(rng):
    where = np.asarray([True, False, True])
    input = rng.standard_normal((3, 4))
    input[1] = np.nan
    return {"input": input, "where": where, "weight": rng.random(3) + 0.5}


def moves(rng):
    gradient = rng.standard_normal((3, 2))
    gradient[0], gradient[1] = 0.0, [3.0, 4.0]
    return {"input": rng.standard_normal((3, 2)), "gradient": gradient}


def masked_moves(rng):
    where = np.asarray([True, True, False])
    inputs = moves(rng) | {"where": where, "weight": rng.random(3) + 0.5}
    inputs["input"][2], inputs["gradient"][2] = np.nan, np.inf
    return inputs


def ratios(rng):
    input = rng.standard_normal(8)
    input[:2] = 0.0  # a ratio of 1
    advantage = np.asarray([1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 0.0, 1.0])
    return {"input": input, "old": np.zeros(8), "advantage": advantage}


def masked_ratios(rng):
    inputs = ratios(rng) | {
        "where": rng.random(8) < 0.75,
        "weight": rng.random(8) + 0.5,
    }
    inputs["input"][3], inputs["old"][4], inputs["where"][3:5] = np.nan, np.nan, False
    return inputs


def with_epsilon(rng):
    return ratios(rng) | {"epsilon": np.asarray(0.3125)}


def with_bounds(rng):
    inputs = ratios(rng) | {"epsilon_high": np.asarray(0.4375)}
    return inputs | {"dual_clip": np.asarray(1.75)}


def worths(rng):
    value = rng.standard_normal((3, 4))
    input = rng.standard_normal((3, 4))
    input[0], value[0] = 0.0, [1.0, 1.0, 3.0, -1.0]  # two are worth just the average
    return {"input": input, "value": value}


def masked_worths(rng):
    where = np.asarray([True, False, True])
    inputs = worths(rng) | {"where": where, "weight": rng.random(3) + 0.5}
    inputs["input"][1], inputs["value"][1] = np.nan, np.inf
    return inputs


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOUNDS = {"epsilon_high": [0.0, 0.5], "dual_clip": [None, 1.5]}
BOUNDED = ("input", "epsilon_high", "dual_clip")
WEIGHTED = ("input", "weight")
POLICY, PPO = fl.policy_gradient_loss, fl.ppo_clip_loss
LIGER = Package(
    "liger-kernel LigerFusedLinearGRPOFunction",
    ppo_clip_of_liger,
    quirk="its delta is a bound on all ratios",
    options=[
        {"epsilon": [0.0, 0.2, 0.5], "dual_clip": [None, 1.5]},
        {"epsilon_high": [0.0, 0.5], "dual_clip": [None, 1.5]},
    ],
)

POLICY_GRADIENT_CASES = [
    Case(POLICY, policies.policy_gradient, steps, GRID),
    Case(POLICY, policies.policy_gradient, masked_steps, GRID, WEIGHTED),
    Case(POLICY, policies.policy_gradient, actions_first, NONE | {"axis": [0]}),
]  # fmt: skip
ENTROPY_CASES = [
    Case(fl.entropy_loss, policies.entropy, logits, GRID),
    # The second derivative of torch's softmax is 0 * inf where a probability is 0.
    Case(fl.entropy_loss, policies.entropy, large, NONE, orders=1),
    Case(fl.entropy_loss, policies.entropy, masked_logits, GRID, WEIGHTED),
]  # fmt: skip
DPG_CASES = [
    Case(fl.dpg_loss, policies.dpg, moves, [GRID, NONE | {"clipping": [1.0, 5.0]}]),
    Case(fl.dpg_loss, policies.dpg, masked_moves, GRID, WEIGHTED),
]  # fmt: skip
PPO_CLIP_CASES = [
    Case(PPO, policies.ppo_clip, ratios, [GRID, NONE | {"epsilon": [0.0, 0.5]}],
         also=[LIGER]),
    Case(PPO, policies.ppo_clip, ratios, NONE | BOUNDS),
    Case(PPO, policies.ppo_clip, masked_ratios, GRID, WEIGHTED),
    Case(PPO, policies.ppo_clip, with_epsilon, NONE, ("input", "epsilon")),
    Case(PPO, policies.ppo_clip, with_bounds, NONE, BOUNDED),
]  # fmt: skip
QPG_CASES = [
    Case(fl.qpg_loss, policies.qpg, worths, GRID),
    Case(fl.qpg_loss, policies.qpg, masked_worths, GRID, WEIGHTED),
]  # fmt: skip
RM_CASES = [
    Case(fl.rm_loss, policies.rm, worths, GRID),
    Case(fl.rm_loss, policies.rm, masked_worths, GRID, WEIGHTED),
]  # fmt: skip
RPG_CASES = [
    Case(fl.rpg_loss, policies.rpg, worths, GRID),
    Case(fl.rpg_loss, policies.rpg, masked_worths, GRID, WEIGHTED),
]  # fmt: skip

OLD = [[0.5625, -1.5], [1.25, -0.75], [-0.5, 1.4375]]
OTHER = "the other action's 0"
BETTER = {
    "moved": "logit of the better action",
    "span": (-6.0, 6.0),
    "fixed": f"{OTHER}; worth 1 and 0",
    "arrays": {"input": f64([0.0, 0.0]), "value": f64([1.0, 0.0])},
    "along": FIRST_ACTION,
}

INFOS = [
    LossInfo(
        fl.policy_gradient_loss,
        cases=POLICY_GRADIENT_CASES,
        rows=[
            Row(
                {"input": SCORES, "action": CLASSES, "advantage": REWARD},
                constants=("advantage",),
                bad_values=no_action("action", (1,), 4),
            )
        ],
        gates=[
            Gate(
                (ACTION_VALUES, "i32[65536]", "f32[65536]"),
                Limit(2.9, 4.0),
                Limit(1.1),
                Limit(57),
            )
        ],
        curve=Curve(
            "logit of the action taken",
            (-6.0, 6.0),
            f"{OTHER}; an advantage of 1",
            {"input": f64([0.0, 0.0]), "action": ints(0), "advantage": f64(1.0)},
            FIRST_ACTION,
            reference=policies.policy_gradient,
        ),
    ),
    LossInfo(
        fl.entropy_loss,
        cases=ENTROPY_CASES,
        rows=[Row({"input": SCORES})],
        gates=[Gate((ACTION_VALUES,), Limit(3.0, 4.0), Limit(4.2), Limit(35))],
        curve=Curve(
            "logit of one action",
            (-6.0, 6.0),
            OTHER,
            {"input": f64([0.0, 0.0])},
            FIRST_ACTION,
            reference=policies.entropy,
        ),
    ),
    LossInfo(
        fl.dpg_loss,
        cases=DPG_CASES,
        rows=[
            Row(
                {"input": X, "gradient": Y},
                constants=("gradient",),
                descends=False,
                bad_options=(({"clipping": 0.0}, "clipping must be > 0, got 0.0"),),
            )
        ],
        gates=[Gate(2 * (ACTION_VALUES,), Limit(2.4, 4.0), Limit(4.2), Limit(17))],
        curve=Curve(
            "gradient of the value",
            (-3.0, 3.0),
            "any action; the gradient is a constant, its derivative 0",
            {"input": f64([0.0]), "gradient": f64([0.0])},
            {"gradient": f64([1.0])},
            reference=policies.dpg,
        ),
    ),
    LossInfo(
        fl.ppo_clip_loss,
        cases=PPO_CLIP_CASES,
        rows=[
            Row(
                {"input": X, "old": OLD, "advantage": Z},
                ELEMENTS,
                constants=("old", "advantage"),
                reals={"epsilon": 0.125},
                bad_options=(({"epsilon": -1.0}, "epsilon must be >= 0, got -1.0"),),
            ),
            Row(
                {"input": X, "old": OLD, "advantage": Z},
                ELEMENTS,
                constants=("old", "advantage"),
                reals={"epsilon_high": 0.25, "dual_clip": 1.0625},
                bad_options=(
                    ({"epsilon_high": -1.0}, "epsilon_high must be >= 0, got -1.0"),
                    ({"dual_clip": 1.0}, "dual_clip must be > 1, got 1.0"),
                ),
            ),
        ],
        gates=[Gate(3 * MILLION, Limit(2.3, 4.0), Limit(4.2), Limit(37))],
        curve=Curve(
            "change of the logarithm of a probability",
            (-1.0, 1.0),
            "an advantage of 1; epsilon 0.2",
            {"input": f64(0.0), "old": f64(0.0), "advantage": f64(1.0)},
            ONE,
            reference=policies.ppo_clip,
        ),
    ),
    LossInfo(
        fl.qpg_loss,
        cases=QPG_CASES,
        rows=[
            Row(
                {"input": SCORES, "value": VALUES},
                constants=("value",),
                descends=False,
            )
        ],
        gates=[
            Gate(
                2 * (ACTION_VALUES,),
                Limit(1.8, 4.0),
                Limit(0.3),
                Limit(41),
                cpu_temporaries=Limit(4.2),
            )
        ],
        curve=Curve(**BETTER, reference=policies.qpg),
    ),
    LossInfo(
        fl.rm_loss,
        cases=RM_CASES,
        rows=[
            Row(
                {"input": SCORES, "value": VALUES},
                constants=("value",),
                descends=False,
            )
        ],
        gates=[
            Gate(
                2 * (ACTION_VALUES,),
                Limit(2.8, 4.0),
                Limit(4.5),
                Limit(47),
                cpu_temporaries=Limit(8.4),
            )
        ],
        curve=Curve(**BETTER, reference=policies.rm),
    ),
    LossInfo(
        fl.rpg_loss,
        cases=RPG_CASES,
        rows=[Row({"input": SCORES, "value": VALUES}, constants=("value",))],
        gates=[
            Gate(
                2 * (ACTION_VALUES,),
                Limit(1.8, 4.0),
                Limit(0.3),
                Limit(47),
                cpu_temporaries=Limit(4.2),
            )
        ],
        curve=Curve(**BETTER, reference=policies.rpg),
    ),
]
