"""Distillation against the divergences of torch's log-softmaxes."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import LOG_SHARES, NO_DISTRIBUTION, SCORES, not_above
from parity.examples.lines import FIRST_OF_3
from parity.info import LossInfo
from parity.packages.distribution import (
    distillation_of_liger,
    distillation_of_torchmetrics,
    distillation_of_torchtune,
)
from parity.references.distillation import distillation
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((2, 4, 3))
    input[0], target[0], target[1] = 0.0, [0.0, 1.0, -2.0], input[1]
    return {"input": input, "target": target}


def tempered(rng):
    return plain(rng) | {"temperature": np.asarray(1.75)}


def mixed(rng):
    return tempered(rng) | {"beta": np.asarray(0.3125)}


def sample(rng):
    return {name: x[2] for name, x in plain(rng).items()}


def spatial(rng):
    input, target = rng.standard_normal((2, 2, 3, 4))
    return {"input": input, "target": target}


def large(rng):
    input = np.asarray([[1e4, -1e4, 9984.0], [80.0, 0.0, -80.0], [0.0, 3e3, 0.0]])
    return {"input": input, "target": input[::-1, ::-1].copy()}


def saturated(rng):
    return large(rng)


def impossible_for_both(rng):
    inputs = plain(rng)
    inputs["input"][:, 1] = inputs["target"][:, 1] = -np.inf
    return inputs


def impossible_for_one(rng):
    inputs = plain(rng)
    inputs["input"][0, 0] = inputs["target"][1, 1] = -np.inf
    return inputs


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random(4) + 0.5}
    inputs["input"][2], inputs["target"][3] = np.nan, np.inf
    return inputs | {"where": np.asarray([True, True, False, False])}


LOSS, BOTH = fl.distillation_loss, ("input", "target")
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BETA = {"beta": [0.0, 1.0, 0.25]}
TOTALS = {"reduction": ["mean", "sum"], "beta": [0, 1, 0.1], "temperature": [1.0, 4.0]}

LIGER = Package(
    "liger-kernel LigerFusedLinearJSDFunction", distillation_of_liger, options=TOTALS
)
TORCHTUNE = Package(
    "torchtune ForwardKLLoss",
    distillation_of_torchtune,
    tolerance=1e-5,
    quirk="ForwardKLLoss is without the teacher's entropy, which is added",
    options={"reduction": ["mean"], "beta": [0.0, 1.0]},
    wrt=("input",),
)
TORCHMETRICS = Package(
    "torchmetrics jensen_shannon_divergence",
    distillation_of_torchmetrics,
    options=GRID | {"beta": [0.5]},
)

SCORES_OF_TWO = 2 * ("f32[4096,32000]",)
MISFIT = (
    {"input": (3, 2), "target": (3, 1)},
    "target must have shape (3, 2), got (3, 1)",
)
BAD_OPTIONS = (
    ({"beta": -0.5}, "beta must be >= 0 and <= 1, got -0.5"),
    ({"beta": 1.5}, "beta must be >= 0 and <= 1, got 1.5"),
    ({"beta": np.nan}, "beta must be >= 0 and <= 1, got nan"),
    ({"temperature": 0.0}, "temperature must be > 0, got 0.0"),
    *not_above("temperature", 0),
)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                *(LOSS, distillation, plain, [GRID, NONE | BETA], BOTH),
                also=[LIGER, TORCHMETRICS, TORCHTUNE],
            ),
            Case(LOSS, distillation, tempered, NONE | BETA, (*BOTH, "temperature")),
            Case(LOSS, distillation, mixed, GRID, (*BOTH, "temperature", "beta")),
            Case(LOSS, distillation, sample, {"beta": [0.75], "axis": [0, 1]}, BOTH),
            Case(LOSS, distillation, spatial, NONE | {"axis": [1, -1]}, BOTH),
            # If one class has all mass, the other gradients are differences of
            # roundings, there as here.
            Case(LOSS, distillation, large, NONE | {"beta": [0.0]}, orders=1),
            Case(LOSS, distillation, saturated, NONE | BETA, orders=0),
            Case(LOSS, distillation, impossible_for_both, NONE | BETA, BOTH),
            # The divergence may be infinite, and the gradient in the teacher nan.
            Case(LOSS, distillation, impossible_for_one, NONE | {"beta": [0.0]}),
            Case(LOSS, distillation, masked, GRID | BETA, (*BOTH, "weight")),
        ],
        rows=[
            Row({"input": SCORES, "target": LOG_SHARES}),
            Row(
                {"input": SCORES, "target": LOG_SHARES[::-1]},
                reals={"beta": 0.25, "temperature": 1.5},
                options={"beta": 0.25},
                misfit=MISFIT,
                bad_options=BAD_OPTIONS,
            ),
        ],
        gates=[
            Gate(
                SCORES_OF_TWO,
                Limit(1.7),
                Limit(0.1),
                Limit(80),
                cpu_temporaries=Limit(1580),
            ),
            Gate(
                SCORES_OF_TWO,
                Limit(3.7),
                Limit(1050, 0.1),
                Limit(130),
                cpu_temporaries=Limit(3680),
                reason="both softmaxes enter their mixture and a product beside it",
                options={"beta": 0.5},
            ),
        ],
        curve=Curve(
            "logit of one class",
            (-6.0, 6.0),
            "two other classes with logits 0 and 1; of the teacher 1, 0 and 1",
            {"input": f64([0.0, 0.0, 1.0]), "target": f64([1.0, 0.0, 1.0])},
            {"input": FIRST_OF_3},
            reference=distillation,
        ),
        no_number=NO_DISTRIBUTION,
    )
]
