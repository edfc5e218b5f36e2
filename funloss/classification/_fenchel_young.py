"""Fenchel-Young losses, made of a convex function of scores."""

import math
from collections.abc import Callable
from typing import Any

from funloss._array import Namespace, lookup
from funloss._core.class_rows import class_rows
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["fenchel_young_loss"]


@loss
def fenchel_young_loss(
    input: Array,
    target: ArrayLike,
    *,
    conjugate: Callable[[Any], Any],
    regularizer: Callable[[Any], Any] | None = None,
    axis: int = -1,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Fenchel-Young loss: ``conjugate(x) + regularizer(y) - sum(x * y)``.

    With ``x`` the scores of a row and ``y`` its target, the loss of the row is
    ``conjugate(x) + regularizer(y) - sum(x * y)``. Where the two functions are
    conjugate, that is never negative, and 0 where ``y`` is the gradient of
    `conjugate` at ``x``: the derivative in `input` is that gradient less ``y``.

    Args:
        input: Scores, shape ``(*, D)``, real.
        target: True values, such as probabilities, same shape. One of the two is
            floating.
        conjugate: Takes an array of scores, adds up along its last axis, and
            returns an array of the other axes, in operations that the library
            differentiates. On JAX a call outside `jax.jit` is not compiled.
        regularizer: Does so with the targets. None leaves it out, and the derivative
            in `input` as it is.
        axis: Axis of a row in `input`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"`` over the rows.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in units of `conjugate`, one a row for ``"none"``, else ``()``. The
        mean of no rows is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, a function does not return one number a row, or
            `reduction` is unknown.

    Peers:
        `make_fenchel_young_loss(conjugate)` of optax, which calls it with one row
        at a time, and of jaxopt, which takes one row and all axes for it. Both
        leave the regularizer out. `cross_entropy` and `entmax_loss` are the
        losses of softmax and of entmax, without a function of your own.

    Examples:
        >>> import numpy as np
        >>> def half_square(x):
        ...     return np.sum(x * x, axis=-1) / 2
        >>> x, y = np.asarray([[3.0, 1.0]]), np.asarray([[1.0, 1.0]])
        >>> print(fenchel_young_loss(x, y, conjugate=half_square))
        1.0
        >>> pair = {"conjugate": half_square, "regularizer": half_square}
        >>> print(fenchel_young_loss(x, y, **pair))
        2.0

    References:
        M. Blondel, A. F. T. Martins, V. Niculae, Learning with Fenchel-Young
        losses, 2020.
    """
    rows = class_rows(
        input,
        target,
        axis=axis,
        where=where,
        dtype=dtype,
        takes="probabilities",
    )
    xp = rows.xp
    input, target = (
        xp.moveaxis(x, rows.axis, -1) for x in (rows.filled_scores(), rows.target)
    )
    losses = _of_rows(xp, input, conjugate=conjugate) - _inner(xp, input, target)
    if regularizer is not None:
        losses = losses + _of_rows(xp, target, regularizer=regularizer)
    return rows.reduce(losses, reduction)


def _of_rows(xp: Namespace, x: Any, **functions: Callable[[Any], Any]) -> Any:
    ((name, function),) = functions.items()
    value, shape = function(x), tuple(x.shape[:-1])
    got = None if lookup(value) is not xp else tuple(value.shape)
    if got != shape:
        what = type(value).__name__ if got is None else f"shape {got}"
        msg = f"{name} must return an array of {xp.name} of shape {shape}, got {what}"
        raise ValueError(msg)
    return value


def _inner(xp: Namespace, x: Any, y: Any) -> Any:
    """Return the inner products of rows, where 0 times a score of -inf is 0."""
    return xp.custom_jvp(_inner_value, (_inner_d_x, _inner_d_y), x, y, axis=-1)


def _inner_value(xp: Namespace, x: Any, y: Any) -> Any:
    return xp.quick_value(_plain, _without_void, x, y)


def _plain(xp: Namespace, x: Any, y: Any) -> tuple[Any, Any]:
    """Return the inner products, which XLA adds up without a select, and if right."""
    total = xp.total(x * y, -1)
    return total, xp.logical_not(xp.isnan(total))


def _without_void(xp: Namespace, x: Any, y: Any) -> Any:
    return xp.total(_inner_d_y(xp, x, y) * y, -1)


def _inner_d_x(xp: Namespace, x: Any, y: Any) -> Any:
    return xp.where(_is_void(xp, x, y), 0.0, y)


def _inner_d_y(xp: Namespace, x: Any, y: Any) -> Any:
    return xp.where(_is_void(xp, x, y), 0.0, x)


def _is_void(xp: Namespace, x: Any, y: Any) -> Any:
    return xp.logical_and(y == 0, x == -math.inf)
