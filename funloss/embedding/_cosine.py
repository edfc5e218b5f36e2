"""Cosine similarity and the embedding loss on it."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import broadcast_shape, check_axis, check_shapes_equal
from funloss._core.labels import as_row, batch_shape
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["cosine_embedding_loss", "cosine_similarity", "floored"]

# torch adds this float32 number to squared norms, in every dtype.
_EPSILON = 9.999999960041972e-13


@loss
def cosine_similarity(
    x1: Array,
    x2: ArrayLike,
    *,
    dim: int = 1,
    eps: Real = 1e-8,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Cosine similarity between vectors along an axis.

    The cosine is ``sum(x1 * x2) / (n1 * n2)`` with ``n = max(norm(x), eps)``. The
    slope takes each ``n`` for the norm even where `eps` is larger; the norm of the
    zero vector has slope 0.

    Args:
        x1: Vectors, real.
        x2: Vectors, broadcastable with `x1`.
        dim: Axis of the coordinates in the broadcast shape.
        eps: Least norm to divide by, >= 0; a number or a 0-d array.
        where: Boolean, broadcastable to the result. A False pair is 0 and has
            slope 0, even at nan.
        dtype: Of the result; the promoted dtype of `x1` and `x2` if None.

    Returns:
        Cosines in -1..1 up to rounding, the broadcast shape without `dim`.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, there is no axis `dim`, or ``eps <
            0``.

    Torch:
        `torch.nn.functional.cosine_similarity`, except that norms neither
        overflow nor underflow. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x1, x2 = np.asarray([[3.0, 4.0]]), np.asarray([[4.0, 3.0]])
        >>> print(cosine_similarity(x1, x2).round(4))
        [0.96]
    """
    xp, out, (x1, x2) = promote_arrays(dtype, x1=x1, x2=x2)
    # A 0-d array is a vector of one coordinate.
    shape = broadcast_shape(x1=x1, x2=x2) or (1,)
    x1, x2 = xp.of_ndim(len(shape), x1, x2)
    dim = check_axis(dim, len(shape), name="dim")
    eps = check_scalar(xp, x1, at_least=0, eps=eps)
    x1 = propagate_nan(xp, x1, eps)
    where = check_where(xp, x1, where, batch_shape(shape, dim))
    keep = where if where is None else xp.expand_dims(where, axis=dim)
    x1, x2 = fill_masked(xp, keep, (x1, 0.0), (x2, 0.0))
    x1, x2 = (xp.broadcast_to(x, shape) for x in (x1, x2))
    factors = [_double_factor(xp, x, dim, eps) for x in (x1, x2)]
    lengths = [
        floored(xp, xp.norm(x, 2, dim, keepdims=True), eps) * factor
        for x, factor in zip((x1, x2), factors, strict=True)
    ]
    cosine = _product(xp, x1, x2, factors, dim)
    for length in lengths:
        cosine = xp.quotient(cosine, xp.squeeze(length, axis=dim))
    return reduce_losses(xp, out, cosine, "none", where=where)


def floored(xp: Namespace, size: Any, eps: Any) -> Any:
    """Return ``max(size, eps)`` with slope 1 in `size` everywhere, as torch has it."""
    slopes = (lambda xp, size, _: xp.ones_like(size), None)
    return xp.custom_jvp(
        lambda xp, size, eps: xp.clamp_min(size, eps), slopes, size, eps
    )


def _double_factor(xp: Namespace, x: Any, axis: int, floor: Any) -> Any:
    """Return twice what to multiply `x` by against overflow, a constant.

    What is shorter than `floor` is scaled for it: the floor takes its place. Twice
    gives exact doubles of the products that a norm is made of: those that two sums
    share, XLA would write out.
    """
    least = 2 * float(xp.finfo(x.dtype).smallest_normal)
    if isinstance(floor, float):
        least = max(least, min(floor, 1.0))
    scale = xp.clamp_min(xp.safe_scale(x, 2, axis), least)
    if not isinstance(floor, float):
        scale = xp.clamp_min(scale, xp.clamp_max(floor, 1.0))
    return 2 / xp.stop_gradient(scale)


