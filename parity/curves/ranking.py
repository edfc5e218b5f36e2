"""Curves of the losses of ordered scores."""

from parity.curve import Curve
from parity.differences.arrays import f64

__all__ = ["CURVES"]

CURVES = [
    Curve(
        "margin_ranking_loss",
        "score that should be larger",
        (-3.0, 3.0),
        "the other score 0; margin 0.5",
        {"input1": f64(0.0), "input2": f64(0.0), "target": f64(1.0)},
        {"input1": f64(1.0)},
        {"margin": 0.5},
    ),
]
