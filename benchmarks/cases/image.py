"""Losses of images, beside lines of JAX written by hand: no peer has them."""

import functools

import jax.numpy as jnp
import numpy as np

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside

__all__ = ["CASES"]


def _images(rng, *shape):
    return (rng.standard_normal(shape, np.float32),)


def _anisotropic(x):
    down, across = jnp.diff(x, axis=-2), jnp.diff(x, axis=-1)
    return (jnp.abs(down).sum((-2, -1)) + jnp.abs(across).sum((-2, -1))).mean()


def _isotropic(x):
    here = x[..., :-1, :-1]
    down, across = x[..., 1:, :-1] - here, x[..., :-1, 1:] - here
    squares = jnp.square(down) + jnp.square(across)
    is_flat = squares == 0
    norm = jnp.where(is_flat, 0.0, jnp.sqrt(jnp.where(is_flat, 1.0, squares)))
    return norm.sum((-2, -1)).mean()


_case = functools.partial(
    beside, "image", fl.total_variation_loss, _images, (16, 3, 256, 256), (2, 1, 4, 4)
)

CASES = [
    _case(**{BY_HAND: _anisotropic}),
    _case(options={"isotropic": True}, **{BY_HAND: _isotropic}),
]
