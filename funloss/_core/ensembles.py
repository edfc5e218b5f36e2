"""The way into a score of ensembles: checked, promoted and masked, ready to reduce."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import check_axis, check_broadcastable_to
from funloss._core.labels import batch_shape
from funloss._core.options import check_options, is_zero, unit_interval
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = ["Ensembles", "ensembles"]


class Ensembles(Record):
    """Ensembles and what was seen, which has an axis of size 1 for the members."""

    xp: Namespace
    # Of the result.
    dtype: Any
    members: Any
    target: Any
    # Of the members, counted from the front.
    axis: int
    fair: Any
    weight: Any
    where: Any

    def reduce(self, losses: Any, reduction: str) -> Any:
        """Weight, mask, reduce and cast the losses of forecasts."""
        return reduce_losses(
            self.xp,
            self.dtype,
            losses,
            reduction,
            weight=self.weight,
            where=self.where,
            mean_weights=self.weight,
        )


def ensembles(
    input: Any,
    target: Any,
    *,
    axis: int | None,
    fair: Any,
    weight: Any,
    where: Any,
    dtype: Any,
) -> Ensembles:
    """Check, promote and mask ensembles and what was seen.

    Args:
        input: Members along `axis`.
        target: Of the same shape without `axis`, or 0-d.
        axis: Of the members; None where the last axis has the coordinates of a member,
            and the one before it the members.
        fair: The option.
        weight: A factor on each loss, broadcastable to them.
        where: The mask of the losses.
        dtype: Of the result.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    (weight,) = cast_like(xp, input, weight=weight)
    shape, vectors = tuple(input.shape), axis is None
    axis = _check_members(shape, axis, fair)
    each = batch_shape(shape, axis)
    if tuple(target.shape) not in (each, ()):
        msg = f"target must have shape {each}, got {tuple(target.shape)}"
        raise ValueError(msg)
    input, (fair,) = check_options(xp, input, {"fair": unit_interval(fair)})
    losses = each[:-1] if vectors else each
    check_broadcastable_to(losses, weight=weight)
    where = check_where(xp, input, where, losses)
    (target,) = xp.of_ndim(len(each), target)
    members, target = input, xp.expand_dims(target, axis=axis)
    if where is not None:
        keep = xp.expand_dims(where, axis=-1) if vectors else where
        keep = xp.expand_dims(keep, axis=axis)
        members, target = fill_masked(xp, keep, (members, 0.0), (target, 0.0))
    return Ensembles(xp, out, members, target, axis, fair, weight, where)


def _check_members(shape: tuple[int, ...], axis: int | None, fair: Any) -> int:
    if axis is None and len(shape) < 2:
        msg = f"input must have shape (*, M, D), got {shape}"
        raise ValueError(msg)
    axis = check_axis(-2 if axis is None else axis, len(shape))
    if shape[axis] == 0:
        msg = f"input must have at least one member an ensemble, got shape {shape}"
        raise ValueError(msg)
    if shape[axis] == 1 and not is_zero(fair):
        msg = f"fair must be 0 for ensembles of one member, got shape {shape}"
        raise ValueError(msg)
    return axis
