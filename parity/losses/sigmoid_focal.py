"""Sigmoid focal loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, OUTSIDE, UNEQUAL, Q, X
from parity.examples.lines import LOGIT, ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.classification import sigmoid_focal_of_torchvision
from parity.references import kept
from parity.references.odds import sigmoid_focal, sigmoid_focal_of_labels
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((4, 5)), rng.random((4, 5))
    input[0], target[1] = [0.0, 1.0, -1.0, 0.0, 0.0], [0.0, 1, 0, 1, 0.5]
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((4, 5)) + 0.5}
    inputs["where"] = np.asarray([[True], [False], [True], [True]])
    inputs["input"][1], inputs["target"][1] = np.nan, np.inf
    return inputs


def far(rng):
    logits = [1.0, -1.0, 100.0, -100.0, 1e4, -1e4]
    return {"input": np.asarray([logits, logits]),
            "target": np.repeat([[0.0], [1.0]], 6, axis=1)}  # fmt: skip


def with_options(rng):
    return plain(rng) | {"gamma": np.asarray(1.5), "alpha": np.asarray(0.25)}


NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
WHERE = kept(sigmoid_focal, input=None, target=None, weight=None)
LOSS = fl.sigmoid_focal_loss

TORCHVISION = Package(
    "torchvision sigmoid_focal_loss",
    sigmoid_focal_of_torchvision,
    quirk="no alpha is alpha=-1; its own default is 0.25",
)

CASES = [
    Case(LOSS, sigmoid_focal, plain,
         [NONE | {"gamma": [0.0, 1.0, 2.0, 5.0]}, {"alpha": [0.25, 0.75]}], BOTH,
         also=[TORCHVISION]),
    # The derivative in a target of 0 or 1 has an infinite derivative for other gammas.
    Case(LOSS, sigmoid_focal, plain, NONE | {"gamma": [0.5]}, orders=1),
    Case(LOSS, WHERE, masked, {"reduction": ["mean", "sum"]}, (*BOTH, "weight")),
    Case(LOSS, sigmoid_focal_of_labels, far, NONE | {"gamma": [0.5, 1.0, 2.0]},
         orders=1),
    Case(LOSS, sigmoid_focal, with_options, {"reduction": ["mean"]},
         (*BOTH, "gamma", "alpha"), orders=1),
]  # fmt: skip

OUTSIDE_TARGET = tuple(fault for fault in OUTSIDE if fault[0] == "target")

INFOS = [
    LossInfo(
        fl.sigmoid_focal_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": Q},
                ELEMENTS,
                reals={"gamma": 1.5, "alpha": 0.25},
                misfit=UNEQUAL,
                bad_options=(
                    ({"gamma": -0.5}, "gamma must be >= 0, got -0.5"),
                    ({"gamma": np.nan}, "gamma must be >= 0, got nan"),
                    ({"alpha": 1.5}, "alpha must be >= 0 and <= 1, got 1.5"),
                ),
                bad_values=OUTSIDE_TARGET,
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(4.0, 4.0),
                Limit(4.2),
                Limit(94),
                cpu_temporaries=Limit(12.6),
            )
        ],
        curve=Curve(
            **LOGIT,
            fixed="target 1, gamma 2",
            arrays={"input": f64(0.0), "target": f64(1.0)},
            along=ONE,
            reference=sigmoid_focal,
        ),
        number=1.0,
    ),
]
