"""The absolute percentage error against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.references.regression import mean_absolute_percentage_error as reference
from parity.standard import Real, elementwise


def plain(rng):
    input, target = 2 * rng.standard_normal((2, 3, 5))
    # Exact fits, and targets exactly at, below and above an eps of 0.25.
    input[0] = [0.5, -1.0, 0.5, 1.0, -1.0]
    target[0] = [0.5, -1.0, 0.25, -0.125, -0.25]
    return {"input": input, "target": target}


INFOS = [
    elementwise(
        fl.mean_absolute_percentage_error,
        reference,
        plain=plain,
        extreme={
            "input": [1e4, -1e4, np.inf, np.nan, 1e-4, 0.0],
            "target": [1.0, 1e4, -2.0, 1.0, 0.0, 3.0],
        },
        hidden={"input": np.nan, "target": 0.0},
        reals={"eps": Real(0.3125, (0.25, 1e-7), "> 0")},
        gates=[Gate(2 * MILLION, Limit(1.7, 4.0), Limit(0.0), Limit(32))],
        curve=Curve(
            "prediction",
            (-1.0, 5.0),
            "target 2",
            {"input": f64(0.0), "target": f64(2.0)},
            ONE,
            reference=reference,
        ),
    ),
]
