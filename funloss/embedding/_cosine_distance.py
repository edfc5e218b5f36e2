"""Cosine distance."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss._core.vector_rows import vector_rows
from funloss.embedding._scaled_products import floor_norm

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

    The loss of a pair is 1 minus the cosine of its angle: 0 for equal directions, 1 for
    a right angle, 2 for opposite directions. The cosine is that of `cosine_similarity`,
    with its rule for `eps`: a zero vector has distance 1 to all others.

    Args:
        input: Vectors, real.
        target: Vectors, broadcastable with `input`.
        axis: Axis of the coordinates in the broadcast shape.
        eps: Smallest norm to divide by, >= 0; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"`` over the pairs.
        weight: Factor on each pair's loss, broadcastable to the pairs. The mean divides
            by the sum of the weights.
        where: Boolean, broadcastable to the pairs. A False pair has loss 0 and gradient
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in 0..2 up to rounding; the broadcast shape without `axis` for ``"none"``,
        else ``()``. The mean of no pairs is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, there is no such `axis`, ``eps < 0`` or
            `reduction` is unknown.

    Peers:
        `optax.losses.cosine_distance` and, less 1, `keras.losses.cosine_similarity`.
        The `epsilon` of optax is added to squared norms, and 0 by default, where a zero
        vector gives nan. Both overflow with squared norms. torch has
        `cosine_similarity` alone.

    Numerics:
        For nearly parallel vectors ``1 - cosine`` cancels; here it is computed as half
        the squared difference of the unit vectors. The gradient uses each norm itself
        even where `eps` is larger; at the zero vector the norm has gradient 0, so that
        the gradient there is of size ``1 / eps``.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([[1.0, 1e-9], [3.0, 4.0]]), np.asarray([[1.0, 0.0]])
        >>> print(cosine_distance(x, t, reduction="none"))
        [5.e-19 4.e-01]
    """
    pairs = vector_rows(
        input=input,
        target=target,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"eps": non_negative(eps)},
    )
    xp, axis, (eps,) = pairs.xp, pairs.axis, pairs.options
    input, target = (xp.broadcast_to(x, pairs.shape) for x in pairs.vectors)
    partials = (_cosine_distance_d_input, _cosine_distance_d_target, None, None)
    losses = xp.custom_jvp(
        _cosine_distance, partials, input, target, eps, axis, axis=axis
    )
    return pairs.reduce(losses, reduction, mean_over="weight")


def _cosine_distance(xp: Namespace, x: Any, t: Any, eps: Any, axis: int) -> Any:
    sizes = [xp.norm(v, 2, axis, keepdims=True) for v in (x, t)]
    norms = [xp.clamp_min(size, _for_rows(xp, eps, axis)) for size in sizes]
    difference = xp.total(xp.square(x / norms[0] - t / norms[1]), axis)
    # How far the squared length of each divided vector, shorter than `eps`, is from 1.
    lengths = [size / norm for size, norm in zip(sizes, norms, strict=True)]
    defects = [(1.0 - length) * (1.0 + length) for length in lengths]
    return 0.5 * (difference + xp.squeeze(defects[0] + defects[1], axis=axis))


def _cosine_distance_d_input(xp: Namespace, x: Any, t: Any, eps: Any, axis: int) -> Any:
    sizes = [xp.norm(v, 2, axis, keepdims=True) for v in (x, t)]
    norms = [floor_norm(xp, size, _for_rows(xp, eps, axis)) for size in sizes]
    other = t / norms[1]
    cosine = xp.total(x / norms[0] * other, axis, keepdims=True)
    unit = xp.quotient(x, xp.where(sizes[0] == 0, 1.0, sizes[0]))
    return xp.quotient(cosine * unit - other, norms[0])


def _cosine_distance_d_target(
    xp: Namespace, x: Any, t: Any, eps: Any, axis: int
) -> Any:
    return _cosine_distance_d_input(xp, t, x, eps, axis)


def _for_rows(xp: Namespace, eps: Any, axis: int) -> Any:
    """Return `eps` with `axis` of size 1: torch broadcasts arguments to all."""
    is_broadcast = getattr(eps, "ndim", 0) > 0
    return xp.amax(eps, axis, keepdims=True) if is_broadcast else eps
