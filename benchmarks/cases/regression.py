"""Errors of one element at a time that torch does not charge."""

import functools
import math

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import rlax
from jax.scipy.special import gammaln

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases import floors
from benchmarks.cases.beside import beside
from benchmarks.cases.elementwise import errors

__all__ = ["CASES"]


def _positive(rng, n):
    x, t = rng.random((2, n), np.float32) + np.float32(0.5)
    # Where both are equal, Keras has the derivative of an absolute value above 0.
    return np.where(x == t, x + np.float32(0.25), x), t


def _log_rates(rng, n, d):
    x, t = rng.standard_normal((2, n, d), np.float32)
    return x, np.exp(t)


def _charbonnier(x, t):
    return (jnp.sqrt(jnp.square(x - t) + 1) - 1).mean()


def _power(x, t, alpha=1.5):
    power = (jnp.square(x - t) / abs(alpha - 2) + 1) ** (alpha / 2)
    return (abs(alpha - 2) / alpha * (power - 1)).mean()


def _pinball(x, t, tau=0.9):
    error = t - x
    return jnp.maximum(tau * error, (tau - 1) * error).mean()


def _tukey(x, t, scale=4.685):
    part = jnp.square((x - t) / scale)
    losses = scale**2 / 6 * (1 - (1 - part) ** 3)
    return jnp.where(part < 1, losses, scale**2 / 6).mean()


def _scales(rng, n):
    return *errors(rng, n), rng.random(n, np.float32) + np.float32(0.1)


def _latent(rng, n, d):
    return tuple(rng.standard_normal((2, n, d), np.float32))


def _gaussian_kl(mean, log_var):
    losses = jnp.exp(log_var) - 1 - log_var + jnp.square(mean)
    return 0.5 * losses.sum(-1).mean()


def _laplace(x, t, scale):
    scale = jnp.maximum(scale, 1e-6)
    return (jnp.log(scale) + jnp.abs(x - t) / scale).mean()


def _amounts(rng, n):
    x, t = rng.random((2, n), np.float32) + np.float32(0.1)
    return x, t


def _tweedie(x, t, p=1.5):
    return (x ** (2 - p) / (2 - p) - t * x ** (1 - p) / (1 - p)).mean()


def _deviance(x, t, p=1.5):
    constant = t ** (2 - p) / ((1 - p) * (2 - p))
    return _tweedie(x, t) + constant.mean()


def _cohort(rng, n):
    x, time = rng.standard_normal((2, n), np.float32)
    return x, time, rng.random(n) < 0.5


def _cox(x, time, event):
    order = jnp.argsort(-time)
    x, event = x[order], event[order]
    losses = jnp.where(event, jax.lax.cumlogsumexp(x) - x, 0)
    return losses.sum() / jnp.maximum(event.sum(), 1)


def _degrees(rng, n):
    return *_scales(rng, n), 10 * rng.random(n, np.float32) + np.float32(0.5)


def _student_t(x, t, scale, df=4.0):
    scale = jnp.maximum(scale, 1e-6)
    constant = gammaln(df / 2) - gammaln((df + 1) / 2) + 0.5 * jnp.log(math.pi * df)
    tail = 0.5 * (df + 1) * jnp.log1p(jnp.square((x - t) / scale) / df)
    return (jnp.log(scale) + constant + tail).mean()


def _counts(rng, n):
    target = rng.poisson(3, n).astype(np.float32)
    return rng.standard_normal(n, np.float32), target, _degrees(rng, n)[-1]


def _negative_binomial(x, y, r, parameter="logits"):
    logits = x if parameter == "logits" else x - jnp.log(r)
    losses = r * jax.nn.softplus(logits) + y * jax.nn.softplus(-logits)
    return (losses + gammaln(r) - gammaln(r + y)).mean()


_case = functools.partial(beside, "regression")
LARGE, SMALL = (1 << 20,), (8,)

CASES = [
    _case(
        fl.log_cosh_loss,
        errors,
        LARGE,
        SMALL,
        optax=lambda x, t: optax.log_cosh(x, t).mean(),
        keras=lambda x, t: keras.losses.log_cosh(t, x),
    ),
    _case(
        fl.quantile_loss,
        errors,
        LARGE,
        SMALL,
        options={"tau": 0.9},
        **{BY_HAND: _pinball},
    ),
    _case(
        fl.gaussian_kl_divergence,
        _latent,
        (4096, 256),
        (4, 3),
        wrt=(0, 1),
        **{BY_HAND: _gaussian_kl},
    ),
    _case(
        fl.laplace_nll_loss, _scales, LARGE, SMALL, wrt=(0, 2), **{BY_HAND: _laplace}
    ),
    _case(
        fl.student_t_nll_loss,
        _degrees,
        LARGE,
        SMALL,
        wrt=(0, 2, 3),
        **{BY_HAND: _student_t},
    ),
    _case(
        fl.student_t_nll_loss,
        _scales,
        LARGE,
        SMALL,
        wrt=(0, 2),
        options={"df": 4.0},
        **{BY_HAND: _student_t},
    ),
    _case(
        fl.negative_binomial_nll_loss,
        _counts,
        LARGE,
        SMALL,
        wrt=(0, 2),
        **{BY_HAND: _negative_binomial},
    ),
    _case(
        fl.negative_binomial_nll_loss,
        _counts,
        LARGE,
        SMALL,
        wrt=(0, 2),
        options={"parameter": "log_mean"},
        **{BY_HAND: functools.partial(_negative_binomial, parameter="log_mean")},
    ),
    _case(fl.general_robust_loss, errors, LARGE, SMALL, **{BY_HAND: _charbonnier}),
    _case(
        fl.general_robust_loss,
        errors,
        LARGE,
        SMALL,
        options={"alpha": 1.5},
        **{BY_HAND: _power},
    ),
    _case(fl.tweedie_nll_loss, _amounts, LARGE, SMALL, **{BY_HAND: _tweedie}),
    _case(
        fl.tweedie_nll_loss,
        _amounts,
        LARGE,
        SMALL,
        options={"full": True},
        **{BY_HAND: _deviance},
    ),
    _case(fl.cox_loss, _cohort, (1 << 16,), SMALL, **{BY_HAND: _cox}),
    _case(fl.tukey_loss, errors, LARGE, SMALL, **{BY_HAND: _tukey}),
    _case(
        fl.mean_absolute_percentage_error,
        _positive,
        LARGE,
        SMALL,
        keras=lambda x, t: keras.losses.mean_absolute_percentage_error(t, x),
        **{BY_HAND: floors.percentage},
    ),
    _case(
        fl.mean_squared_logarithmic_error,
        _positive,
        LARGE,
        SMALL,
        keras=lambda x, t: keras.losses.mean_squared_logarithmic_error(t, x),
        **{BY_HAND: floors.squared_log},
    ),
    _case(
        fl.expectile_loss,
        errors,
        LARGE,
        SMALL,
        options={"expectile": 0.3},
        rlax=lambda x, t: rlax.expectile_loss(x, t, 0.3).mean(),
        **{BY_HAND: floors.expectile},
    ),
    _case(
        fl.generalized_kl_divergence,
        _log_rates,
        (4096, 256),
        (4, 3),
        options={"axis": -1},
        optax=lambda x, t: optax.losses.generalized_kl_divergence(x, t).mean(),
        **{BY_HAND: floors.generalized_kl},
    ),
]
