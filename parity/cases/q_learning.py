"""Learning of action values against their choice of the next action."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.cases.td import SQUASHED
from parity.references.values import q_learning, retrace


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

CASES = [
    Case(Q, q_learning, steps, [GRID, AHEAD, NONE | {"action_gap": [0.25, 1.0]},
                                NONE | {"delta": [0.5]}, SQUASHED, AHEAD | SQUASHED]),
    Case(Q, q_learning, doubled, [NONE, SQUASHED]),
    Case(Q, q_learning, expected, [AHEAD, AHEAD | SQUASHED]),
    Case(Q, q_learning, followed, NONE | {"lambda_": [0.5, 1.0], "time_axis": [1]}),
    Case(Q, q_learning, masked, [GRID, AHEAD, AHEAD | SQUASHED], ("input", "weight")),
    Case(Q, q_learning, actions_first, NONE | {"axis": [0]}),
    Case(RETRACE, retrace, off_policy,
         [GRID, NONE | {"lambda_": [0.5], "time_axis": [0, 1], "delta": [None, 0.5]},
          SQUASHED | {"time_axis": [0, 1]}]),
    Case(RETRACE, retrace, masked_off_policy, [GRID | {"time_axis": [1]},
                                               SQUASHED | {"time_axis": [1]}]),
]  # fmt: skip
