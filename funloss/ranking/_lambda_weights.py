"""Lambda weights: how much swapping two items would change a ranking metric."""

import math
from typing import Any, Literal, NamedTuple

from funloss._array import Namespace
from funloss._core.checks import check_choice, check_integer
from funloss.ranking._dcg import GAINS, cut_discounts, gains, ideal_discounts, ranks
from funloss.ranking._pair_matrices import constant_column, row_and_column

__all__ = ["LambdaWeight", "LambdaWeighting", "lambda_weighting", "lambda_weights"]

LambdaWeight = Literal["labeldiff", "dcg", "dcg2"] | None

_DISCOUNTED = ("dcg", "dcg2")


class LambdaWeighting(NamedTuple):
    """The options that define the weights of pairs."""

    kind: str
    topn: int | None
    normalize: bool
    gain: str


def lambda_weighting(
    lambda_weight: Any, topn: Any, normalize: Any, gain: Any
) -> LambdaWeighting | None:
    """Return the checked options, or None without lambda weights.

    Raises:
        ValueError: An option is unknown, or has no effect without another.
    """
    check_choice((None, "labeldiff", *_DISCOUNTED), lambda_weight=lambda_weight)
    check_choice(GAINS, gain=gain)
    check_choice((False, True), normalize=normalize)
    if topn is not None:
        check_integer(low=1, topn=topn)
    if lambda_weight not in _DISCOUNTED and (topn is not None or normalize):
        msg = (
            "topn and normalize need lambda_weight 'dcg' or 'dcg2', "
            f"got {lambda_weight!r}"
        )
        raise ValueError(msg)
    if lambda_weight not in _DISCOUNTED and gain != GAINS[0]:
        msg = (
            f"gain {gain!r} needs lambda_weight 'dcg' or 'dcg2', got {lambda_weight!r}"
        )
        raise ValueError(msg)
    if lambda_weight is None:
        return None
    return LambdaWeighting(lambda_weight, topn, normalize, gain)


def lambda_weights(
    xp: Namespace,
    weighting: LambdaWeighting,
    scores: Any,
    labels: Any,
    weight: Any,
    where: Any,
) -> Any:
    """Return the weight of each pair, a constant; ranks are those of the scores.

    ``"dcg"`` is the change of the discounted gain if the two items swap ranks.
    ``"dcg2"`` takes the discounts at the difference of their ranks instead, and raises
    the weights of pairs beyond `topn`.
    """
    scores, labels = xp.stop_gradient(scores), xp.stop_gradient(labels)
    if weighting.kind == "labeldiff":
        first, second = row_and_column(xp, labels)
        return xp.absolute(first - second)
    gain = gains(xp, labels, weighting.gain)
    if weight is not None:
        gain = gain * xp.stop_gradient(weight)
    if weighting.normalize:
        discount = ideal_discounts(xp, gain, where, weighting.topn)
        ideal = xp.total(gain * discount, -1, keepdims=True)
        gain = gain / xp.where(ideal == 0, 1.0, ideal)
    first, second = row_and_column(xp, gain)
    gain_differences = xp.absolute(first - second)
    is_dcg = weighting.kind == "dcg"
    change = _discount_differences if is_dcg else _discounts_of_rank_differences
    return gain_differences * change(xp, ranks(xp, scores, where), weighting.topn)


def _discount_differences(xp: Namespace, rank: Any, topn: int | None) -> Any:
    first, second = row_and_column(xp, cut_discounts(xp, rank, topn))
    return xp.absolute(first - second)


def _discounts_of_rank_differences(xp: Namespace, rank: Any, topn: int | None) -> Any:
    """Return ``D(n) - D(n + 1)`` of rank differences n, with ``D(n) = 1/log2(1 + n)``.

    A pair whose lower rank r is beyond `topn` has ``1 / (1 - D(r))`` times as much.
    """
    first, second = row_and_column(xp, rank)
    one = constant_column(xp, rank, 1.0)
    log_2 = constant_column(xp, rank, math.log(2))
    difference = xp.absolute(first - second)
    n = xp.maximum(difference, one)
    log_next = xp.log1p(n + one)
    change = log_2 * xp.log1p(one / (one + n)) / (xp.log1p(n) * log_next)
    change = xp.heaviside(difference) * change
    if topn is None:
        return change
    lower_rank = xp.maximum(xp.maximum(first, second), one + one)
    log_rank = xp.log1p(lower_rank)
    is_beyond = xp.heaviside(lower_rank - topn * one)
    return change * (one + is_beyond * (log_2 / (log_rank - log_2)))
