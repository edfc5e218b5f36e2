"""Negative log-likelihood of counts under a Poisson distribution."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["poisson_nll_loss"]

_TWO_PI = 2 * math.pi


@loss
def poisson_nll_loss(
    input: Array,
    target: ArrayLike,
    *,
    log_input: bool = True,
    full: bool = False,
    eps: Real = 1e-8,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Poisson negative log-likelihood with a predicted rate or its logarithm.

    With ``x`` the input and ``t`` the target, the loss of an element is ``exp(x) - t *
    x`` or, without `log_input`, ``x - t * log(x + eps)``. `full` adds Stirling's
    approximation of ``log(t!)``, ``t * log(t) - t + log(2 * pi * t) / 2``, where
    ``t > 1``.

    Args:
        input: Logarithms of rates, or rates; shape ``(*)``, real. A rate below
            ``-eps`` has loss nan.
        target: Counts, broadcastable with `input`.
        log_input: Whether `input` holds logarithms; a Python bool.
        full: Whether to add the term of the target alone; a Python bool.
        eps: Added to the rate inside the logarithm, not to `input` that holds
            logarithms; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, the broadcast shape for ``"none"``, else ``()``. The mean of
        no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.poisson_nll_loss`, except: a count of 0 at rate 0
        has loss 0 (torch: nan), and the derivative in a target of at most 0 leaves out
        the term of `full` (torch: nan). `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> print(poisson_nll_loss(np.zeros(2), np.asarray([0.0, 3.0])))
        1.0
    """
    batch = elements(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        options={"eps": real(eps)},
        fill={"input": 0.5, "target": 0.5},
        shapes="broadcast",
    )
    if log_input:
        losses = batch.map(_log_poisson, (_log_poisson_d_input, _log_poisson_d_target))
    else:
        losses = batch.map(_poisson, (_poisson_d_input, _poisson_d_target))
    if full:
        target = batch.arrays["target"]
        losses = losses + batch.xp.custom_jvp(_stirling, (_stirling_d_target,), target)
    return batch.reduce(losses, reduction)


def _log_poisson(xp: Namespace, x: Any, t: Any, _eps: Any) -> Any:
    rate = xp.exp(x)
    losses = rate - t * x
    return xp.where(t == 0, rate, losses) if xp.may_be_infinite(x) else losses


def _log_poisson_d_input(xp: Namespace, x: Any, t: Any, _eps: Any) -> Any:
    return xp.exp(x) - t


def _log_poisson_d_target(xp: Namespace, x: Any, t: Any, _eps: Any) -> Any:
    del xp, t
    return -x


def _poisson(xp: Namespace, x: Any, t: Any, eps: Any) -> Any:
    void = xp.logical_and(t == 0, x + eps == 0)
    return xp.where(void, x, x - t * xp.log(x + eps))


def _poisson_d_input(xp: Namespace, x: Any, t: Any, eps: Any) -> Any:
    del xp
    return 1 - t / (x + eps)


def _poisson_d_target(xp: Namespace, x: Any, t: Any, eps: Any) -> Any:
    del t
    return -xp.log(x + eps)


def _stirling(xp: Namespace, t: Any) -> Any:
    large = xp.where(t > 1, t, 1.0)
    term = large * xp.log(large) - large + 0.5 * xp.log(_TWO_PI * large)
    return xp.where(t > 1, term, xp.where(xp.isnan(t), t, 0.0))


def _stirling_d_target(xp: Namespace, t: Any) -> Any:
    large = xp.where(t > 1, t, 1.0)
    return xp.where(t > 1, xp.log(large) + 0.5 / large, 0.0)
