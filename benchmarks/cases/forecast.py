"""Scores of forecasts, beside lines of JAX written by hand: no peer has them."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside
from benchmarks.cases.elementwise import errors
from benchmarks.sizes import Growth

__all__ = ["CASES"]


def _scales(rng, n):
    return *errors(rng, n), rng.random(n, np.float32) + np.float32(0.1)


def _crps_normal(x, t, scale):
    z = (t - x) / scale
    above = jax.scipy.special.erf(z / math.sqrt(2))
    density = jnp.exp(-jnp.square(z) / 2) / math.sqrt(2 * math.pi)
    losses = scale * (z * above + 2 * density - 1 / math.sqrt(math.pi))
    return losses.mean()


def _members(rng, n, m):
    return rng.standard_normal((n, m), np.float32), rng.standard_normal(n, np.float32)


def _crps_ensemble(x, t):
    size = x.shape[-1]
    errors = jnp.abs(x - t[:, None]).mean(-1)
    ordered, below = jnp.sort(x, -1), jnp.arange(1, size)
    gaps = (ordered[:, 1:] - ordered[:, :-1]) * (below * (size - below))
    return (errors - gaps.sum(-1) / size**2).mean()


def _vectors(rng, n, m, d):
    shapes = (n, m, d), (n, d)
    return tuple(rng.standard_normal(shape, np.float32) for shape in shapes)


def _norms(x):
    squares = jnp.square(x).sum(-1)
    apart = squares > 0
    return jnp.where(apart, jnp.sqrt(jnp.where(apart, squares, 1)), 0)


def _energy_score(x, t):
    errors = _norms(x - t[:, None]).mean(-1)
    spread = _norms(x[:, :, None] - x[:, None]).mean((1, 2))
    return (errors - spread / 2).mean()


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
    _case(
        fl.crps_ensemble_loss, _members, (4096, 64), (4, 3), **{BY_HAND: _crps_ensemble}
    ),
    _case(
        fl.energy_score_loss,
        _vectors,
        (256, 32, 64),
        (3, 4, 2),
        growth=Growth(elements=lambda shape: math.prod(shape) * shape[1]),
        **{BY_HAND: _energy_score},
    ),
]
