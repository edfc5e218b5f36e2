"""One minus the cosine of the angle between vectors."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import broadcast_shape, check_axis, check_broadcastable_to
from funloss._core.labels import batch_shape
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.embedding._cosine import floored

__all__ = ["cosine_distance"]


@loss
def cosine_distance(
    input: Array,
    target: ArrayLike,
    *,
    axis: int = -1,
    eps: Real = 1e-8,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Cosine distance: one minus the cosine similarity.

    A pair costs 1 less the cosine of its angle: 0 for one direction, 1 for a right
    angle, 2 for opposite directions. The cosine is that of `cosine_similarity`, with
    its rule for `eps`: a zero vector is at distance 1 from all others.

    Args:
        input: Vectors, real.
        target: Vectors, broadcastable with `input`.
        axis: Axis of the coordinates in the broadcast shape.
        eps: Least norm to divide by, >= 0; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"`` over the pairs.
        weight: Factor on each pair's cost, broadcastable to the pairs. The mean
            divides by the sum of the weights.
        where: Boolean, broadcastable to the pairs. A False pair costs 0, has slope
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in 0..2 up to rounding; the broadcast shape without `axis` for
        ``"none"``, else ``()``. The mean of no pairs is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, there is no such `axis`, ``eps < 0`` or
            `reduction` is unknown.

    Peers:
        `optax.losses.cosine_distance` and, less 1, `keras.losses.cosine_similarity`.
        The `epsilon` of optax is that of squared norms, and 0 by default, where a
        zero vector gives nan. Both overflow with squared norms. torch has
        `cosine_similarity` alone.

    Numerics:
        For nearly parallel vectors ``1 - cosine`` has no digits left; here it is
        half the squared difference of the unit vectors. The slope takes each norm
        for itself even where `eps` is larger; at the zero vector the norm has slope
        0, so that the slope there is of size ``1 / eps``.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([[1.0, 1e-9], [3.0, 4.0]]), np.asarray([[1.0, 0.0]])
        >>> print(cosine_distance(x, t, reduction="none"))
        [5.e-19 4.e-01]
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    # A 0-d array is a vector of one coordinate.
    shape = broadcast_shape(input=input, target=target) or (1,)
    input, target = xp.of_ndim(len(shape), input, target)
    axis = check_axis(axis, len(shape))
    eps = check_scalar(xp, input, at_least=0, eps=eps)
    input = propagate_nan(xp, input, eps)
    (weight,) = cast_like(xp, input, weight=weight)
    check_broadcastable_to(batch_shape(shape, axis), weight=weight)
    where = check_where(xp, input, where, batch_shape(shape, axis))
    keep = where if where is None else xp.expand_dims(where, axis=axis)
    input, target = fill_masked(xp, keep, (input, 0.0), (target, 0.0))
    input, target = (xp.broadcast_to(x, shape) for x in (input, target))
    slopes = (_slope, _target_slope, None, None)
    cost = xp.custom_jvp(_distance, slopes, input, target, eps, axis, axis=axis)
    return reduce_losses(
        xp, out, cost, reduction, weight=weight, where=where, mean_weights=weight
    )


def _distance(xp: Namespace, x: Any, t: Any, eps: Any, axis: int) -> Any:
    sizes = [xp.norm(v, 2, axis, keepdims=True) for v in (x, t)]
    lengths = [xp.clamp_min(size, _of_row(xp, eps, axis)) for size in sizes]
    apart = xp.total(xp.square(x / lengths[0] - t / lengths[1]), axis)
    # What the two lack to length 1 below `eps`; exactly 0 above.
    shares = [size / length for size, length in zip(sizes, lengths, strict=True)]
    defects = [(1.0 - share) * (1.0 + share) for share in shares]
    return 0.5 * (apart + xp.squeeze(defects[0] + defects[1], axis=axis))


def _slope(xp: Namespace, x: Any, t: Any, eps: Any, axis: int) -> Any:
    sizes = [xp.norm(v, 2, axis, keepdims=True) for v in (x, t)]
    lengths = [floored(xp, size, _of_row(xp, eps, axis)) for size in sizes]
    other = t / lengths[1]
    cosine = xp.total(x / lengths[0] * other, axis, keepdims=True)
    own = xp.quotient(x, xp.where(sizes[0] == 0, 1.0, sizes[0]))
    return xp.quotient(cosine * own - other, lengths[0])


def _target_slope(xp: Namespace, x: Any, t: Any, eps: Any, axis: int) -> Any:
    return _slope(xp, t, x, eps, axis)


def _of_row(xp: Namespace, eps: Any, axis: int) -> Any:
    """Return `eps` with the axis of size 1: torch spreads arguments over all."""
    spread = getattr(eps, "ndim", 0) > 0
    return xp.amax(eps, axis, keepdims=True) if spread else eps
