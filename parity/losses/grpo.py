"""Losses of sequences by their advantages against the formulas of the papers."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.info import LossInfo
from parity.packages.reinforcement import grpo_of_liger
from parity.references.grpo import grpo
from parity.row import Row


def tokens(rng):
    old = -rng.random((3, 4)) - 0.5
    change = rng.standard_normal((3, 4)) / 4
    change[0] = [0.0, 1.0, -1.0, 0.125]
    reference = old + rng.standard_normal((3, 4)) / 4
    advantage = np.asarray([1.5, -0.75, 0.0])
    policies = {"input": old + change, "old": old}
    return policies | {"advantage": advantage, "reference": reference}


def weighted(rng):
    return tokens(rng) | {"weight": rng.random((3, 4)) + 0.5}


def masked(rng):
    inputs = weighted(rng)
    inputs["advantage"] = np.asarray([1.5, -0.75, np.nan])
    inputs["input"][0, 1], inputs["old"][0, 3] = -np.inf, np.nan
    inputs["reference"][1, 0], inputs["weight"][2] = np.inf, np.nan
    inputs["old"][2], inputs["input"][2] = -np.inf, -np.inf
    where = np.asarray([[1, 0, 1, 0], [0, 1, 1, 1], [0, 0, 0, 0]])
    return inputs | {"where": where > 0}


def columns(rng):
    """Make tokens along the first axis, with advantages of their own."""
    inputs = {k: x.T for k, x in tokens(rng).items() if k != "advantage"}
    return inputs | {"advantage": rng.standard_normal((4, 3))}


def padded(rng):
    where = np.asarray([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]]) > 0
    return tokens(rng) | {"where": where}


def padded_weighted(rng):
    return padded(rng) | {"weight": rng.random((3, 4)) + 0.5}


def far(rng):
    change = np.asarray([[95.0, -95.0], [95.0, -95.0], [300.0, -800.0]])
    old = np.full((3, 2), -100.0)
    return {"input": old + change, "old": old, "advantage": np.asarray([1.0, -1, 2])}


def with_bounds(rng):
    bounds = {"epsilon": 0.125, "epsilon_high": 0.3125, "dual_clip": 1.5}
    return tokens(rng) | {name: np.asarray(x) for name, x in bounds.items()}


def with_factors(rng):
    factors = {"beta": 0.25, "per": 3.0}
    return tokens(rng) | {name: np.asarray(x) for name, x in factors.items()}


LOSS = fl.grpo_loss
REDUCTION = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
MEAN = {"reduction": ["mean"]}
PER = {"per": ["sequence", "token", 8.0]}
SEQUENCE = {"level": ["sequence"]}
CISPO = {"objective": ["cispo"]}
BETA = {"beta": [0.25]}
BOUNDS = {"epsilon": [0.125], "epsilon_high": [0.25], "dual_clip": [1.5]}

LIGER = Package(
    "liger-kernel LigerFusedLinearGRPOFunction",
    grpo_of_liger,
    quirk="a batch without an empty sequence, which Liger counts",
    options=[
        PER | {"level": ["token", "sequence"], "beta": [0.0, 0.25]},
        PER | {"epsilon": [0.125], "epsilon_high": [0.25], "dual_clip": [1.5]},
        CISPO | {"per": ["token"], "beta": [0.0, 0.25], "ratio_max": [5.0, 1.125]},
    ],
    wrt=("input",),
)

X = [[-0.5, -1.25, -2.0, -0.375], [-0.25, -0.875, -1.5, -0.625]]
OLD = [[-0.75, -1.0, -2.25, -0.875], [-0.25, -1.0, -1.0, -0.375]]
POLICIES = {"input": X, "old": OLD, "advantage": [1.25, -0.75]}
CONSTANTS = ("old", "advantage")
STEPS = ("f32[1024,1024]",) * 2
GROUP = ("f32[1024]",)
BAD_OPTIONS = (
    ({"epsilon": -1.0}, "epsilon must be >= 0, got -1.0"),
    ({"epsilon_high": -1.0}, "epsilon_high must be >= 0, got -1.0"),
    ({"dual_clip": 1.0}, "dual_clip must be > 1, got 1.0"),
    ({"per": 0.0}, "per must be > 0, got 0.0"),
    ({"per": "row"}, "per must be 'sequence', 'token' or a number, got 'row'"),
    ({"level": "row"}, "level must be 'token' or 'sequence', got 'row'"),
    ({"estimator": "kl"}, "estimator must be 'k1', 'k2' or 'k3', got 'kl'"),
    ({"objective": "ppo"}, "objective must be 'clip' or 'cispo', got 'ppo'"),
    ({"beta": 0.5}, "reference must be given with beta, the factor on the divergence"),
)
BAD_CISPO = (
    ({"ratio_max": 0.0}, "ratio_max must be > 0, got 0.0"),
    ({"level": "sequence"}, "level must be 'token' with objective 'cispo', got"),
    ({"epsilon_high": 5.0}, "objective 'cispo' takes ratio_max, and no 1 is added"),
    ({"dual_clip": 5.0}, "objective 'cispo' takes ratio_max, and no 1 is added"),
)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                *(LOSS, grpo, tokens),
                [
                    REDUCTION | PER,
                    NONE | PER | SEQUENCE | BETA,
                    NONE | PER | CISPO | BETA,
                    NONE | BOUNDS,
                    NONE | BOUNDS | SEQUENCE,
                    NONE | CISPO | {"ratio_max": [1.125]},
                    NONE | {"beta": [0.25], "estimator": ["k1", "k2", "k3"]},
                ],
            ),
            Case(LOSS, grpo, weighted, NONE | BETA),
            Case(
                *(LOSS, grpo, masked),
                [REDUCTION | PER, NONE | SEQUENCE | BETA, NONE | CISPO | BETA],
            ),
            Case(LOSS, grpo, columns, {"axis": [0], "level": ["token", "sequence"]}),
            Case(LOSS, grpo, far, NONE, orders=1),
            Case(LOSS, grpo, with_bounds, NONE, ("input", *BOUNDS)),
            Case(LOSS, grpo, with_factors, REDUCTION, ("input", "beta", "per")),
            Case(LOSS, grpo, padded, MEAN, also=[LIGER]),
            Case(LOSS, grpo, padded_weighted, MEAN | BETA, also=[LIGER]),
        ],
        rows=[
            Row(
                POLICIES,
                (2,),
                mask=(2, 4),
                constants=CONSTANTS,
                reals={"epsilon": 0.125, "epsilon_high": 0.25, "dual_clip": 1.25},
                misfit=(
                    {"input": (2, 4), "old": (2, 3), "advantage": (2,)},
                    "old must have shape (2, 4), (2,) or (), got (2, 3)",
                ),
                bad_options=BAD_OPTIONS,
            ),
            Row(
                POLICIES | {"reference": OLD[::-1]},
                (2,),
                mask=(2, 4),
                constants=(*CONSTANTS, "reference"),
                options={"per": 4.0, "beta": 0.5},
                reals={"beta": 0.25},
            ),
            Row(
                POLICIES,
                (2,),
                mask=(2, 4),
                mass=4,
                constants=CONSTANTS,
                descends=False,  # the ratio is a constant
                options={"per": "token", "objective": "cispo"},
                bad_options=BAD_CISPO,
            ),
            Row(
                POLICIES,
                (2,),
                mask=(2, 4),
                constants=CONSTANTS,
                options={"level": "sequence"},
            ),
        ],
        gates=[
            Gate(STEPS + GROUP, Limit(2.4, 3.0), Limit(4.2), Limit(46)),
            Gate(
                STEPS + GROUP + STEPS[:1],
                Limit(3.0),
                Limit(8.4, 4.2),
                Limit(126),
                reason="the divergence has one formula near 0 and one far from it",
                options={"beta": 0.05},
                cpu_temporaries=Limit(16.8),
            ),
            Gate(
                STEPS + GROUP,
                Limit(1.0),
                Limit(0.1),
                Limit(55),
                options={"level": "sequence"},
            ),
            Gate(
                STEPS + GROUP,
                Limit(1.7),
                Limit(0.1),
                Limit(30),
                options={"objective": "cispo", "per": "token"},
                cpu_temporaries=Limit(4.2),
            ),
        ],
        curve=Curve(
            "logarithm of the ratio of one token",
            (-1.0, 1.0),
            "another with a ratio of 1, an advantage of 1",
            {"input": f64([0.0, 0.0]), "old": f64([0.0, 0.0]), "advantage": f64(1.0)},
            {"input": f64([1.0, 0.0])},
            reference=grpo,
        ),
        idle={
            "epsilon": "of objective 'clip', with ratios beyond it",
            "ratio_max": "of objective 'cispo', with ratios beyond it",
            "dual_clip": "no ratio of the rows is beyond it",
            "estimator": "of beta",
        },
    )
]
