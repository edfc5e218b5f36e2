"""Losses of sound, beside lines of JAX written by hand: no peer has them."""

import functools

import jax.numpy as jnp
import numpy as np

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside
from benchmarks.sizes import Growth

__all__ = ["CASES"]


def _signals(rng, *shape):
    target, noise = rng.standard_normal((2, *shape), np.float32)
    return target + noise / 4, target


def _louder(rng, *shape):
    # Of noise, a sign of a million differences would hang on rounding.
    target = rng.standard_normal(shape, np.float32)
    return 1.5 * target, target


def _si_sdr(x, t):
    eps = jnp.finfo(x.dtype).eps
    product, energy = (v.sum(-1, keepdims=True) for v in (x * t, t * t))
    signal = (product + eps) / (energy + eps) * t
    ratio = ((signal**2).sum(-1) + eps) / (((signal - x) ** 2).sum(-1) + eps)
    return -10 * jnp.log10(ratio).mean()


def _stft(x, t):
    total = 0.0
    for n_fft, hop, length in ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240)):
        window = jnp.hanning(length + 1)[:-1].astype(x.dtype)
        window = jnp.pad(window, (n_fft - length) // 2)
        starts = hop * jnp.arange(1 + x.shape[-1] // hop)
        places = starts[:, None] + jnp.arange(n_fft)
        sizes = []
        for signal in (x, t):
            padded = jnp.pad(signal, ((0, 0), (n_fft // 2,) * 2), mode="reflect")
            spectrum = jnp.fft.rfft(padded[:, places] * window)
            power = spectrum.real**2 + spectrum.imag**2
            sizes.append(jnp.sqrt(jnp.maximum(power, 1.0)))
        error = jnp.linalg.norm(sizes[1] - sizes[0], axis=(1, 2))
        logs = jnp.abs(jnp.log(sizes[0]) - jnp.log(sizes[1])).mean((1, 2))
        total += (error / jnp.linalg.norm(sizes[1], axis=(1, 2)) + logs).mean()
    return total / 3


def _in_frames(shape):
    # A sample lies in about ten frames, the zeros beside the window included.
    return 10 * shape[0] * shape[1]


_case = functools.partial(beside, "audio")

CASES = [
    _case(fl.si_sdr_loss, _signals, (64, 16000), (2, 8), **{BY_HAND: _si_sdr}),
    # So does the derivative of a logarithm, where power is nearly 0.
    _case(
        fl.stft_loss,
        _louder,
        (8, 16000),
        (2, 1100),
        options={"eps": 1.0},
        growth=Growth(elements=_in_frames),
        **{BY_HAND: _stft},
    ),
]
