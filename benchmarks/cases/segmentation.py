"""Overlaps of regions."""

import functools

import jax.numpy as jnp
import keras
import numpy as np
import optax

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside
from benchmarks.sizes import Growth

__all__ = ["CASES"]


def _scored(rng, n, c, d):
    x = rng.standard_normal((n, c, d), np.float32)
    return x, np.eye(c, dtype=np.float32)[rng.integers(0, c, (n, d))].swapaxes(1, 2)


def _seen(rng, n, d):
    return rng.random((n, d), np.float32), (rng.random((n, d)) < 0.3).astype("f")


def _last(x):
    return x.swapaxes(1, 2)


def _tversky_by_hand(x, t):
    """Return the loss of probabilities that are seen to be in 0..1."""
    is_bad = (jnp.max(x * x - x) > 0) | (jnp.max(t * t - t) > 0)
    hits, extra, missed = (x * t).sum(), (x - x * t).sum(), (t - x * t).sum()
    errors = 0.3 * extra + 0.7 * missed
    return jnp.where(is_bad, jnp.nan, errors / (hits + errors))


_case = functools.partial(beside, "segmentation")

CASES = [
    _case(
        fl.dice_loss,
        _scored,
        (8, 4, 65536),
        (2, 3, 5),
        options={"activation": "softmax", "smooth": 2.0},
        growth=Growth(axis=2),
        optax=lambda x, t: optax.losses.dice_loss(_last(x), _last(t), axis=(1,)).mean(),
    ),
    _case(
        fl.tversky_loss,
        _seen,
        (8, 1 << 18),
        (2, 5),
        options={"axis": None, "batch": True, "alpha": 0.3, "beta": 0.7},
        growth=Growth(axis=1),
        keras=lambda x, t: keras.losses.tversky(t, x, alpha=0.7, beta=0.3),
        **{BY_HAND: _tversky_by_hand},
    ),
]
