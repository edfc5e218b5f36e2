"""The sum of exponentials of positives and that of negatives, each beside a 1."""

from typing import Any

from funloss._array import Namespace
from funloss._core.soft_sums import soft_sum_terms
from funloss.contrastive._similarity import PairLabels, pair_masks, rows_of_terms

__all__ = ["soft_sums"]


def soft_sums(xp: Namespace, scores: Any, *pairs: Any) -> tuple[Any, Any]:
    """Return ``log(1 + sum(exp(scores)))`` of each row's positives, and of negatives.

    Of none it is 0, as is the gradient. `pairs` are those of `pair_masks`.
    """
    terms = _terms(xp, scores, *pairs)
    own = rows_of_terms(xp, _positives, _positives_d_scores, scores, terms)
    return own, rows_of_terms(xp, _negatives, _negatives_d_scores, scores, terms)


def _positives(xp: Namespace, *arguments: Any) -> Any:
    *_, top, own, _, _ = arguments
    return (top + xp.log1p(own))[:, 0]


def _negatives(xp: Namespace, *arguments: Any) -> Any:
    *_, top, others = arguments
    return (top + xp.log1p(others))[:, 0]


def _positives_d_scores(xp: Namespace, _: Any, *terms: Any) -> Any:
    positives, powers, _, own, _, _ = terms
    return powers * xp.where(positives, 1 / (1 + own), 0.0)


def _negatives_d_scores(xp: Namespace, _: Any, *terms: Any) -> Any:
    # The power of what is neither is 0.
    positives, powers, _, _, _, others = terms
    return powers * xp.where(positives, 0.0, 1 / (1 + others))


def _terms(xp: Namespace, scores: Any, *pairs: Any) -> tuple[Any, ...]:
    """Return the positives, and what `soft_sum_terms` does."""
    positives, negatives = pair_masks(xp, PairLabels(*pairs))
    return positives, *soft_sum_terms(xp, scores, positives, negatives, 1)
