"""The way into a loss of images: their pixels lie along some axes of an array."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import check_axes, check_broadcastable_to
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = ["Images", "images"]


class Images(Record):
    """Images, of which masked ones are zeros, ready to reduce their losses."""

    xp: Namespace
    # Of the result.
    dtype: Any
    pixels: Any
    # Of the pixels, counted from the front.
    axes: tuple[int, ...]
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


def images(input: Any, *, axes: Any, weight: Any, where: Any, dtype: Any) -> Images:
    """Check, promote and mask images.

    Args:
        input: Images of any number of dimensions.
        axes: Of the pixels, an integer or a tuple; the others are of the batch.
        weight: A factor on each loss, broadcastable to the batch.
        where: The mask, which broadcasts to the batch.
        dtype: Of the result.
    """
    xp, out, (pixels,) = promote_arrays(dtype, input=input)
    given = axes if isinstance(axes, tuple) else (axes,)
    axes = check_axes(given, pixels.ndim, name="axes")
    shape = tuple(size for k, size in enumerate(pixels.shape) if k not in axes)
    (weight,) = cast_like(xp, pixels, weight=weight)
    check_broadcastable_to(shape, weight=weight)
    where = keep = check_where(xp, pixels, where, shape)
    if keep is not None:
        for axis in sorted(axes):
            keep = xp.expand_dims(keep, axis=axis)
    (pixels,) = fill_masked(xp, keep, (pixels, 0.0))
    return Images(xp, out, pixels, axes, weight, where)
