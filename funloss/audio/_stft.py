"""Distance of spectra: of short-time Fourier transforms at several resolutions."""

import math
from collections.abc import Sequence
from typing import Any, Literal

from funloss._algorithms._frames import (
    WINDOWS,
    check_samples,
    check_sizes,
    frames_of,
    window_of,
)
from funloss._array import Namespace
from funloss._core.arrays import cast_like
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import is_zero, non_negative, positive
from funloss._core.record import Record
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss._core.vector_rows import VectorRows, vector_rows

__all__ = ["stft_loss"]


@loss
def stft_loss(
    input: Array,
    target: ArrayLike,
    *,
    n_fft: int | Sequence[int] = (1024, 2048, 512),
    hop: int | Sequence[int] = (120, 240, 50),
    win_length: int | Sequence[int] = (600, 1200, 240),
    window: Literal["hann", "hamming", "blackman", "boxcar"] = "hann",
    convergence: Real = 1.0,
    log_magnitude: Real = 1.0,
    magnitude: Real = 0.0,
    filters: ArrayLike | Sequence[ArrayLike] | None = None,
    eps: Real = 1e-8,
    batch: bool = False,
    axis: int = -1,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Multi-resolution STFT loss: the distance of magnitudes of spectra.

    With ``M = sqrt(max(abs(stft(signal))**2, eps))``, the loss of a signal at one
    resolution is ``convergence * norm(M_target - M_input) / norm(M_target)``, the
    spectral convergence, plus `log_magnitude` times the mean of
    ``abs(log(M_input) - log(M_target))`` and `magnitude` times that of
    ``abs(M_input - M_target)``. It is averaged over resolutions.

    Args:
        input: Signals, real.
        target: True signals, broadcastable with `input`.
        n_fft: Samples in a frame. Python integers: one for each resolution, or one
            for all, as with `hop` and `win_length`.
        hop: Samples from a frame to the next.
        win_length: Samples in the window, at most `n_fft`; it lies in the middle of
            the frame, between zeros.
        window: ``"hann"``, ``"hamming"``, ``"blackman"``, all periodic, or
            ``"boxcar"``.
        convergence: Factor on the spectral convergence, >= 0.
        log_magnitude: Factor on the distance of logarithms, >= 0.
        magnitude: Factor on the distance of magnitudes, >= 0.
        filters: Bands to add magnitudes up in, such as mel, shape
            ``(bands, n_fft // 2 + 1)`` and not negative, or a sequence with those of
            each resolution. None: every frequency by itself.
        eps: What power is raised to, > 0. Below it, the gradient is 0.
        batch: Whether the norms of the spectral convergence are those of all signals
            together: each signal then has the ratio of the batch.
        axis: Axis of time in the broadcast shape.
        reduction: ``"none"``, ``"mean"`` or ``"sum"`` over the signals.
        where: Boolean, broadcastable to the signals. A False signal has loss 0 and
            gradient 0 (even at nan) and counts neither in the mean nor in the batch.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss, at least 0; the broadcast shape without `axis` for ``"none"``, else
        ``()``. The mean of no signals is nan.

    Raises:
        TypeError: No array is real floating, arrays of two libraries, or a size is no
            Python integer.
        ValueError: Shapes do not fit, signals have ``n_fft // 2`` samples or fewer, an
            option is out of range, or `reduction` is unknown.

    Peers:
        `auraloss.freq.MultiResolutionSTFTLoss` with ``batch=True``; `MelSTFTLoss` with
        `filters`. Its window is of float32. Without `batch`, no signal's loss depends
        on the others.

    Numerics:
        Frames are centred, and signals reflected at their ends, as by `torch.stft`.
        Differences of 0, and their norm, have gradient 0. Finite for silence of either
        signal.

    Examples:
        >>> import numpy as np
        >>> time = np.arange(64)
        >>> tone, other = np.sin(time), np.sin(1.5 * time)
        >>> sizes = {"n_fft": (16, 32), "hop": (4, 8), "win_length": (16, 32)}
        >>> print(stft_loss(other, tone, **sizes).round(3))
        2.646
        >>> print(stft_loss(-tone, tone, **sizes))
        0.0

    References:
        R. Yamamoto, E. Song and J.-M. Kim, Parallel WaveGAN: a fast waveform generation
        model based on generative adversarial networks with multi-resolution
        spectrogram, 2020.
    """
    sizes = check_sizes(n_fft=n_fft, hop=hop, win_length=win_length)
    check_choice(WINDOWS, window=window)
    signals = vector_rows(
        input=input,
        target=target,
        axis=axis,
        where=where,
        dtype=dtype,
        options={
            "convergence": non_negative(convergence),
            "log_magnitude": non_negative(log_magnitude),
            "magnitude": non_negative(magnitude),
            "eps": positive(eps),
        },
    )
    check_samples(signals.shape[signals.axis], sizes)
    pair = [_along_last(signals, x) for x in signals.vectors]
    banks = _banks(signals.xp, pair[0], filters, sizes)
    resolutions = [
        _Resolution(*size, window, bank)
        for size, bank in zip(sizes, banks, strict=True)
    ]
    losses = sum(_distance(signals, pair, each, batch=batch) for each in resolutions)
    return signals.reduce(losses / len(sizes), reduction)


class _Resolution(Record):
    n_fft: int
    hop: int
    win_length: int
    window: str
    # The filters, or None.
    bank: Any


def _banks(
    xp: Namespace, like: Any, filters: Any, sizes: list[tuple[int, ...]]
) -> list[Any]:
    """Return the checked filters of each resolution, or None."""
    given = filters if isinstance(filters, (tuple, list)) else [filters] * len(sizes)
    if len(given) != len(sizes):
        msg = f"filters must be one array or {len(sizes)}, got {len(given)}"
        raise ValueError(msg)
    banks = []
    for x, (n_fft, *_) in zip(given, sizes, strict=True):
        (bank,) = cast_like(xp, like, filters=x)
        bins = n_fft // 2 + 1
        if bank is not None and (bank.ndim != 2 or bank.shape[1] != bins):
            msg = f"filters must have shape (bands, {bins}), got {tuple(bank.shape)}"
            raise ValueError(msg)
        banks.append(bank)
    return banks


def _along_last(signals: VectorRows, x: Any) -> Any:
    """Return signals along the last axis; along the others they broadcast still."""
    samples, x = signals.shape[signals.axis], signals.xp.moveaxis(x, signals.axis, -1)
    if x.shape[-1] == samples:
        return x
    return signals.xp.broadcast_to(x, (*x.shape[:-1], samples))


def _distance(
    signals: VectorRows, pair: list[Any], resolution: _Resolution, *, batch: bool
) -> Any:
    """Return the loss of each signal at one resolution."""
    xp, (convergence, log_magnitude, magnitude, eps) = signals.xp, signals.options
    (x, log_x), (t, log_t) = (_spectrum(xp, v, resolution, eps) for v in pair)
    difference = x - t
    losses = xp.zeros_like(difference[..., 0])
    if not is_zero(convergence):
        both = difference, xp.broadcast_to(t, difference.shape)
        norms = [_norm(signals, v) if batch else xp.norm(v, 2, -1) for v in both]
        losses = losses + convergence * _over(xp, *norms)
    if not is_zero(log_magnitude):
        losses = losses + log_magnitude * _mean(xp, log_x - log_t)
    if not is_zero(magnitude):
        losses = losses + magnitude * _mean(xp, difference)
    return losses


def _spectrum(
    xp: Namespace, x: Any, resolution: _Resolution, eps: Any
) -> tuple[Any, Any]:
    """Return the magnitudes of each signal, frames and bands in one axis, and logs."""
    n_fft, length, bank = resolution.n_fft, resolution.win_length, resolution.bank
    factors = window_of(resolution.window, length)
    factors = xp.asarray(factors, dtype=x.dtype, **xp.device_kw(x))
    frames = frames_of(xp, x, n_fft, resolution.hop, length)
    (factors,) = xp.of_ndim(frames.ndim, factors)
    # Magnitudes do not depend on where the frame begins: no zeros before the window.
    real, imaginary = xp.rfft(frames * factors, n_fft)
    power = xp.square(real) + xp.square(imaginary)
    power = xp.where(power < eps, eps, power)
    *rows, count, bins = power.shape
    if bank is None:
        power = xp.reshape(power, (*rows, count * bins))
        return xp.sqrt(power), xp.log(power) / 2
    table = xp.reshape(xp.sqrt(power), (math.prod(rows) * count, bins))
    sizes = xp.linear(table, bank, precise=True)
    sizes = xp.reshape(sizes, (*rows, count * bank.shape[0]))
    # A band without frequencies is 0 in both signals.
    return sizes, xp.log(xp.where(sizes == 0, 1.0, sizes))


def _norm(signals: VectorRows, x: Any) -> Any:
    """Return the norm of all signals together that are not masked."""
    xp, keep = signals.xp, signals.where
    if keep is not None:
        x = xp.where(xp.expand_dims(keep, axis=-1), x, 0.0)
    return xp.norm(xp.reshape(x, (math.prod(x.shape),)), 2, 0)


def _over(xp: Namespace, x: Any, norm: Any) -> Any:
    # It is 0 where bands have no frequencies, and without signals.
    return xp.quotient(x, xp.where(norm == 0, 1.0, norm))


def _mean(xp: Namespace, x: Any) -> Any:
    return xp.total(xp.absolute(x), -1) / xp.count([x.shape[-1]], x.dtype)
