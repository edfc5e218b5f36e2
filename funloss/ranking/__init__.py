"""Losses that compare scores with the order of the items."""

from funloss.ranking._approx_ndcg import approx_ndcg_loss
from funloss.ranking._cosent import cosent_loss
from funloss.ranking._listmle import listmle_loss
from funloss.ranking._margin_ranking import margin_ranking_loss
from funloss.ranking._pairwise_hinge import pairwise_hinge_loss
from funloss.ranking._pairwise_logistic import pairwise_logistic_loss
from funloss.ranking._pairwise_mse import pairwise_mse_loss
from funloss.ranking._pairwise_quantile import pairwise_quantile_loss
from funloss.ranking._pairwise_soft_zero_one import pairwise_soft_zero_one_loss
from funloss.ranking._poly1_softmax import poly1_softmax_loss
from funloss.ranking._ranking_softmax import ranking_softmax_loss
from funloss.ranking._unique_softmax import unique_softmax_loss

__all__ = [
    "approx_ndcg_loss",
    "cosent_loss",
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
