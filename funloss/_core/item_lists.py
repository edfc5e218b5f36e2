"""The way into a loss of lists: checked, promoted and masked, ready to reduce."""

from collections.abc import Callable, Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import (
    cast_like,
    check_where,
    fill_masked,
    promote_arrays,
)
from funloss._core.checks import check_axis, check_broadcastable_to, check_shapes_equal
from funloss._core.options import Option, check_options
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = ["ItemLists", "item_lists"]


class ItemLists(Record):
    """Arguments of a loss of lists: items on the last axis, masked ones replaced."""

    xp: Namespace
    # Of the result.
    dtype: Any
    scores: Any
    labels: Any
    weight: Any
    # True for the items of a list, and for the lists that have an item; or None.
    where: Any
    lists_where: Any
    options: tuple[Any, ...]

    def map(
        self,
        formula: Callable[..., Any],
        partials: Any,
        *constants: Any,
        shared: Callable[..., Any] | None = None,
    ) -> Any:
        """Return the loss of each list, a sum over its items.

        The formula and its partial derivatives are called with ``(xp, scores, labels,
        weight, where, *options, *constants)``, these also with what `shared` returns;
        derivatives have the shape of the items.
        """
        arrays = self.scores, self.labels, self.weight, self.where
        arguments = *arrays, *self.options, *constants
        return self.xp.custom_jvp(formula, partials, *arguments, axis=-1, shared=shared)

    def reduce(self, losses: Any, reduction: str, *, divisor: Any = None) -> Any:
        """Mask, reduce and cast the losses of lists.

        The mean is over the lists that have an item, unless there is a `divisor`.
        """
        return reduce_losses(
            self.xp,
            self.dtype,
            losses,
            reduction,
            where=self.lists_where,
            divisor=divisor,
        )


def item_lists(
    input: Any,
    target: Any,
    *,
    axis: int,
    where: Any,
    dtype: Any,
    weight: Any = None,
    options: Mapping[str, Option] | None = None,
) -> ItemLists:
    """Check, promote and mask the arguments of a loss of lists.

    Args:
        input: Scores.
        target: Relevance, of the same shape.
        axis: Axis of the items.
        where: The mask of the items, broadcastable to `input`.
        dtype: Of the result.
        weight: A factor on each item, broadcastable to `input`.
        options: Real options by name, such as ``positive(temperature)``.

    Raises:
        ValueError: Shapes do not fit, or lists can have no item.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_shapes_equal(input=input, target=target)
    shape = tuple(input.shape)
    place = check_axis(axis, len(shape)) if shape else None
    if place is None or shape[place] == 0:
        msg = f"input must have at least one item a list, got shape {shape}"
        raise ValueError(msg)
    (weight,) = cast_like(xp, input, weight=weight)
    check_broadcastable_to(shape, weight=weight)
    where = check_where(xp, input, where, shape)
    input, target = fill_masked(xp, where, (input, 0.0), (target, 0.0))
    (weight,) = xp.of_ndim(len(shape), weight)
    (weight,) = fill_masked(xp, where, (weight, 0.0))
    scores, labels, weight, where = (
        x if x is None or place == len(shape) - 1 else xp.moveaxis(x, place, -1)
        for x in (input, target, weight, where)
    )
    scores, settled = check_options(xp, scores, options)
    lists_where = None if where is None else xp.any(where, axis=-1)
    return ItemLists(xp, out, scores, labels, weight, where, lists_where, settled)
