"""Curves of the losses of probability distributions."""

import numpy as np

from parity.curve import Curve
from parity.curves.lines import ONE
from parity.differences.arrays import f64
from parity.references.divergences import generalized_kl

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
    Curve(
        "generalized_kl_divergence",
        "logarithm of the mass",
        (-3.0, 2.0),
        "true mass 1.5",
        {"input": f64(0.0), "target": f64(1.5)},
        ONE,
        reference=generalized_kl,
    ),
]
