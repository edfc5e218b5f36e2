"""The way into losses of vectors that belong together: pairs and triplets."""

from collections.abc import Callable, Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    broadcast_shape,
    check_axis,
    check_broadcastable_to,
)
from funloss._core.labels import as_row, batch_shape
from funloss._core.options import Option, check_options
from funloss._core.record import Record
from funloss._core.reduction import MeanOver, reduce_losses

__all__ = [
    "VectorRows",
    "vector_rows",
]


class VectorRows(Record):
    """Vectors along an axis of arrays that broadcast: masked ones are zeros."""

    xp: Namespace
    # Of the result.
    dtype: Any
    vectors: tuple[Any, ...]
    axis: int
    # Of the broadcast arrays.
    shape: tuple[int, ...]
    # A number for each row of vectors, or None.
    labels: Any
    weight: Any
    where: Any
    options: tuple[Any, ...]

    def reduce(
        self, losses: Any, reduction: str, *, mean_over: MeanOver = "elements"
    ) -> Any:
        """Weight, mask, reduce and cast the losses of rows of vectors."""
        return reduce_losses(
            self.xp,
            self.dtype,
            losses,
            reduction,
            weight=self.weight,
            where=self.where,
            mean_weights=self.weight if mean_over == "weight" else None,
        )


def vector_rows(
    *,
    dtype: Any,
    where: Any = None,
    axis: int = -1,
    axis_name: str = "axis",
    labels: Any = None,
    weight: Any = None,
    options: Mapping[str, Option] | None = None,
    check: Callable[..., None] | None = None,
    **arrays: Any,
) -> VectorRows:
    """Check, promote and mask arrays of vectors; a 0-d array has one coordinate.

    Args:
        dtype: Of the result.
        where: The mask, which broadcasts to the shape without `axis`.
        axis: Axis of the coordinates in the broadcast shape.
        axis_name: What the loss calls `axis`.
        labels: The `target` of a loss that has one for each row, or one for all.
        weight: A factor on each loss, broadcastable to the shape without `axis`.
        options: Real options by name, such as ``positive(margin)``.
        check: A further check of the arrays' shapes, called with them by name.
        **arrays: Vectors, broadcastable.
    """
    xp, out, values = promote_arrays(dtype, **arrays)
    like, named = values[0], dict(zip(arrays, values, strict=True))
    labels, weight = cast_like(xp, like, target=labels, weight=weight)
    if labels is not None and like.ndim == 2:
        labels = as_row(xp, labels)
    targets = {} if labels is None else {"target": labels}
    if check is not None:
        check(**named, **targets)
    columns = {name: x[..., None] for name, x in targets.items()}
    shape = broadcast_shape(**named, **columns) or (1,)
    first, *others = xp.of_ndim(len(shape), *values)
    axis = check_axis(axis, len(shape), name=axis_name)
    first, settled = check_options(xp, first, options)
    rows = batch_shape(shape, axis)
    check_broadcastable_to(rows, weight=weight)
    where = check_where(xp, like, where, rows)
    mask = None if where is None else xp.expand_dims(where, axis=axis)
    vectors = fill_masked(xp, mask, *((x, 0.0) for x in (first, *others)))
    return VectorRows(
        xp, out, tuple(vectors), axis, shape, labels, weight, where, settled
    )
