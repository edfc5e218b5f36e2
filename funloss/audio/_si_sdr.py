"""Scale-invariant signal-to-distortion ratio."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.record import Record
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss._core.vector_rows import vector_rows

__all__ = ["si_sdr_loss"]

# Decibels are this times the natural logarithm of a ratio of energies.
_DECIBELS = 10 / math.log(10)


@loss
def si_sdr_loss(
    input: Array,
    target: ArrayLike,
    *,
    zero_mean: bool = False,
    scaling: bool = True,
    axis: int = -1,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """SI-SDR: negated scale-invariant signal-to-distortion ratio, in decibels.

    The target is scaled to be as near to the input as it can, ``s = a * target`` with
    ``a = (<input, target> + eps) / (<target, target> + eps)``. The loss of a signal is
    ``-10 * log10((|s|**2 + eps) / (|s - input|**2 + eps))``, with the `eps` of the
    dtype that is computed in. It is negative for a good input, by 20 for each power of
    ten that the error is smaller than the signal, and unbounded below but for `eps`.

    Args:
        input: Signals, real.
        target: True signals, broadcastable with `input`.
        zero_mean: Whether to take the mean of each signal off it before.
        scaling: If False, the target is not scaled: the loss is the negated
            signal-to-noise ratio (SNR).
        axis: Axis of time in the broadcast shape.
        weight: Factor on each signal's loss, broadcastable to the signals. The mean
            divides by the sum of the weights.
        reduction: ``"none"``, ``"mean"`` or ``"sum"`` over the signals.
        where: Boolean, broadcastable to the signals. A False signal has loss 0 and
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in decibels; the broadcast shape without `axis` for ``"none"``, else
        ``()``. The mean of no signals is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, signals have no samples, there is no such `axis`
            or `reduction` is unknown.

    Peers:
        `torchmetrics.functional.audio.scale_invariant_signal_distortion_ratio` and
        `signal_noise_ratio`, negated. They overflow with the energy of a signal, and
        with `zero_mean` keep what rounding left of the mean.

    Numerics:
        Finite for a perfect input, at which the error has gradient 0, and for silence
        of either signal. Large signals are scaled by powers of two, so that no energy
        overflows. `eps` is that of float32 for signals of 16 bits.

    Examples:
        >>> import numpy as np
        >>> t = np.asarray([3.0, -1.0, 2.0, 0.0])
        >>> noise = np.asarray([0.1, 0.1, -0.1, 0.1])
        >>> print(si_sdr_loss(t + noise, t).round(4))
        -25.4407
        >>> print(si_sdr_loss(2 * t + noise, t).round(4))
        -31.4613

    References:
        J. Le Roux, S. Wisdom, H. Erdogan and J. R. Hershey, SDR: half-baked or well
        done?, 2019.
    """
    signals = vector_rows(
        input=input,
        target=target,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, axis = signals.xp, signals.axis
    if not signals.shape[axis]:
        msg = f"signals must have samples, got shape {signals.shape} with axis {axis}"
        raise ValueError(msg)
    pair = [xp.broadcast_to(x, signals.shape) for x in signals.vectors]
    if zero_mean:
        pair = [_centred(xp, x, axis) for x in pair]
    partials = (_d_input, _d_target, None, None)
    losses = xp.custom_jvp(_negated_ratio, partials, *pair, scaling, axis, axis=axis)
    return signals.reduce(losses, reduction, mean_over="weight")


def _centred(xp: Namespace, x: Any, axis: int) -> Any:
    """Return `x` less its mean, and less what rounding left of that."""
    for _ in range(2):
        x = x - xp.total(x, axis, keepdims=True) / xp.count([x.shape[axis]], x.dtype)
    return x


class _Energies(Record):
    """Signals times powers of two, and what is added up of them, `axis` kept."""

    # What the input and the target were times.
    scales: tuple[Any, Any]
    target: Any
    # What the target is times, and the input less that.
    factor: Any
    error: Any
    # Their energies and that of the target, with the eps that belongs to it.
    of_error: Any
    of_signal: Any
    of_target: Any
    # How far the product of error and target is from 0 by the eps of both.
    slack: Any
    # The eps of the target.
    floor: Any


def _negated_ratio(xp: Namespace, x: Any, t: Any, scaling: bool, axis: int) -> Any:
    found = _energies(xp, x, t, scaling, axis)
    # Beside a loud signal the eps underflows, but its logarithm does not.
    scale = found.scales[0]
    least = math.log(float(xp.finfo(x.dtype).eps)) + 2 * xp.log(scale)
    logarithms = []
    for energy in (found.of_error, found.of_signal):
        is_lost = energy == 0
        logarithm = xp.log(xp.where(is_lost, 1.0, energy))
        logarithms.append(xp.where(is_lost, least, logarithm))
    return _DECIBELS * xp.squeeze(logarithms[0] - logarithms[1], axis=axis)


def _d_input(xp: Namespace, x: Any, t: Any, scaling: bool, axis: int) -> Any:
    found = _energies(xp, x, t, scaling, axis)
    error = _over(xp, found.error, found.of_error)
    if scaling:
        error = error - _weight(xp, found) * found.target
    return 2 * _DECIBELS * error * found.scales[0]


def _d_target(xp: Namespace, x: Any, t: Any, scaling: bool, axis: int) -> Any:
    found = _energies(xp, x, t, scaling, axis)
    by_error = _over(xp, found.factor, found.of_error)
    if not scaling:
        target = _over(xp, found.target, found.of_signal)
        return -2 * _DECIBELS * (by_error * found.error + target) * found.scales[1]
    # Of the target itself no more than the eps of the energies.
    eps = _over(xp, found.slack, found.of_error)
    eps = eps - _over(xp, found.factor * found.floor, found.of_signal)
    along = found.factor * _over(xp, eps, found.of_target)
    away = (by_error + _weight(xp, found)) * found.error
    return 2 * _DECIBELS * (along * found.target - away) * found.scales[1]


def _weight(xp: Namespace, found: _Energies) -> Any:
    """Return the derivative through the factor, over that of the product."""
    target = found.of_target - found.floor
    signal = _over(xp, found.factor * target, found.of_signal)
    error = _over(xp, found.slack, found.of_error)
    return _over(xp, error + signal, found.of_target)


def _energies(xp: Namespace, x: Any, t: Any, scaling: bool, axis: int) -> _Energies:
    eps = float(xp.finfo(x.dtype).eps)

    def energy(v: Any) -> Any:
        return xp.total(xp.square(v), axis, keepdims=True)

    if scaling:
        scales = _scale(xp, xp.absolute(x), axis), _scale(xp, xp.absolute(t), axis)
    else:
        scales = (_scale(xp, xp.maximum(xp.absolute(x), xp.absolute(t)), axis),) * 2
    x, t = x * scales[0], t * scales[1]
    floors = [eps * scales[0] * scale for scale in scales]
    floor, own = eps * scales[1] * scales[1], energy(t)
    factor, of_target = xp.ones_like(own), own + floor
    if scaling:
        product = xp.total(x * t, axis, keepdims=True) + floors[1]
        factor = _over(xp, product, of_target)
    error = x - factor * t
    of_error, of_signal = energy(error) + floors[0], xp.square(factor) * own + floors[0]
    slack = factor * floor - floors[1]
    return _Energies(
        scales, t, factor, error, of_error, of_signal, of_target, slack, floor
    )


def _over(xp: Namespace, x: Any, energy: Any) -> Any:
    """Return the quotient, whose derivative does not square an energy; `x` for none."""
    return xp.quotient(x, xp.where(energy == 0, 1.0, energy))


def _scale(xp: Namespace, size: Any, axis: int) -> Any:
    """Return a power of two, `axis` kept, which makes loud signals as loud as others.

    It is 1 for signals of usual size. No product is less than 1 otherwise, and none so
    large that the product of two energies, by which XLA divides, overflows.
    """
    largest = xp.amax(xp.stop_gradient(size), axis, keepdims=True)
    step = round(math.log2(float(xp.finfo(size.dtype).max))) // 6
    scale = xp.ones_like(largest)
    for power in range(step, 6 * step, step):
        scale = xp.where(largest > 2.0**power, 2.0**-power, scale)
    return scale
