"""Kahneman-Tversky optimisation: answers that are good or bad, without pairs."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import positive, real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["kto_loss"]

_FAR = 1e30


@loss
def kto_loss(
    input: Array,
    target: ArrayLike,
    reference: ArrayLike | None = None,
    *,
    kl: Real = 0.0,
    beta: Real = 0.1,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """KTO loss: ``sigmoid(-y * beta * (input - reference - kl))`` of single answers.

    With ``y`` 1 for an answer that was judged good and -1 for a bad one, the loss is
    near 0 where the log-ratio of policy and reference is on the right side of `kl`, and
    near 1 where it is far on the other one. `reference` and `kl` are constants.

    Args:
        input: Log-probabilities of answers, each the sum over its tokens, shape
            ``(*)``, floating.
        target: Whether each answer is good, same shape, or one value for all: boolean,
            or numbers that are 0 or 1. It does not decide the dtype.
        reference: `input` under the reference policy, same shape or a number. Without
            it `input` is the log-ratio.
        kl: Log-ratio that is neither good nor bad: an estimate of the divergence of
            the policy from the reference, in nats; a number or a 0-d array. It is not
            clamped; one below 0 is an estimate's error.
        beta: How much a log-ratio counts, > 0; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on the loss of each answer, same shape, such as ``where(target,
            a, b)``. The mean still divides by the number of answers.
        where: Boolean, broadcastable to `input`. A False answer has loss 0 and gradient
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `reference` if None.

    Returns:
        Loss in 0..1, times the weight, shape ``(*)`` for ``"none"``, else ``()``. The
        mean of no answers is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes differ, ``beta <= 0``, `reduction` is unknown, or a target is
            neither 0 nor 1 (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `preference_loss_fn` of Liger's `LigerFusedLinearKTOFunction` and the losses of
        TRL's `KTOTrainer`, which clamps `kl` at 0; its ``"apo_zero_unpaired"`` has
        ``kl=0``.

    Examples:
        >>> import numpy as np
        >>> log_ratio, good = np.asarray([3.0, 3.0]), np.asarray([True, False])
        >>> print(kto_loss(log_ratio, good, kl=3.0, reduction="none"))
        [0.5 0.5]

    References:
        K. Ethayarajh et al., KTO: model alignment as prospect theoretic optimization,
        2024.
    """
    batch = elements(
        input=input,
        **({} if reference is None else {"reference": reference}),
        extras={"target": target},
        options={"kl": real(kl), "beta": positive(beta)},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (kl, beta) = batch.xp, batch.options
    input, *reference, target = batch.arrays.values()
    target = xp.stop_gradient(target)
    # Of a Python number there is no derivative.
    kl = kl if isinstance(kl, float) else xp.stop_gradient(kl)
    reference = xp.stop_gradient(reference[0]) if reference else None
    partials = (_kto_d_input, None, None, None, _kto_d_beta)
    arguments = input, target, reference, kl, beta
    losses = xp.custom_jvp(_kto, partials, *arguments, shared=_shared)
    # Only to raise: the formula gives nan by itself, in the gradient, too.
    batch.nan_outside(losses, "0 or 1", _is_no_label, target=target)
    return batch.reduce(losses, reduction)


def _is_no_label(xp: Namespace, target: Any) -> Any:
    return xp.absolute(2 * target - 1) != 1


def _turned(xp: Namespace, target: Any) -> Any:
    """Return -1 for 1 and 1 for 0; nan for other numbers."""
    sign = 1.0 - 2.0 * target
    return xp.where(xp.absolute(sign) == 1, sign, math.nan)


def _ratio(x: Any, reference: Any, kl: Any) -> Any:
    """Return the log-ratio over `kl`: equal log-probabilities cancel without error."""
    return x - kl if reference is None else x - reference - kl


def _shared(xp: Namespace, *arguments: Any) -> tuple[Any, Any]:
    """Return the sigmoid of the score, and that of minus the score."""
    power = xp.exp(-_score(xp, *arguments))
    sigmoid = 1.0 / (1.0 + power)
    # Where the exponential overflows, the product would be nan.
    return sigmoid, xp.where(power == math.inf, 1.0, power * sigmoid)


def _score(xp: Namespace, *arguments: Any) -> Any:
    """Return what the sigmoid is of, nan where a target is no label."""
    return _turned(xp, arguments[1]) * _gain(*arguments)


def _gain(x: Any, _target: Any, reference: Any, kl: Any, beta: Any) -> Any:
    return beta * _ratio(x, reference, kl)


def _kto(xp: Namespace, *arguments: Any) -> Any:
    return _shared(xp, *arguments)[0]


def _kto_d_input(xp: Namespace, *arguments: Any) -> Any:
    _, target, *_, beta, _, _ = arguments
    return beta * _turned(xp, target) * _d_score(xp, *arguments)


def _kto_d_beta(xp: Namespace, *arguments: Any) -> Any:
    x, target, reference, kl, *_ = arguments
    # An infinite log-ratio has the derivative 0, which the product would make nan.
    ratio = xp.clamp(_ratio(x, reference, kl), -_FAR, _FAR)
    return ratio * _turned(xp, target) * _d_score(xp, *arguments)


def _d_score(xp: Namespace, *arguments: Any) -> Any:
    *own, low, high = arguments
    return xp.custom_jvp(_bell, (_bell_d_gain, None, None), _gain(*own), low, high)


def _bell(xp: Namespace, gain: Any, low: Any, high: Any) -> Any:
    """Return the derivative of the sigmoid, the same of a gain and of its negative."""
    del xp, gain
    return low * high


def _bell_d_gain(xp: Namespace, gain: Any, low: Any, high: Any) -> Any:
    del low, high
    p, q = xp.sigmoid(gain), xp.sigmoid(-gain)
    return p * q * (q - p)
