"""Curves of the losses of a batch against itself."""

from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.references.circle import circle
from parity.references.ntxent import ntxent

__all__ = ["CURVES"]

LABELS = ints(0, 0, 1)

CURVES = [
    *(
        Curve(
            name,
            "direction of a row of one label with (1, 0)",
            (-3.0, 3.0),
            "the row is (1, moved); a row of another label is (0, 1)",
            {"input": f64([1.0, 0.0], [1.0, 0.0], [0.0, 1.0]), "target": LABELS},
            {"input": f64([0.0, 0.0], [0.0, 1.0], [0.0, 0.0])},
            options,
            reference=reference,
        )
        for name, options, reference in (
            ("ntxent_loss", {"temperature": 0.5}, ntxent),
            ("circle_loss", {"gamma": 4.0, "constant_weights": False}, circle),
        )
    ),
]
