"""Scores of forecasts, beside lines of JAX written by hand: no peer has these losses."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside
from benchmarks.cases.elementwise import errors

__all__ = ["CASES"]


def _scales(rng, n):
    return *errors(rng, n), rng.random(n, np.float32) + np.float32(0.1)


def _crps_normal(x, t, scale):
    z = (t - x) / scale
    above = jax.scipy.special.erf(z / math.sqrt(2))
    density = jnp.exp(-jnp.square(z) / 2) / math.sqrt(2 * math.pi)
    losses = scale * (z * above + 2 * density - 1 / math.sqrt(math.pi))
    return losses.mean()


_case = functools.partial(beside, "forecast")

CASES = [
    _case(
        fl.crps_normal_loss,
        _scales,
        (1 << 20,),
        (8,),
        wrt=(0, 2),
        **{BY_HAND: _crps_normal},
    ),
]
