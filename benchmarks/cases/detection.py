"""Losses of detectors, beside lines of JAX written by hand: no peer has them."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside

__all__ = ["CASES"]


def _boxes(rng, n):
    low, size = rng.random((2, 2, n, 2), np.float32)
    return tuple(np.concatenate([low, low + size + np.float32(0.1)], axis=-1))


def _parts(x, t):
    low, high = jnp.maximum(x[:, :2], t[:, :2]), jnp.minimum(x[:, 2:], t[:, 2:])
    shared = jnp.maximum(high - low, 0).prod(-1)
    sizes = x[:, 2:] - x[:, :2], t[:, 2:] - t[:, :2]
    union = sizes[0].prod(-1) + sizes[1].prod(-1) - shared
    low, high = jnp.minimum(x[:, :2], t[:, :2]), jnp.maximum(x[:, 2:], t[:, 2:])
    return shared / (union + 1e-7), union, sizes, high - low


def _giou(x, t):
    iou, union, _, hull = _parts(x, t)
    area = hull.prod(-1)
    return (1 - iou + (area - union) / (area + 1e-7)).mean()


def _ciou(x, t):
    iou, _, (size, size_t), hull = _parts(x, t)
    shift = (x[:, :2] + x[:, 2:] - t[:, :2] - t[:, 2:]) / 2
    apart = jnp.square(shift).sum(-1) / (jnp.square(hull).sum(-1) + 1e-7)
    angles = [jnp.arctan(s[:, 0] / s[:, 1]) for s in (size, size_t)]
    v = 4 / math.pi**2 * jnp.square(angles[1] - angles[0])
    factor = jax.lax.stop_gradient(v / (1 - iou + v + 1e-7))
    return (1 - iou + apart + factor * v).mean()


def _map(rng, n):
    t = np.exp(-16 * rng.random(n, np.float32))
    return 2 * rng.standard_normal(n, np.float32), np.where(t > 0.9, np.float32(1), t)


def _heatmap(x, t):
    peaks = t == 1
    p = jax.nn.sigmoid(x)
    on = (1 - p) ** 2 * jax.nn.log_sigmoid(x)
    off = (1 - t) ** 4 * p**2 * jax.nn.log_sigmoid(-x)
    return -jnp.where(peaks, on, off).sum() / jnp.maximum(peaks.sum(), 1)


def _qualities(rng, n):
    t = rng.random(n, np.float32)
    return 2 * rng.standard_normal(n, np.float32), np.where(t < 0.5, np.float32(0), t)


def _quality(x, t):
    error = jnp.abs(jax.nn.sigmoid(x) - t)
    return (error**2 * optax.sigmoid_binary_cross_entropy(x, t)).mean()


def _varifocal(x, t):
    positive = t * optax.sigmoid_binary_cross_entropy(x, t)
    negative = 0.75 * jax.nn.sigmoid(x) ** 2 * jax.nn.softplus(x)
    return jnp.where(t > 0, positive, negative).mean()


_case = functools.partial(beside, "detection")
_SIZES, _MAPS = ((1 << 18,), (8,)), ((1 << 20,), (8,))

CASES = [
    _case(fl.box_iou_loss, _boxes, *_SIZES, **{BY_HAND: _giou}),
    _case(
        fl.box_iou_loss, _boxes, *_SIZES, options={"kind": "ciou"}, **{BY_HAND: _ciou}
    ),
    _case(fl.heatmap_focal_loss, _map, *_MAPS, **{BY_HAND: _heatmap}),
    _case(fl.quality_focal_loss, _qualities, *_MAPS, **{BY_HAND: _quality}),
    _case(fl.varifocal_loss, _qualities, *_MAPS, **{BY_HAND: _varifocal}),
]
