"""Losses of class scores and probabilities."""

from funloss.classification._adaptive import adaptive_log_softmax_with_loss
from funloss.classification._binary import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
)
from funloss.classification._cross_entropy import cross_entropy
from funloss.classification._linear_cross_entropy import linear_cross_entropy
from funloss.classification._margin import multi_margin_loss
from funloss.classification._multilabel_margin import multilabel_margin_loss
from funloss.classification._nll import nll_loss
from funloss.classification._soft_margin import (
    multilabel_soft_margin_loss,
    soft_margin_loss,
)

__all__ = [
    "adaptive_log_softmax_with_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "linear_cross_entropy",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "soft_margin_loss",
]
