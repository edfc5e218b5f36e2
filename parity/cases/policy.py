"""Losses of policies against their formulas with constants detached."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import policies


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
WEIGHTED = ("input", "weight")
POLICY, PPO = fl.policy_gradient_loss, fl.ppo_clip_loss

CASES = [
    Case(POLICY, policies.policy_gradient, steps, GRID),
    Case(POLICY, policies.policy_gradient, masked_steps, GRID, WEIGHTED),
    Case(POLICY, policies.policy_gradient, actions_first, NONE | {"axis": [0]}),
    Case(fl.entropy_loss, policies.entropy, logits, GRID),
    # The second derivative of torch's softmax is 0 * inf where a probability is 0.
    Case(fl.entropy_loss, policies.entropy, large, NONE, orders=1),
    Case(fl.entropy_loss, policies.entropy, masked_logits, GRID, WEIGHTED),
    Case(fl.dpg_loss, policies.dpg, moves, [GRID, NONE | {"clipping": [1.0, 5.0]}]),
    Case(fl.dpg_loss, policies.dpg, masked_moves, GRID, WEIGHTED),
    Case(PPO, policies.ppo_clip, ratios, [GRID, NONE | {"epsilon": [0.0, 0.5]}]),
    Case(PPO, policies.ppo_clip, masked_ratios, GRID, WEIGHTED),
    Case(PPO, policies.ppo_clip, with_epsilon, NONE, ("input", "epsilon")),
    Case(fl.qpg_loss, policies.qpg, worths, GRID),
    Case(fl.qpg_loss, policies.qpg, masked_worths, GRID, WEIGHTED),
    Case(fl.rm_loss, policies.rm, worths, GRID),
    Case(fl.rm_loss, policies.rm, masked_worths, GRID, WEIGHTED),
    Case(fl.rpg_loss, policies.rpg, worths, GRID),
    Case(fl.rpg_loss, policies.rpg, masked_worths, GRID, WEIGHTED),
]  # fmt: skip
