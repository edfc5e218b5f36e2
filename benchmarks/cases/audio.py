"""Losses of sound, beside lines of JAX written by hand: no peer has them."""

import functools

import jax.numpy as jnp
import numpy as np

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside

__all__ = ["CASES"]


def _signals(rng, *shape):
    target, noise = rng.standard_normal((2, *shape), np.float32)
    return target + noise / 4, target


def _si_sdr(x, t):
    eps = jnp.finfo(x.dtype).eps
    product, energy = (v.sum(-1, keepdims=True) for v in (x * t, t * t))
    signal = (product + eps) / (energy + eps) * t
    ratio = ((signal**2).sum(-1) + eps) / (((signal - x) ** 2).sum(-1) + eps)
    return -10 * jnp.log10(ratio).mean()


_case = functools.partial(beside, "audio")

CASES = [
    _case(fl.si_sdr_loss, _signals, (64, 16000), (2, 8), **{BY_HAND: _si_sdr}),
]
