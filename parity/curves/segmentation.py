"""Curves of the losses of overlap."""

from parity.curve import Curve
from parity.differences.arrays import f64
from parity.references import dice
from parity.references.generalized_dice import generalized_dice

__all__ = ["CURVES"]

CURVES = [
    *(
        Curve(
            name,
            "probability of one of four pixels",
            (0.0, 1.0),
            "it is in the region, as is one other with probability 0.5; two are not, "
            "with 0.25 each",
            {
                "input": f64([[0.0, 0.5, 0.25, 0.25]]),
                "target": f64([[1.0, 1.0, 0.0, 0.0]]),
            },
            {"input": f64([[1.0, 0.0, 0.0, 0.0]])},
            reference=reference,
        )
        for name, reference in (
            ("dice_loss", dice.dice),
            ("tversky_loss", dice.tversky),
            ("generalized_dice_loss", generalized_dice),
        )
    ),
]
