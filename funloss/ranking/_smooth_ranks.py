"""Ranks of the items of a list, smoothed so that they have derivatives."""

from typing import Any

from funloss._algorithms._running_sums import clip_infinite
from funloss._array import Namespace
from funloss._core.record import Record
from funloss.ranking._pair_matrices import (
    Item,
    item_indices,
    mask_nonnegative,
    off_diagonal,
    pair_mask,
    presence,
    score_differences,
    split_infinite,
    zeros,
)

__all__ = [
    "RankInputs",
    "smooth_ranks",
    "smooth_ranks_d_scores",
    "smooth_ranks_d_temperature",
]


class RankInputs(Record):
    """The arguments of formulas after the namespace."""

    scores: Any
    labels: Any
    weight: Any
    where: Any
    temperature: Any
    step: str
    topn: int | None
    gain: str


def smooth_ranks(xp: Namespace, inputs: RankInputs) -> Any:
    """Return 1 and the steps of the other items' scores over an item's."""
    items = _items(xp, inputs)
    if inputs.step == "sigmoid":

        def sigmoids(first: Item, second: Item) -> Any:
            return pair_mask(first, second) * xp.sigmoid(_rank_argument(first, second))

        # The sum includes the step of each item over itself, which is 1/2.
        return 0.5 + xp.sum_over_pairs(sigmoids, items, items)

    def hinges(first: Item, second: Item) -> Any:
        difference = score_differences(xp, first, second)
        steps = xp.clamp_min(1.0 - difference / first["temperature"], 0.0)
        mask = pair_mask(first, second) * off_diagonal(xp, first, second)
        return mask_nonnegative(xp, steps, mask, first["zero"])

    items |= split_infinite(xp, inputs.scores)
    items |= {
        "zero": zeros(xp, inputs.scores),
        "index": item_indices(xp, inputs.scores),
    }
    return 1.0 + xp.sum_over_pairs(hinges, items, items)


def smooth_ranks_d_scores(xp: Namespace, inputs: RankInputs, d_ranks: Any) -> Any:
    """Return the gradient in the scores of what has the gradient `d_ranks` in ranks."""
    is_even = inputs.step == "sigmoid"

    def derivatives(first: Item, second: Item) -> Any:
        difference = _rank_argument(first, second)
        d_step = _d_step(xp, difference, inputs)
        reversed_d_step = d_step if is_even else _d_step(xp, -difference, inputs)
        own, other = first["d_rank"] * d_step, second["d_rank"] * reversed_d_step
        return pair_mask(first, second) * (other - own)

    items = _items(xp, inputs) | {"d_rank": d_ranks}
    gradient = xp.sum_over_pairs(derivatives, items, items) / inputs.temperature
    # An infinite score stays infinite, so its derivative is 0.
    return xp.where(xp.isinf(inputs.scores), 0.0, gradient)


def smooth_ranks_d_temperature(xp: Namespace, inputs: RankInputs) -> Any:
    """Return the derivative of each rank in the temperature."""

    def derivatives(first: Item, second: Item) -> Any:
        difference = _rank_argument(first, second)
        d_step = _d_step(xp, difference, inputs)
        return pair_mask(first, second) * d_step * difference

    items = _items(xp, inputs)
    return -xp.sum_over_pairs(derivatives, items, items) / inputs.temperature


def _items(xp: Namespace, inputs: RankInputs) -> dict[str, Any]:
    """Return what pairs take of an item."""
    return {
        "score": clip_infinite(xp, inputs.scores),
        "present": presence(xp, inputs.where, inputs.scores),
        "temperature": inputs.temperature,
    }


def _rank_argument(first: Item, second: Item) -> Any:
    return (second["score"] - first["score"]) / first["temperature"]


def _d_step(xp: Namespace, difference: Any, inputs: RankInputs) -> Any:
    """Return the derivative of the step; that of the sigmoid is even."""
    if inputs.step == "hinge":
        return 1.0 - xp.heaviside(-1.0 - difference)
    exponential = xp.exp(-xp.absolute(difference))
    return exponential / xp.square(1.0 + exponential)
