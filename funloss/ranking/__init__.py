"""Losses of scores that should be in order."""

from funloss.ranking._listmle import listmle_loss
from funloss.ranking._margin import margin_ranking_loss
from funloss.ranking._ndcg import approx_ndcg_loss
from funloss.ranking._pairwise import (
    pairwise_logistic_loss,
    pairwise_soft_zero_one_loss,
)
from funloss.ranking._pairwise_errors import pairwise_mse_loss, pairwise_quantile_loss
from funloss.ranking._pairwise_hinge import pairwise_hinge_loss
from funloss.ranking._softmax import poly1_softmax_loss, ranking_softmax_loss
from funloss.ranking._unique_softmax import unique_softmax_loss

__all__ = [
    "approx_ndcg_loss",
    "listmle_loss",
    "margin_ranking_loss",
    "pairwise_hinge_loss",
    "pairwise_logistic_loss",
    "pairwise_mse_loss",
    "pairwise_quantile_loss",
    "pairwise_soft_zero_one_loss",
    "poly1_softmax_loss",
    "ranking_softmax_loss",
    "unique_softmax_loss",
]
