"""The sum of exponentials of positives and that of negatives, each beside a 1."""

import math
from typing import Any

from funloss._array import Namespace
from funloss.contrastive._similarity import PairLabels, pair_masks

__all__ = ["soft_sums"]


def soft_sums(xp: Namespace, scores: Any, *pairs: Any) -> tuple[Any, Any]:
    """Return ``log(1 + sum(exp(scores)))`` of each row's positives, and of negatives.

    Of none it is 0, as is the gradient. `pairs` are those of `pair_masks`.
    """
    own, others = (
        xp.custom_jvp(
            formula,
            (partial, None, None, None, None),
            scores,
            *pairs,
            axis=1,
            shared=_terms,
        )
        for formula, partial in (
            (_positives, _positives_d_scores),
            (_negatives, _negatives_d_scores),
        )
    )
    return own, others


def _positives(xp: Namespace, *arguments: Any) -> Any:
    return _log1p_sum(xp, *_terms(xp, *arguments)[1:3])


def _negatives(xp: Namespace, *arguments: Any) -> Any:
    return _log1p_sum(xp, *_terms(xp, *arguments)[3:])


def _log1p_sum(xp: Namespace, top: Any, rest: Any) -> Any:
    return xp.squeeze(top + xp.log1p(rest), axis=1)


def _positives_d_scores(xp: Namespace, _: Any, *rest: Any) -> Any:
    *pairs, powers, _, own, _, _ = rest
    positives, _ = pair_masks(xp, PairLabels(*pairs))
    return powers * xp.where(positives, 1 / (1 + own), 0.0)


def _negatives_d_scores(xp: Namespace, _: Any, *rest: Any) -> Any:
    *pairs, powers, _, _, _, others = rest
    # The power of what is neither is 0.
    positives, _ = pair_masks(xp, PairLabels(*pairs))
    return powers * xp.where(positives, 0.0, 1 / (1 + others))


def _terms(xp: Namespace, scores: Any, *pairs: Any) -> tuple[Any, ...]:
    """Return the exponentials, and of each kind a column of two numbers.

    These are the largest score, at least 0, and the sum of exponentials less it, the 1
    included, minus 1: that small sums keep their digits.
    """
    positives, negatives = pair_masks(xp, PairLabels(*pairs))
    top, other_top = (
        xp.stop_gradient(xp.amax(xp.where(mask, scores, 0.0), 1, keepdims=True))
        for mask in (positives, negatives)
    )
    rest = xp.where(negatives, scores - other_top, -math.inf)
    powers = xp.exp(xp.where(positives, scores - top, rest))
    own, others = xp.joint_sum(
        xp.where(positives, powers, 0.0), xp.where(positives, 0.0, powers), axis=1
    )
    own, others = own + xp.expm1(-top), others + xp.expm1(-other_top)
    return powers, top, own, other_top, others
