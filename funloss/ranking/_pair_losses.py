"""Losses of the pairs of a list, of which one item should score above the other."""

from collections.abc import Callable
from typing import Any, NamedTuple

from funloss._array import Namespace
from funloss._core.item_lists import ItemLists
from funloss.ranking._lambda_weights import LambdaWeighting, lambda_weights
from funloss.ranking._pair_matrices import (
    clip_infinite,
    is_more_relevant,
    mask_nonnegative,
    off_diagonal,
    pair_mask,
    row_and_column,
    score_differences,
)

__all__ = ["PairLoss", "reduce_pair_losses"]


class PairLoss(NamedTuple):
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


class _Inputs(NamedTuple):
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
        # The reversed pairs: as many, and no matrix that the losses share.
        mask = is_more_relevant(xp, -labels) * pair_mask(xp, where, labels)
        return xp.clamp_min(xp.total(mask), 1.0)
    ones = xp.ones_like(scores)
    items = xp.total(ones if where is None else xp.where(where, ones, 0.0), -1)
    return xp.clamp_min(xp.total(xp.square(items)), 1.0)


def _masks(xp: Namespace, inputs: _Inputs) -> tuple[Any, Any, Any]:
    """Return the 0/1 mask of pairs, their weights, and the option for pairs."""
    scores, labels, weight, where, option, _, weighting = inputs
    mask = pair_weights = pair_mask(xp, where, scores)
    if weighting is not None:
        weights = lambda_weights(xp, weighting, scores, labels, weight, where)
        pair_weights = mask * weights
        # A pair of weight 0 has loss 0, even where its loss is infinite.
        mask = mask * xp.heaviside(weights)
    if hasattr(option, "ndim") and option.ndim:
        option = xp.expand_dims(option, axis=-1)
    return mask, pair_weights, option


def _positives(xp: Namespace, inputs: _Inputs) -> Any:
    """Return 1 for the pairs whose first item should score higher, else 0."""
    labels = inputs.labels
    if inputs.pair_loss.all_pairs:
        return off_diagonal(xp, labels)
    return is_more_relevant(xp, labels)


def _minus_label_differences(xp: Namespace, inputs: _Inputs, differences: Any) -> Any:
    """Return the argument of the pair loss, given the score differences."""
    if not inputs.pair_loss.of_error:
        return differences
    first, second = row_and_column(xp, inputs.labels)
    return differences - (first - second)


def _pairwise(xp: Namespace, *arguments: Any) -> Any:
    losses, weight = _d_weight(xp, *arguments), _Inputs(*arguments).weight
    return xp.total(losses if weight is None else losses * weight, -1)


def _d_weight(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    mask, pair_weights, option = _masks(xp, inputs)
    differences = score_differences(xp, inputs.scores)
    x = _minus_label_differences(xp, inputs, differences)
    losses = inputs.pair_loss.formula(xp, x, option)
    mask = mask * _positives(xp, inputs)
    losses = mask_nonnegative(xp, losses, mask, inputs.scores)
    return xp.total(losses * pair_weights, -1)


# Gradients use clipped scores so that masked pairs give 0 * finite, not 0 * inf = nan.
# The row of an item has each of its pairs in both orders.
def _clipped_arguments(xp: Namespace, inputs: _Inputs) -> Any:
    first, second = row_and_column(xp, clip_infinite(xp, inputs.scores))
    return _minus_label_differences(xp, inputs, first - second)


def _d_scores(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    weight, pair_loss = inputs.weight, inputs.pair_loss
    _, pair_weights, option = _masks(xp, inputs)
    x = _clipped_arguments(xp, inputs)
    first, second = (1.0, 1.0) if weight is None else row_and_column(xp, weight)
    positives = _positives(xp, inputs)
    if pair_loss.all_pairs:
        gradient = (first + second) * positives * pair_loss.d_x(xp, x, option)
    else:
        negatives = is_more_relevant(xp, -inputs.labels)
        gradient = pair_loss.d_x(xp, (positives - negatives) * x, option)
        gradient = (positives * first - negatives * second) * gradient
    return xp.total(pair_weights * gradient, -1)


def _d_labels(xp: Namespace, *arguments: Any) -> Any:
    return -_d_scores(xp, *arguments)


def _d_option(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    weight, pair_loss = inputs.weight, inputs.pair_loss
    mask, pair_weights, option = _masks(xp, inputs)
    positives = _positives(xp, inputs)
    x = mask * positives * _clipped_arguments(xp, inputs)
    gradient = pair_weights * positives * pair_loss.d_option(xp, x, option)
    gradient = xp.total(gradient, -1)
    return gradient if weight is None else gradient * weight
