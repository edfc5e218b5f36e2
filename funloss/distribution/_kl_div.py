"""Kullback-Leibler divergence."""

import math
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import REDUCTIONS, check_axis, check_choice
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.reduction import count_rows
from funloss._core.typing import Array, ArrayLike, DType

__all__ = ["kl_div"]


@loss
def kl_div(
    input: Array,
    target: ArrayLike,
    *,
    log_target: bool = False,
    axis: int | None = None,
    reduction: Literal["none", "mean", "sum", "batchmean"] = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Kullback-Leibler divergence of target probabilities from log-predictions.

    With ``x`` the input and ``t`` the target, the loss of an element is ``t * (log(t)
    - x)``; with `log_target` the target is ``log(t)``. Summed over a distribution
    this is the divergence ``KL(t || exp(x))``, and with `axis` it is the loss of a
    row. Note the order of arguments: the prediction comes first, as a logarithm.

    Args:
        input: Log-probabilities, shape ``(*)``, real.
        target: Probabilities, or their logarithms; broadcastable with `input`.
        log_target: Whether `target` holds logarithms; a Python bool.
        axis: Axis of a distribution in the broadcast shape. The loss of a row
            along it is the sum over its elements, which is its divergence. None:
            each element counts for itself.
        reduction: ``"none"``, ``"mean"`` (without `axis` over all elements, which
            is not the divergence), ``"sum"``, or ``"batchmean"``: the sum over the
            size of the first axis of `input`, which is the mean divergence of a
            batch.
        where: Boolean, broadcastable to the two. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean; a row without
            any True does not count in the mean over rows or in ``"batchmean"``.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, the broadcast shape without `axis` for ``"none"``, else
        ``()``. A negative target gives nan; the mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, there is no such `axis`, or
            `reduction` is unknown.

    Torch:
        `torch.nn.functional.kl_div`, except: an element of probability 0 has loss 0
        and has finite derivatives even where the input is infinite (torch: nan); no
        warning on ``"mean"``. `axis`, `where` and `dtype` are new.

    Peers:
        With ``axis=-1``, `optax.losses.kl_divergence` and, with `log_target`,
        `optax.losses.kl_divergence_with_log_targets`. `keras.losses.kl_divergence`
        takes the true probabilities first, predicts probabilities instead of
        logarithms, and clips both to 1e-7..1.

    Examples:
        >>> import numpy as np
        >>> x, t = np.log(np.asarray([[0.5, 0.5]])), np.asarray([[1.0, 0.0]])
        >>> print(kl_div(x, t, reduction="batchmean").round(4))
        0.6931
        >>> print(kl_div(x, t, axis=-1, reduction="none").round(4))
        [0.6931]

    References:
        S. Kullback and R. A. Leibler, On information and sufficiency, 1951.
    """
    check_choice((*REDUCTIONS, "batchmean"), reduction=reduction)
    batch = elements(
        input=input, target=target, where=where, dtype=dtype, shapes="broadcast"
    )
    formula, partials = _KL_OF_LOG if log_target else _KL
    losses, rows = batch.map(formula, partials), None
    if reduction == "batchmean":
        own = tuple(input.shape)
        reduction, rows = "mean", count_rows(batch.xp, losses, batch.where, own)
    if axis is not None:
        batch, losses = batch.sum_rows(losses, check_axis(axis, losses.ndim))
    return batch.reduce(losses, reduction, divisor=rows)


def _kl(xp: Namespace, x: Any, t: Any) -> Any:
    void = t == 0
    return xp.where(void, 0.0, t * (xp.log(xp.where(void, 1.0, t)) - x))


def _kl_d_input(xp: Namespace, x: Any, t: Any) -> Any:
    del xp
    return -t


def _kl_d_target(xp: Namespace, x: Any, t: Any) -> Any:
    # At t == 0 it is -inf; 1 - x, or 0 where x is infinite, keeps it finite.
    void = xp.logical_and(t == 0, xp.isinf(x))
    return xp.where(void, 0.0, xp.log(xp.where(t == 0, 1.0, t)) + 1 - x)


def _kl_of_log(xp: Namespace, x: Any, t: Any) -> Any:
    void = t == -math.inf
    return xp.where(void, 0.0, xp.exp(t) * (xp.where(void, 0.0, t) - x))


def _kl_of_log_d_input(xp: Namespace, x: Any, t: Any) -> Any:
    return -xp.exp(t)


def _kl_of_log_d_target(xp: Namespace, x: Any, t: Any) -> Any:
    void = t == -math.inf
    return xp.where(void, 0.0, xp.exp(t) * (xp.where(void, 0.0, t) - x + 1))


_KL = _kl, (_kl_d_input, _kl_d_target)
_KL_OF_LOG = _kl_of_log, (_kl_of_log_d_input, _kl_of_log_d_target)
