"""Losses of the pairs of a list, of which one item should score above the other."""

from collections.abc import Callable
from typing import Any

from funloss._algorithms._running_sums import clip_infinite
from funloss._array import Namespace
from funloss._core.item_lists import ItemLists
from funloss._core.record import Record
from funloss.ranking._lambda_weights import (
    LambdaWeighting,
    lambda_items,
    lambda_weights,
)
from funloss.ranking._pair_matrices import (
    Item,
    is_more_relevant,
    item_indices,
    mask_nonnegative,
    off_diagonal,
    pair_mask,
    presence,
    score_differences,
    split_infinite,
    zeros,
)

__all__ = ["PairLoss", "reduce_pair_losses"]


class PairLoss(Record):
    """The loss of a pair as a function ``(xp, x, option)``, and its derivatives.

    Here x is the difference of the first item's score and the second's.
    """

    formula: Callable[..., Any]
    d_x: Callable[..., Any]
    d_option: Any = None
    of_error: bool = False
    """Whether x is the score difference minus the difference of labels."""
    all_pairs: bool = False
    """Whether all pairs count, in both orders; `d_x` is odd then."""


class _Inputs(Record):
    """The arguments of formulas after the namespace."""

    scores: Any
    labels: Any
    weight: Any
    where: Any
    option: Any
    pair_loss: PairLoss
    weighting: LambdaWeighting | None


def reduce_pair_losses(
    lists: ItemLists,
    pair_loss: PairLoss,
    weighting: LambdaWeighting | None,
    reduction: str,
) -> Any:
    """Return the reduced losses; the mean is over the pairs of all lists."""
    partials = (
        _d_scores,
        _d_labels if pair_loss.of_error else None,
        _d_weight,
        None,
        _d_option if pair_loss.d_option else None,
    )
    # A loss without an option has None in its place.
    no_option = () if lists.options else (None,)
    losses = lists.map(_pairwise, partials, *no_option, pair_loss, weighting)
    count = _pair_count(lists, pair_loss) if reduction == "mean" else None
    return lists.reduce(losses, reduction, divisor=count)


def _pair_count(lists: ItemLists, pair_loss: PairLoss) -> Any:
    """Return the number of pairs; 1 if there are lists without a pair, 0 if none."""
    xp, scores, labels, where = lists.xp, lists.scores, lists.labels, lists.where
    if 0 in scores.shape:
        return 0.0
    if not pair_loss.all_pairs:
        present = presence(xp, where, labels)
        # The reversed pairs: as many, and no matrix that the losses share.
        items = {"label": -labels, "present": present, "zero": zeros(xp, labels)}

        def counts(first: Item, second: Item) -> Any:
            return is_more_relevant(xp, first, second) * pair_mask(first, second)

        return xp.clamp_min(xp.total(xp.sum_over_pairs(counts, items, items)), 1.0)
    ones = xp.ones_like(scores)
    items = xp.total(ones if where is None else xp.where(where, ones, 0.0), -1)
    return xp.clamp_min(xp.total(xp.square(items)), 1.0)


def _items(xp: Namespace, inputs: _Inputs, scores: Item) -> dict[str, Any]:
    """Return what pairs take of an item, with `scores` as they take these."""
    items = {
        "label": inputs.labels,
        "present": presence(xp, inputs.where, inputs.scores),
        "zero": zeros(xp, inputs.scores),
        "option": inputs.option,
        **scores,
    }
    if inputs.pair_loss.all_pairs:
        items["index"] = item_indices(xp, inputs.labels)
    if inputs.weighting is not None:
        arrays = inputs.scores, inputs.labels, inputs.weight, inputs.where
        items |= lambda_items(xp, inputs.weighting, *arrays)
    return items


def _masks(xp: Namespace, inputs: _Inputs, first: Item, second: Item) -> Any:
    """Return the 0/1 mask of pairs, and their weights."""
    mask = pair_mask(first, second)
    if inputs.weighting is None:
        return mask, mask
    weights = lambda_weights(xp, inputs.weighting, first, second)
    # A pair of weight 0 has loss 0, even where its loss is infinite.
    return mask * xp.heaviside(weights), mask * weights


def _positives(xp: Namespace, inputs: _Inputs, first: Item, second: Item) -> Any:
    """Return 1 for the pairs whose first item should score higher, else 0."""
    if inputs.pair_loss.all_pairs:
        return off_diagonal(xp, first, second)
    return is_more_relevant(xp, first, second)


def _pairwise(xp: Namespace, *arguments: Any) -> Any:
    losses, weight = _d_weight(xp, *arguments), _Inputs(*arguments).weight
    return xp.total(losses if weight is None else losses * weight, -1)


def _d_weight(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    items = _items(xp, inputs, split_infinite(xp, inputs.scores))

    def losses_of_pairs(first: Item, second: Item) -> Any:
        mask, pair_weights = _masks(xp, inputs, first, second)
        x = score_differences(xp, first, second)
        if inputs.pair_loss.of_error:
            x = x - (first["label"] - second["label"])
        losses = inputs.pair_loss.formula(xp, x, first["option"])
        mask = mask * _positives(xp, inputs, first, second)
        losses = mask_nonnegative(xp, losses, mask, first["zero"])
        return losses * pair_weights

    return xp.sum_over_pairs(losses_of_pairs, items, items)


# Gradients use clipped scores so that masked pairs give 0 * finite, not 0 * inf = nan.
# The row of an item has each of its pairs in both orders.
def _clipped_items(xp: Namespace, inputs: _Inputs) -> dict[str, Any]:
    clipped = {"score": clip_infinite(xp, inputs.scores), "weight": inputs.weight}
    return _items(xp, inputs, clipped)


def _clipped_argument(inputs: _Inputs, first: Item, second: Item) -> Any:
    x = first["score"] - second["score"]
    if not inputs.pair_loss.of_error:
        return x
    return x - (first["label"] - second["label"])


def _d_scores(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    pair_loss = inputs.pair_loss

    def derivatives(first: Item, second: Item) -> Any:
        _, pair_weights = _masks(xp, inputs, first, second)
        x, option = _clipped_argument(inputs, first, second), first["option"]
        own, other = (
            (1.0, 1.0) if inputs.weight is None else (first["weight"], second["weight"])
        )
        positives = _positives(xp, inputs, first, second)
        if pair_loss.all_pairs:
            factor = (own + other) * positives
            return pair_weights * (factor * pair_loss.d_x(xp, x, option))
        negatives = is_more_relevant(xp, second, first)
        gradient = pair_loss.d_x(xp, (positives - negatives) * x, option)
        return pair_weights * ((positives * own - negatives * other) * gradient)

    items = _clipped_items(xp, inputs)
    return xp.sum_over_pairs(derivatives, items, items)


def _d_labels(xp: Namespace, *arguments: Any) -> Any:
    return -_d_scores(xp, *arguments)


def _d_option(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)

    def derivatives(first: Item, second: Item) -> Any:
        mask, pair_weights = _masks(xp, inputs, first, second)
        positives = _positives(xp, inputs, first, second)
        x = mask * positives * _clipped_argument(inputs, first, second)
        d_option = inputs.pair_loss.d_option(xp, x, first["option"])
        return pair_weights * positives * d_option

    items = _clipped_items(xp, inputs)
    gradient = xp.sum_over_pairs(derivatives, items, items)
    return gradient if inputs.weight is None else gradient * inputs.weight
