"""The varifocal loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import OUTSIDE, Q, X
from parity.examples.lines import LOGIT, ONE
from parity.examples.shapes import MILLION
from parity.references.detection import varifocal
from parity.standard import Real, elementwise

FAR = [100.0, -100.0, 1e4, -1e4, np.nan, 30.0, np.nan]


def plain(rng):
    input, target = 2 * rng.standard_normal((3, 5)), rng.random((3, 5))
    input[0], target[0] = [0.0, 0.0, 4.0, -4.0, 0.5], [0.0, 1.0, 0.0, 0.0, 1.0]
    return {"input": input, "target": target}


OUTSIDE_TARGET = tuple(fault for fault in OUTSIDE if fault[0] == "target")

INFOS = [
    elementwise(
        fl.varifocal_loss,
        varifocal,
        plain=plain,
        reals={
            "alpha": Real(0.5, (0.0, 2.0), ">= 0"),
            "gamma": Real(1.5, (0.0, 0.5, 3.0), ">= 0"),
        },
        extreme={"input": FAR, "target": [1.0, 0.0, 1.0, 0.0, 1.0, 0.5, 0.0]},
        arrays={"input": X, "target": Q},
        bad_values=OUTSIDE_TARGET,
        idle=dict.fromkeys(("alpha", "gamma"), "documented: of targets of 0 alone"),
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
            fixed="target 0",
            arrays={"input": f64(0.0), "target": f64(0.0)},
            along=ONE,
            reference=varifocal,
        ),
    ),
]
