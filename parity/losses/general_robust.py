"""The general robust loss against its formula."""

import math

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.examples.shapes import MILLION
from parity.packages.regression import robust_of_kornia
from parity.references.regression import general_robust
from parity.standard import Real, elementwise

# Errors whose squares no dtype takes for infinite.
FAR = (100.0, -100.0, np.nan, 1e-3)


def near_two(rng):
    input, target = rng.standard_normal((2, 3, 5))
    return {"input": input, "target": target, "alpha": np.asarray(1.75)}


REALS = {
    "alpha": Real(0.5, (1.0, 0.0, -2.0, -math.inf, 1.5, 3.0, 2.0), "a number"),
    "scale": Real(0.625, (2.0, 0.5), "> 0"),
}

KORNIA = Package(
    "kornia charbonnier_loss",
    robust_of_kornia,
    quirk="has a loss for each of four shapes, and no scale",
    options={
        "alpha": [1.0, 0.0, -2.0, -math.inf],
        "scale": [1.0, 0.5],
        "reduction": ["none", "mean", "sum"],
    },
)

INFOS = [
    elementwise(
        fl.general_robust_loss,
        general_robust,
        reals=REALS,
        also=[KORNIA],
        extreme={"input": FAR, "target": [0.0] * len(FAR)},
        cases=[
            Case(
                fl.general_robust_loss,
                general_robust,
                near_two,
                {"reduction": ["none", "mean"]},
                ("input", "target", "alpha"),
            )
        ],
        gates=[Gate(2 * MILLION, Limit(2.4, 4.0), Limit(4.2), Limit(30))],
    ),
]
