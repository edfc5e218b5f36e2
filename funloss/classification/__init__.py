"""Losses of class scores and probabilities."""

from funloss.classification._binary import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
)
from funloss.classification._cross_entropy import cross_entropy
from funloss.classification._nll import nll_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "nll_loss",
]
