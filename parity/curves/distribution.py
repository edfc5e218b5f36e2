"""Curves of the losses of probability distributions."""

import numpy as np

from parity.curve import Curve
from parity.differences.arrays import f64

__all__ = ["CURVES"]

CURVES = [
    Curve(
        "kl_div",
        "true probability",
        (0.005, 1.0),
        "predicted probability 0.25",
        {"input": f64(np.log(0.25)), "target": f64(0.0)},
        {"target": f64(1.0)},
        {"reduction": "sum"},
    ),
]
