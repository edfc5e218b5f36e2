"""The focal loss of heatmaps against its formula."""

from dataclasses import replace

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import OUTSIDE, Q, X
from parity.examples.lines import LOGIT, ONE
from parity.examples.shapes import MILLION
from parity.references.detection import heatmap_focal
from parity.standard import Real, elementwise

FAR = [100.0, -100.0, 1e4, -1e4, np.nan, 30.0, np.nan]


def plain(rng):
    input, target = 2 * rng.standard_normal((3, 5)), rng.random((3, 5))
    input[0], target[0] = [0.0, 0.0, 4.0, -4.0, 0.5], [0.0, 1.0, 0.0, 1.0, 1.0]
    return {"input": input, "target": target}


def without_peaks(rng):
    input, target = 2 * rng.standard_normal((2, 4)), rng.random((2, 4))
    return {"input": input, "target": target}


BOTH = ("input", "target")
LOSS = fl.heatmap_focal_loss
OUTSIDE_TARGET = tuple(fault for fault in OUTSIDE if fault[0] == "target")

INFO = elementwise(
    LOSS,
    heatmap_focal,
    plain=plain,
    reals={
        "alpha": Real(1.5, (0.0, 0.5, 4.0), ">= 0"),
        "beta": Real(2.5, (0.75, 0.0, 1.0), ">= 0"),
    },
    extreme={"input": FAR, "target": [1.0, 0.0, 1.0, 0.0, 1.0, 0.5, 0.0]},
    arrays={"input": X, "target": Q},
    bad_values=OUTSIDE_TARGET,
    cases=[Case(LOSS, heatmap_focal, without_peaks, {"reduction": ["mean"]}, BOTH)],
    gates=[
        Gate(
            2 * MILLION,
            # The target is read for the number of peaks as well.
            Limit(3.4),
            Limit(4.2),
            Limit(100),
            cpu_temporaries=Limit(12.6),
        )
    ],
    curve=Curve(
        **LOGIT,
        fixed="target 1",
        arrays={"input": f64(0.0), "target": f64(1.0)},
        along=ONE,
        reference=heatmap_focal,
    ),
)

# The mean is not over the elements.
INFOS = [replace(INFO, rows=[replace(row, mass=None) for row in INFO.rows])]