def _product(xp: Namespace, a: Any, b: Any, factors: Any, axis: int) -> Any:
    """Return ``sum((a * c) * (b * d))`` along `axis`, for two constants a row."""
    slopes = (
        lambda _, _a, b, c, d: b * d * c,
        lambda _, a, _b, c, d: a * c * d,
        None,
        None,
    )
    terms = xp.custom_jvp(
        lambda _, a, b, c, d: (a * c) * (b * d), slopes, a, b, *factors
    )
    return xp.total(terms, axis)


@loss
def cosine_embedding_loss(
    input1: Array,
    input2: ArrayLike,
    target: ArrayLike,
    *,
    margin: Real = 0.0,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Cosine embedding loss: ``1 - cos`` of similar pairs, a hinge for the others.

    With ``c`` the cosine of a pair, it costs ``1 - c`` where the target is 1 and
    ``max(0, c - margin)`` where it is -1; another target costs 0. At ``c ==
    margin`` the hinge is active. The cosine is ``sum(a * b) / sqrt((sum(a**2) +
    e) * (sum(b**2) + e))`` with ``e`` = 1e-12.

    Args:
        input1: Vectors, shape ``(D)`` or ``(N, D)``, real.
        input2: Vectors of as many dimensions and coordinates; ``N`` may be 1.
        target: 1 or -1, shape ``()`` or ``(N)``, or a number. It has no slope and
            does not decide the dtype.
        margin: Cosine below which dissimilar pairs cost nothing; a number or a
            0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False pair costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the inputs if None.

    Returns:
        Cost, shape ``()`` or ``(N)`` for ``"none"``, else ``()``. The mean of no
        pairs is nan.

    Raises:
        TypeError: No input is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.cosine_embedding_loss`, except that unequal numbers
        of coordinates raise (torch broadcasts them in the product alone), that
        large vectors do not overflow and that one target may stand for all pairs.
        `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> a, b = np.asarray([[1.0, 0.0]]), np.asarray([[0.0, 2.0]])
        >>> print(cosine_embedding_loss(a, b, np.asarray([1])))
        1.0
    """
    xp, out, (input1, input2) = promote_arrays(dtype, input1=input1, input2=input2)
    (target,) = cast_like(xp, input1, target=target)
    target = as_row(xp, target) if input1.ndim == 2 else target
    shape = _pair_shape(input1, input2, target)
    margin = check_scalar(xp, input1, margin=margin)
    where = check_where(xp, input1, where, shape)
    keep = where if where is None else xp.expand_dims(where, axis=-1)
    input1, input2 = fill_masked(xp, keep, (input1, 0.0), (input2, 0.0))
    cosine = _padded_cosine(xp, input1, input2)
    apart = xp.where(target == -1, xp.clamp_min(cosine - margin, 0.0), 0.0)
    cost = xp.where(target == 1, 1 - cosine, apart)
    return reduce_losses(xp, out, cost, reduction, where=where)


def _pair_shape(input1: Any, input2: Any, target: Any) -> tuple[int, ...]:
    """Return the shape of the costs, or raise."""
    if not input1.ndim == input2.ndim == target.ndim + 1 <= 2:
        msg = (
            "inputs must be (D) with target () or (N, D) with target (N), got "
            f"input1 {tuple(input1.shape)}, input2 {tuple(input2.shape)}, "
            f"target {tuple(target.shape)}"
        )
        raise ValueError(msg)
    if input1.shape[-1] != input2.shape[-1]:
        check_shapes_equal(input1=input1, input2=input2)
    pairs = broadcast_shape(input1=input1, input2=input2, target=target[..., None])
    return pairs[:-1]


def _padded_cosine(xp: Namespace, a: Any, b: Any) -> Any:
    factors = [_double_factor(xp, x, -1, 1.0) for x in (a, b)]
    squares = [
        _product(xp, x, x, (factor / 2, factor / 2), -1)
        + _EPSILON * xp.square(factor[..., 0] / 2)
        for x, factor in zip((a, b), factors, strict=True)
    ]
    product = _product(xp, a, b, factors, -1) / 4
    return product / xp.sqrt(squares[0] * squares[1])
