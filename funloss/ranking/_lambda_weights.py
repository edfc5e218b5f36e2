"""Lambda weights: how much swapping two items would change a ranking metric."""

import math
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_choice, check_integer
from funloss._core.record import Record
from funloss.ranking._dcg import GAINS, cut_discounts, gains, ideal_discounts, ranks
from funloss.ranking._pair_matrices import Item

__all__ = [
    "LambdaWeight",
    "LambdaWeighting",
    "lambda_items",
    "lambda_weighting",
    "lambda_weights",
]

LambdaWeight = Literal["labeldiff", "dcg", "dcg2"] | None

_DISCOUNTED = ("dcg", "dcg2")


class LambdaWeighting(Record):
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


def lambda_items(
    xp: Namespace,
    weighting: LambdaWeighting,
    scores: Any,
    labels: Any,
    weight: Any,
    where: Any,
) -> dict[str, Any]:
    """Return what `lambda_weights` takes of items; ranks are those of the scores."""
    scores, labels = xp.stop_gradient(scores), xp.stop_gradient(labels)
    if weighting.kind == "labeldiff":
        return {"gain": labels}
    gain = gains(xp, labels, weighting.gain)
    if weight is not None:
        gain = gain * xp.stop_gradient(weight)
    if weighting.normalize:
        discount = ideal_discounts(xp, gain, where, weighting.topn)
        ideal = xp.total(gain * discount, -1, keepdims=True)
        gain = gain / xp.where(ideal == 0, 1.0, ideal)
    rank = ranks(xp, scores, where)
    if weighting.kind == "dcg":
        return {"gain": gain, "discount": cut_discounts(xp, rank, weighting.topn)}
    return {"gain": gain, "rank": rank}


def lambda_weights(
    xp: Namespace, weighting: LambdaWeighting, first: Item, second: Item
) -> Any:
    """Return the weight of each pair, a constant.

    ``"dcg"`` is the change of the discounted gain if the two items swap ranks.
    ``"dcg2"`` takes the discounts at the difference of their ranks instead, and raises
    the weights of pairs beyond `topn`.
    """
    gain_differences = xp.absolute(first["gain"] - second["gain"])
    if weighting.kind == "labeldiff":
        return gain_differences
    if weighting.kind == "dcg":
        return gain_differences * xp.absolute(first["discount"] - second["discount"])
    change = _discounts_of_rank_differences(xp, first, second, weighting.topn)
    return gain_differences * change


def _discounts_of_rank_differences(
    xp: Namespace, first: Item, second: Item, topn: int | None
) -> Any:
    """Return ``D(n) - D(n + 1)`` of rank differences n, with ``D(n) = 1/log2(1 + n)``.

    A pair whose lower rank r is beyond `topn` has ``1 / (1 - D(r))`` times as much.
    """
    one, log_2 = first["zero"] + 1.0, first["zero"] + math.log(2)
    difference = xp.absolute(first["rank"] - second["rank"])
    n = xp.maximum(difference, one)
    log, step = xp.log1p(n), xp.log1p(one / (one + n))
    change = log_2 * step / (log * (log + step))
    change = xp.heaviside(difference) * change
    if topn is None:
        return change
    lower_rank = xp.maximum(xp.maximum(first["rank"], second["rank"]), one + one)
    log_rank = xp.log1p(lower_rank)
    is_beyond = xp.heaviside(lower_rank - topn * one)
    return change * (one + is_beyond * (log_2 / (log_rank - log_2)))
