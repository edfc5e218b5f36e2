"""Quantile loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.examples.arrays import ELEMENTS, X
from parity.examples.shapes import MILLION
from parity.packages.regression import quantile_of_torch_uncertainty
from parity.references.quantile import quantile
from parity.row import Row
from parity.standard import Real, elementwise


def with_levels(rng):
    input, weight = rng.standard_normal((3, 5)), rng.random((3, 5)) + 0.5
    input[0], target = [0.0, 1.0, -1.0, 4.0, -4.0], np.zeros(5)
    tau = np.asarray([0.0625, 0.5, 0.9375])
    return {"input": input, "target": target, "tau": tau, "weight": weight}


GRID = {"reduction": ["none", "mean", "sum"], "axis": [0]}
WRT = ("input", "target", "tau", "weight")

INFOS = [
    elementwise(
        fl.quantile_loss,
        quantile,
        reals={"tau": Real(0.9375, (0.1, 0.75), "> 0 and < 1")},
        cases=[Case(fl.quantile_loss, quantile, with_levels, GRID, WRT)],
        rows=[
            Row(
                {"input": X, "target": [0.25, 1.0, -0.5]},
                ELEMENTS,
                options={"tau": np.asarray([0.25, 0.875])},
            )
        ],
        gates=[Gate(2 * MILLION, Limit(1.7, 4.0), Limit(0.0), Limit(26))],
        drawn_with={"tau": 0.8},
        number=0.625,
        also=[
            Package(
                "torch-uncertainty PinballLoss",
                quantile_of_torch_uncertainty,
                quirk="its gradient at an exact fit is 1/2 - tau; taken as 0",
            )
        ],
        idle={"axis": "documented: not without levels"},
    ),
]
