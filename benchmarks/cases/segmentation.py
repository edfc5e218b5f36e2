"""Overlaps of regions."""

import functools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
from jax import lax

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


def _generalized_dice_by_hand(x, t):
    """Return the loss of logits, whose classes are all there."""
    p = jax.nn.softmax(x, 1)
    volume = t.sum(2)
    weight = 1 / jnp.square(volume)
    hits, sizes = (p * t).sum(2), p.sum(2) + volume
    return (1 - 2 * (weight * hits).sum(1) / (weight * sizes).sum(1)).mean()


def _extension_by_hand(errors, t):
    """Return the loss of each row, where none is without a positive."""
    order = jnp.argsort(-errors, axis=-1)
    errors, t = (jnp.take_along_axis(x, order, axis=-1) for x in (errors, t))
    left = t.sum(-1, keepdims=True) - jnp.cumsum(t, axis=-1) + t
    union = left + jnp.arange(t.shape[-1], dtype=t.dtype)
    steps = jnp.where(t > 0, 1 / union, left / (union * (union + 1)))
    return (errors * steps).sum(-1)


def _lovasz_hinge_by_hand(x, t):
    return _extension_by_hand(jnp.maximum(1 - x * (2 * t - 1), 0), t).mean()


def _lovasz_softmax_by_hand(x, t):
    return _extension_by_hand(jnp.abs(t - jax.nn.softmax(x, 1)), t).mean()


def _tubes(rng, *shape):
    return rng.random(shape, np.float32), (rng.random(shape) < 0.3).astype("f")


def _of_window(x, size, choose, start):
    window = (1, 1, *size)
    return lax.reduce_window(x, start, choose, window, (1, 1, 1, 1), "SAME")


def _skeleton_by_hand(x):
    skeleton = jnp.zeros_like(x)
    for _ in range(4):
        rows, columns = (
            _of_window(x, size, lax.min, jnp.inf) for size in ((3, 1), (1, 3))
        )
        eroded = jnp.minimum(rows, columns)
        ridge = jax.nn.relu(x - _of_window(eroded, (3, 3), lax.max, -jnp.inf))
        skeleton, x = skeleton + ridge * (1 - skeleton), eroded
    return skeleton


def _cldice_by_hand(p, t):
    def share(skeleton, other):
        return ((skeleton * other).sum((2, 3)) + 1) / (skeleton.sum((2, 3)) + 1)

    precision, recall = share(_skeleton_by_hand(p), t), share(_skeleton_by_hand(t), p)
    return (1 - 2 * precision * recall / (precision + recall)).mean()


def _masks(rng, n, d):
    x = rng.standard_normal((n, d), np.float32)
    return x, (rng.random((n, d)) < 0.3).astype("f")


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
        fl.generalized_dice_loss,
        _scored,
        (8, 4, 65536),
        (2, 3, 40),
        options={"activation": "softmax"},
        growth=Growth(axis=2),
        **{BY_HAND: _generalized_dice_by_hand},
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
    _case(
        fl.lovasz_hinge_loss,
        _masks,
        (4, 65536),
        (2, 40),
        growth=Growth(axis=1),
        **{BY_HAND: _lovasz_hinge_by_hand},
    ),
    _case(
        fl.lovasz_softmax_loss,
        _scored,
        (2, 4, 65536),
        (2, 3, 5),
        options={"activation": "softmax", "absent": "count"},
        growth=Growth(axis=2),
        **{BY_HAND: _lovasz_softmax_by_hand},
    ),
    _case(
        fl.soft_cldice_loss,
        _tubes,
        (2, 2, 256, 256),
        (2, 1, 6, 7),
        **{BY_HAND: _cldice_by_hand},
    ),
]
