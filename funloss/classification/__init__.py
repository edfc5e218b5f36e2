"""Losses of class scores and probabilities."""

from funloss.classification._adaptive_log_softmax_with_loss import (
    adaptive_log_softmax_with_loss,
)
from funloss.classification._asymmetric import asymmetric_loss
from funloss.classification._bi_tempered import bi_tempered_loss
from funloss.classification._binary_cross_entropy import binary_cross_entropy
from funloss.classification._binary_cross_entropy_with_logits import (
    binary_cross_entropy_with_logits,
)
from funloss.classification._binary_sparsemax import binary_sparsemax_loss
from funloss.classification._cross_entropy import cross_entropy
from funloss.classification._entmax import entmax_loss
from funloss.classification._fenchel_young import fenchel_young_loss
from funloss.classification._generalized_cross_entropy import generalized_cross_entropy
from funloss.classification._hinge import hinge_loss
from funloss.classification._linear_cross_entropy import linear_cross_entropy
from funloss.classification._load_balancing import load_balancing_loss
from funloss.classification._multi_margin import multi_margin_loss
from funloss.classification._multiclass_hinge import multiclass_hinge_loss
from funloss.classification._multilabel_margin import multilabel_margin_loss
from funloss.classification._multilabel_soft_margin import (
    multilabel_soft_margin_loss,
)
from funloss.classification._nll import nll_loss
from funloss.classification._poly import poly_loss
from funloss.classification._sigmoid_focal import sigmoid_focal_loss
from funloss.classification._smooth_labels import smooth_labels
from funloss.classification._soft_margin import soft_margin_loss
from funloss.classification._softmax_focal import softmax_focal_loss
from funloss.classification._two_hot import two_hot
from funloss.classification._z import z_loss
from funloss.classification._zlpr import zlpr_loss

__all__ = [
    "adaptive_log_softmax_with_loss",
    "asymmetric_loss",
    "bi_tempered_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "binary_sparsemax_loss",
    "cross_entropy",
    "entmax_loss",
    "fenchel_young_loss",
    "generalized_cross_entropy",
    "hinge_loss",
    "linear_cross_entropy",
    "load_balancing_loss",
    "multi_margin_loss",
    "multiclass_hinge_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "poly_loss",
    "sigmoid_focal_loss",
    "smooth_labels",
    "soft_margin_loss",
    "softmax_focal_loss",
    "two_hot",
    "z_loss",
    "zlpr_loss",
]
