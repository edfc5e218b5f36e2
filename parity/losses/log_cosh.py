"""The log-cosh loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Package
from parity.examples.shapes import MILLION
from parity.packages.regression import log_cosh_of_torchmetrics
from parity.references.regression import log_cosh
from parity.standard import elementwise


def plain(rng):
    input, target = 2 * rng.standard_normal((2, 3, 5))
    input[0], target[0] = [0.0, 1.0, -1.0, 20.0, -24.0], 0.0
    input[1, 0] = target[1, 0]
    return {"input": input, "target": target}


FAR = (1e4, -1e4, np.inf, -np.inf, np.nan, 1e-3, -1e-4, 1e-12, 0.75, 20.5)

INFOS = [
    elementwise(
        fl.log_cosh_loss,
        log_cosh,
        plain=plain,
        extreme={"input": FAR, "target": [0.0] * 10},
        gates=[Gate(2 * MILLION, Limit(1.7, 4.0), Limit(0.0), Limit(22))],
        also=[
            Package(
                "torchmetrics log_cosh_error",
                log_cosh_of_torchmetrics,
                quirk="a mean for each column, so it gets one; exp overflows at 710",
                options={"reduction": ["mean"]},
            )
        ],
    ),
]
