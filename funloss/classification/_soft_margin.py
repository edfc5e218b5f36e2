"""Logistic loss of signed labels, for one class and for many."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    check_axis,
    check_broadcastable_to,
    check_same_shape_or_scalar,
)
from funloss._core.labels import batch_shape
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.classification._binary import logit_cost

__all__ = ["multilabel_soft_margin_loss", "soft_margin_loss"]


@loss
def soft_margin_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Soft margin (logistic) loss: ``log(1 + exp(-target * input))``.

    An element costs ``log(1 + exp(-target * input))``: nearly 0 for a score far
    on the right side, nearly linear on the wrong one.

    Args:
        input: Scores, shape ``(*)``, real.
        target: 1 or -1, broadcastable to `input`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.soft_margin_loss`, except: finite where torch
        overflows; the result has the promoted dtype, not the input's; `target`
        has a slope. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> print(soft_margin_loss(np.asarray([-800.0]), np.ones(1)))
        800.0
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_broadcastable_to(tuple(input.shape), target=target)
    (target,) = xp.of_ndim(input.ndim, target)
    where = check_where(xp, input, where, input.shape)
    input, target = fill_masked(xp, where, (input, 0.0), (target, 1.0))
    cost = xp.custom_jvp(_cost, (_input_slope, _target_slope), input, target)
    return reduce_losses(xp, out, cost, reduction, where=where)


def _cost(xp: Namespace, x: Any, t: Any) -> Any:
    return xp.softplus(-t * x)


def _input_slope(xp: Namespace, x: Any, t: Any) -> Any:
    return -t * xp.sigmoid(-t * x)


def _target_slope(xp: Namespace, x: Any, t: Any) -> Any:
    return -x * xp.sigmoid(-t * x)


@loss
def multilabel_soft_margin_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Multi-label soft margin loss: binary cross-entropy averaged over classes.

    With ``x`` the input and ``t`` the target, a row costs the mean over its
    classes of ``w * ((1 - t) * softplus(x) + t * softplus(-x))``.

    Args:
        input: Logits, shape ``(*, C)``, real.
        target: Whether each class applies, 0..1, same shape, or a number.
        weight: Factor on each cost, broadcastable to `input`, such as ``(C)``.
            The mean still divides by the number of classes.
        reduction: ``"none"``, ``"mean"`` or ``"sum"`` over the rows.
        axis: Class axis.
        where: Boolean, broadcastable to the rows. A False row costs 0, has slope
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in nats, one a row for ``"none"``, else ``()``. The mean of no rows
        is nan, and so is a row without classes.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.multilabel_soft_margin_loss`, except that unequal
        shapes raise (torch broadcasts, then adds up the wrong axis) and that
        infinite logits have their exact limits. `axis`, `where` and `dtype` are
        new.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([[0.0, -800.0]]), np.asarray([[1.0, 0.0]])
        >>> print(multilabel_soft_margin_loss(x, t).round(4))
        0.3466
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_same_shape_or_scalar(input=input, target=target)
    axis = check_axis(axis, input.ndim)
    (weight,) = cast_like(xp, input, weight=weight)
    check_broadcastable_to(tuple(input.shape), weight=weight)
    (weight,) = xp.of_ndim(input.ndim, weight)
    where = check_where(xp, input, where, batch_shape(input.shape, axis))
    keep = where if where is None else xp.expand_dims(where, axis=axis)
    input, target, weight = fill_masked(
        xp, keep, (input, 0.0), (target, 0.0), (weight, 1.0)
    )
    cost = logit_cost(xp, input, target)
    cost = cost if weight is None else cost * weight
    cost = xp.total(cost, axis) / input.shape[axis]
    return reduce_losses(xp, out, cost, reduction, where=where)
