"""The absolute error in percent of the true value."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["mean_absolute_percentage_error"]


@loss
def mean_absolute_percentage_error(
    input: Array,
    target: ArrayLike,
    *,
    eps: Real = 1e-7,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Mean absolute percentage error (MAPE).

    The loss of an element is ``100 * abs(input - target) / max(abs(target), eps)``:
    100 for an input of 0 whatever the target, and without limit for one that is too
    large; the optimum lies low. The derivative is 0 at an exact fit.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        eps: Least size to divide by, in units of `target`, > 0; a number or a 0-d
            array. A target of 0 has loss ``100 * abs(input) / eps``, a huge number:
            mask such elements, or choose an `eps` that means something.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of the weights; with ``abs(target)`` it is the weighted
            percentage error, the sum of errors in percent of the sum of targets.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in percent, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, ``eps <= 0`` or `reduction` is unknown.

    Peers:
        `keras.losses.mean_absolute_percentage_error`, whose `eps` is the default
        here; it averages over the last axis. torchmetrics' function of this name
        and scikit-learn's give the ratio, not the percentage, with an `eps` of
        1.17e-6 and 2.2e-16. torch has no such loss.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([9.0, 30.0]), np.asarray([10.0, 20.0])
        >>> print(mean_absolute_percentage_error(x, t, reduction="none"))
        [10. 50.]

    References:
        A. de Myttenaere, B. Golden, B. Le Grand and F. Rossi, Mean absolute
        percentage error for regression models, 2016.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"eps": positive(eps)},
        fill={"target": 1.0},
    )
    partials = (_mape_d_input, _mape_d_target, _mape_d_eps)
    losses = batch.map(_mape, partials, shared=_quotient)
    return batch.reduce(losses, reduction, mean_over="weight")


def _quotient(xp: Namespace, x: Any, t: Any, eps: Any) -> tuple[Any]:
    return ((x - t) / xp.clamp_min(xp.absolute(t), eps),)


def _mape(xp: Namespace, *arguments: Any) -> Any:
    (quotient,) = _quotient(xp, *arguments)
    return 100.0 * xp.absolute(quotient)


def _mape_d_input(xp: Namespace, x: Any, t: Any, eps: Any, quotient: Any) -> Any:
    sign = _sign(xp, xp.reuse(quotient, x - t))
    return 100.0 * (sign / xp.clamp_min(xp.absolute(t), eps))


def _mape_d_target(xp: Namespace, x: Any, t: Any, eps: Any, quotient: Any) -> Any:
    # Of abs(x / t - 1) where t itself divides: in this form nothing cancels.
    inside = xp.absolute(t) >= eps
    ratio = x / xp.where(inside, t, 1.0)
    ratio = xp.where(inside, ratio, 1.0) / xp.clamp_min(xp.absolute(t), eps)
    return -100.0 * (_sign(xp, xp.reuse(quotient, x - t)) * ratio)


def _mape_d_eps(xp: Namespace, x: Any, t: Any, eps: Any, quotient: Any) -> Any:
    del quotient
    partial = -100.0 * (xp.absolute(x - t) / eps / eps)
    return xp.where(xp.absolute(t) < eps, partial, 0.0)


def _sign(xp: Namespace, x: Any) -> Any:
    """Return the derivative of the absolute value: 0 at 0 and at nan."""
    return xp.astype(x > 0, x.dtype) - xp.astype(x < 0, x.dtype)
