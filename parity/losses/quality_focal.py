"""The quality focal loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import OUTSIDE, Q, X
from parity.examples.lines import LOGIT, ONE
from parity.examples.shapes import MILLION
from parity.packages.detection import quality_focal_of_toolbelt
from parity.references.detection import quality_focal
from parity.standard import Real, elementwise

FAR = [100.0, -100.0, 1e4, -1e4, np.nan, 30.0, np.nan]


def plain(rng):
    input, target = 2 * rng.standard_normal((3, 5)), rng.random((3, 5))
    # At 0 the probability is 1/2, in the first just the target.
    input[0], target[0] = [0.0, 0.0, 4.0, -4.0, 0.5], [0.5, 1.0, 0.0, 1.0, 1.0]
    return {"input": input, "target": target}


TOOLBELT = Package(
    "pytorch-toolbelt QualityFocalLoss",
    quality_focal_of_toolbelt,
    1e-5,
    "of float32; in its target it has no derivative at an exact fit",
    options={"beta": [1.0, 2.0, 3.0], "reduction": ["none", "mean", "sum"]},
    wrt=("input",),
)
OUTSIDE_TARGET = tuple(fault for fault in OUTSIDE if fault[0] == "target")

INFOS = [
    elementwise(
        fl.quality_focal_loss,
        quality_focal,
        plain=plain,
        reals={"beta": Real(2.5, (0.0, 0.5, 1.0, 3.0), ">= 0")},
        extreme={"input": FAR, "target": [1.0, 0.0, 1.0, 0.0, 1.0, 0.5, 0.0]},
        arrays={"input": X, "target": Q},
        bad_values=OUTSIDE_TARGET,
        also=[TOOLBELT],
        gates=[
            Gate(
                2 * MILLION,
                Limit(2.4),
                Limit(4.2),
                Limit(100),
                cpu_temporaries=Limit(12.6),
            )
        ],
        curve=Curve(
            **LOGIT,
            fixed="target 0.75",
            arrays={"input": f64(0.0), "target": f64(0.75)},
            along=ONE,
            reference=quality_focal,
        ),
    ),
]
