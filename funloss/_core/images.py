"""The way into a loss of images: their pixels lie along some axes of an array."""

from collections.abc import Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    check_axes,
    check_broadcastable_to,
    check_shapes_equal,
)
from funloss._core.options import Option, check_options
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = ["Images", "images"]


class Images(Record):
    """Images, of which masked ones are zeros, ready to reduce their losses."""

    xp: Namespace
    # Of the result.
    dtype: Any
    # Of each array.
    pixels: list[Any]
    # Of the pixels, counted from the front.
    axes: tuple[int, ...]
    options: tuple[Any, ...]
    weight: Any
    where: Any

    def reduce(self, losses: Any, reduction: str) -> Any:
        """Weight, mask, reduce and cast `losses`; the mean divides by the weights."""
        return reduce_losses(
            self.xp,
            self.dtype,
            losses,
            reduction,
            weight=self.weight,
            where=self.where,
            mean_weights=self.weight,
        )


def images(
    *,
    axes: Any,
    weight: Any,
    where: Any,
    dtype: Any,
    options: Mapping[str, Option] | None = None,
    **arrays: Any,
) -> Images:
    """Check, promote and mask arrays of images, all of one shape.

    Args:
        axes: Of the pixels, an integer or a tuple; the others are of the batch.
        weight: A factor on each loss, broadcastable to the batch.
        where: The mask, which broadcasts to the batch.
        dtype: Of the result.
        options: Real options by name, such as ``positive(data_range)``.
        arrays: By the names of their arguments.
    """
    xp, out, pixels = promote_arrays(dtype, **arrays)
    check_shapes_equal(**dict(zip(arrays, pixels, strict=True)))
    first = pixels[0]
    given = axes if isinstance(axes, tuple) else (axes,)
    axes = check_axes(given, first.ndim, name="axes")
    shape = tuple(size for k, size in enumerate(first.shape) if k not in axes)
    (weight,) = cast_like(xp, first, weight=weight)
    check_broadcastable_to(shape, weight=weight)
    pixels[0], settled = check_options(xp, first, options)
    where = keep = check_where(xp, first, where, shape)
    if keep is not None:
        for axis in sorted(axes):
            keep = xp.expand_dims(keep, axis=axis)
    pixels = fill_masked(xp, keep, *[(x, 0.0) for x in pixels])
    return Images(xp, out, pixels, axes, settled, weight, where)
