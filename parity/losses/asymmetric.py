"""The asymmetric loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import OUTSIDE, Q, X
from parity.examples.lines import LOGIT, ONE
from parity.examples.shapes import MILLION
from parity.packages.classification import asymmetric_of_timm
from parity.references.odds import asymmetric
from parity.standard import Real, elementwise

FAR = [100.0, -100.0, 1e4, -1e4, np.nan, 30.0, np.nan]


def plain(rng):
    input, target = 2 * rng.standard_normal((3, 5)), rng.random((3, 5))
    # A probability of 1/2 is just that of a clip.
    input[0], target[0] = [0.0, 0.0, 4.0, -4.0, 0.5], [0.0, 1.0, 0.0, 1.0, 0.0]
    return {"input": input, "target": target}


def labels(rng):
    inputs = plain(rng)
    return inputs | {"target": 1.0 * (inputs["target"] > 0.5)}


def powers(rng):
    options = {"gamma_neg": np.asarray(1.5), "gamma_pos": np.asarray(0.75)}
    return plain(rng) | options


NONE = {"reduction": ["none"]}
GRID = {"reduction": ["none", "mean", "sum"]}
BOTH = ("input", "target")
LOSS = fl.asymmetric_loss
TIMM = Package(
    "timm AsymmetricLossMultiLabel",
    asymmetric_of_timm,
    1e-6,
    "of float32; the mean is over classes as well",
)
OUTSIDE_TARGET = tuple(fault for fault in OUTSIDE if fault[0] == "target")

INFOS = [
    elementwise(
        LOSS,
        asymmetric,
        plain=plain,
        reals={
            "gamma_neg": Real(1.5, (0.0, 0.5, 4.0), ">= 0"),
            "gamma_pos": Real(0.75, (0.0, 2.0, 1.0), ">= 0"),
            "clip": Real(0.125, (0.5, 0.0, 0.05), ">= 0 and <= 1"),
        },
        choices=[NONE | {"constant_weights": [True], "clip": [0.0, 0.05]}],
        extreme={"input": FAR, "target": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]},
        arrays={"input": X, "target": Q},
        bad_values=OUTSIDE_TARGET,
        cases=[
            Case(LOSS, asymmetric, plain,
                 NONE | {"clip": [0.5, 0.0], "gamma_neg": [0.0, 1.0]}, BOTH),
            Case(LOSS, asymmetric, labels,
                 [GRID, NONE | {"clip": [0.0], "gamma_neg": [2.0], "gamma_pos": [0.0]}],
                 also=[TIMM]),
            Case(LOSS, asymmetric, powers, NONE | {"clip": [0.0]},
                 (*BOTH, "gamma_neg", "gamma_pos"), orders=1),
        ],
        idle={"constant_weights": "documented: of the gradient alone"},
        gates=[
            Gate(
                2 * MILLION,
                Limit(2.4),
                Limit(4.2),
                Limit(150),
                cpu_temporaries=Limit(12.6),
            )
        ],
        curve=Curve(
            **LOGIT,
            fixed="target 0",
            arrays={"input": f64(0.0), "target": f64(0.0)},
            along=ONE,
            reference=asymmetric,
        ),
    ),
]  # fmt: skip
