"""Tweedie negative log-likelihood."""

import functools
import math

from funloss._array import is_number, lookup
from funloss._core.checks import check_values
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import Bounds, Option, real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.regression._tweedie_terms import Tweedie

__all__ = ["tweedie_nll_loss"]


@loss
def tweedie_nll_loss(
    input: Array,
    target: ArrayLike,
    *,
    # Not `Real`: what a target may be depends on the number, so programs differ.
    power: float | Array = 1.5,
    log_input: bool = False,
    full: bool = False,
    eps: Real = 1e-8,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Tweedie NLL loss: of amounts whose variance is a power of their mean.

    With the mean ``m = max(input, eps)``, or ``exp(input)`` with `log_input`, the loss
    of an element is ``m**(2 - p) / (2 - p) - target * m**(1 - p) / (1 - p)`` for a
    `power` ``p``: ``m - target * log(m)`` for 1 (Poisson), ``log(m) + target / m`` for
    2 (gamma), ``m**2 / 2 - target * m`` for 0 (normal), where `eps` is no floor.
    `full` adds what depends on the target alone, so that an exact fit has loss 0; twice
    that is the Tweedie deviance.

    Args:
        input: Means, or their logarithms; shape ``(*)``, real.
        target: Values seen, broadcastable with `input`: >= 0, and > 0 for a `power` of
            2 or more; any for 0.
        power: Of the mean, which the variance is proportional to: 0 or >= 1; between 1
            and 2 many targets are 0, as in claims and rainfall. A Python number, or a
            0-d array strictly between 1 and 2.
        log_input: Whether `input` holds logarithms; a Python bool.
        full: Whether to add the term of the target alone; a Python bool.
        eps: Floor of a mean, in its units; a number or a 0-d array. The derivative
            below it is that at it, so that a mean can leave it.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, broadcastable to the result, such as the
            exposure. The mean divides by the sum of the weights.
        where: Boolean, broadcastable to the result. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in units of the mean to the power of ``2 - power``, the broadcast shape for
        ``"none"``, else ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` is unknown, `power` is another, or a
            mean or target is out of its range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        Half of scikit-learn's ``mean_tweedie_deviance(target, input, power=p)`` and of
        torchmetrics' ``tweedie_deviance_score(input, target, p)`` with ``full=True``;
        they have no floor. `poisson_nll_loss` adds its `eps` to the rate, approximates
        another constant, and takes logarithms unless told otherwise.

    Numerics:
        `full` keeps the digits of a small deviance, and those near the powers 1 and 2.
        Without it the loss grows as ``target / (p - 1)`` near 1, and as ``1 / (2 - p)``
        near 2. With `log_input` and a power above 1 the loss of a positive target
        overflows for means near 0, as it is that large.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([1.0, 1.0, 4.0]), np.asarray([0.0, 1.0, 1.0])
        >>> print(tweedie_nll_loss(x, y, full=True, reduction="none"))
        [2. 0. 1.]

    References:
        B. Jorgensen, Exponential dispersion models, 1987.
    """
    is_array = not is_number(power) and lookup(power) is not None
    options = {"eps": real(eps)}
    if is_array:
        options["power"] = Option(power, Bounds(above=1, below=2))
    else:
        power = _check_power(power)
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options=options,
        fill={"input": 0.5, "target": 0.5},
        shapes="broadcast",
        broadcast_weight=True,
    )
    family = Tweedie(None if is_array else power, log_input, full)
    partials = (family.d_input, family.d_target, None, family.d_power)
    shared = None if is_array else family.shared
    losses = batch.map(family.losses, partials[: 4 if is_array else 2], shared=shared)
    losses = _nan_outside(batch, losses, family)
    return batch.reduce(losses, reduction, mean_over="weight")


def _check_power(power):
    if not is_number(power):
        msg = f"power must be a real number, got {power!r}"
        raise TypeError(msg)
    power = float(power)
    if power != 0 and not 1 <= power < math.inf:
        msg = f"power must be 0 or >= 1, got {power!r}"
        raise ValueError(msg)
    return power


def _nan_outside(batch, losses, family):
    """Return losses, nan where a mean or a target cannot be one."""
    if family.power == 0:
        return losses
    xp, target = batch.xp, batch.arrays["target"]
    is_gamma = family.power is not None and family.power >= 2
    outside = target <= 0 if is_gamma else target < 0
    rule = "> 0" if is_gamma else ">= 0"
    found = [check_values(xp, rule, target=(target, outside))]
    if not family.log_input:
        mean = batch.arrays["input"]
        found.append(check_values(xp, ">= 0", input=(mean, mean < 0)))
    found = [bad for bad in found if bad is not None]
    return (
        xp.nan_where(losses, functools.reduce(xp.logical_or, found))
        if found
        else losses
    )
