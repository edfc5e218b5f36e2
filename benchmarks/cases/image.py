"""Losses of images, beside lines of JAX written by hand: no peer has them."""

import functools

import jax.numpy as jnp
import numpy as np
from jax import lax

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside

__all__ = ["CASES"]

SCALES = (0.25, 0.75)


def _images(rng, *shape):
    return (rng.standard_normal(shape, np.float32),)


def _pairs(rng, *shape):
    target = rng.random(shape, np.float32)
    return target + np.float32(0.1) * rng.standard_normal(shape, np.float32), target


def _blurred(x):
    # As a convolution along one axis and then the other, of each image alone.
    taps = jnp.exp(-0.5 * ((jnp.arange(11, dtype=x.dtype) - 5) / 1.5) ** 2)
    taps = taps / taps.sum()
    out = x.reshape(-1, 1, *x.shape[-2:])
    for kernel in (taps[:, None], taps[None, :]):
        window = kernel[None, None]
        out = lax.conv_general_dilated(
            out, window, (1, 1), "VALID", precision="highest"
        )
    return out.reshape(*x.shape[:-2], *out.shape[-2:])


def _ssim_distances(x, y):
    x_mean, y_mean = _blurred(x), _blurred(y)
    squares = x_mean**2 + y_mean**2
    both = x_mean * y_mean
    light = (2 * both + 0.01**2) / (squares + 0.01**2)
    whole = _blurred(x * x) + _blurred(y * y) - squares + 0.03**2
    return light, (2 * (_blurred(x * y) - both) + 0.03**2) / whole


def _ssim(x, y):
    light, rest = _ssim_distances(x, y)
    return 1 - (light * rest).mean()


def _ms_ssim(x, y):
    product = 1.0
    for scale, exponent in enumerate(SCALES):
        light, rest = _ssim_distances(x, y)
        last = scale == len(SCALES) - 1
        mean = (light * rest if last else rest).mean((-2, -1))
        product = product * jnp.maximum(mean, 0) ** exponent
        if not last:
            x, y = _halved(x), _halved(y)
    return (1 - product).mean()


def _halved(x):
    return (
        x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]
    ) / 4


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

_ssim_case = functools.partial(
    beside, "image", fl.ssim_loss, _pairs, (4, 3, 256, 256), (2, 1, 24, 24)
)

CASES = [
    _ssim_case(**{BY_HAND: _ssim}),
    _ssim_case(options={"scales": SCALES}, **{BY_HAND: _ms_ssim}),
    _case(**{BY_HAND: _anisotropic}),
    _case(options={"isotropic": True}, **{BY_HAND: _isotropic}),
]
