"""Losses beside fifty digits, on grids that reach the limits of their options."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import mpmath
import pytest

import funloss as fl
from tests.fifty_digits import Formula, grid, largest_errors

# In ulps, of what is wanted or of what the condition of the inputs leaves.
VALUE, GRADIENT = 4, 8
ERRORS = (1e-12, 1e-6, 1e-3, 0.3, 1.0, 3.0, 30.0, 1e3, 1e6)
BOTH_WAYS = (*ERRORS, *(-e for e in ERRORS), 0.0)
NEAR_0 = (-1e-2, -1e-4, -1e-7, -1e-30, 1e-30, 1e-7, 1e-4, 1e-2)
NEAR_2 = (1.9, 1.999, 1.999999, 2.0, 2.000001, 2.01, 2.5)


@dataclass(frozen=True)
class Digits:
    """A loss of elements, its formula, and the numbers of each argument."""

    name: str
    loss: Callable[..., Any]
    exact: Formula
    axes: Sequence[Sequence[float]]


def option(loss, name):
    """Return the loss of elements with another value of an option for each."""

    def each(*numbers):
        *arrays, value = numbers
        return loss(*arrays, **{name: value}, reduction="none")

    return jax.vmap(each)


def quantile(x, t, tau):
    e = x - t
    derivative = (1 - tau) if e > 0 else -tau if e < 0 else mpmath.mpf(0)
    return derivative * e, {0: derivative, 1: -derivative, 2: -e}, {}


def tukey(x, t, scale):
    e = x - t
    u = (e / scale) ** 2
    if u >= 1:
        zero = mpmath.mpf(0)
        return scale**2 / 6, {0: zero, 1: zero, 2: scale / 3}, {}
    derivative = e * (1 - u) ** 2
    by_scale = scale * u**2 * (1 - 2 * u / 3)
    return (
        e**2 * (3 - 3 * u + u**2) / 6,
        {0: derivative, 1: -derivative, 2: by_scale},
        {},
    )


def laplace(x, t, scale):
    e = abs(x - t)
    derivative = mpmath.sign(x - t) / scale
    log = mpmath.log(scale)
    value, by_scale = log + e / scale, (1 - e / scale) / scale
    # Two terms that may cancel.
    sizes = {None: abs(log) + e / scale, 2: (1 + e / scale) / scale}
    return value, {0: derivative, 1: -derivative, 2: by_scale}, sizes


def gaussian_kl(m, v, n, w):
    d, square = v - w, (m - n) ** 2 * mpmath.exp(-w)
    growth = mpmath.expm1(d)
    derivatives = {
        0: (m - n) * mpmath.exp(-w),
        1: growth / 2,
        3: -(growth + square) / 2,
    }
    value = (growth - d + square) / 2
    # The difference of logarithms is rounded before it is an exponent.
    lost = abs(d) * mpmath.exp(d) / 2
    sizes = {None: value + lost / VALUE, 1: abs(growth) / 2 + lost / GRADIENT}
    sizes[3] = (abs(growth) + square) / 2 + lost / GRADIENT
    return value, derivatives | {2: -derivatives[0]}, sizes


def robust(x, t, scale, alpha):
    e = (x - t) / scale
    if mpmath.isinf(alpha):
        sign = mpmath.sign(alpha)
        power, rest = sign * e**2 / 2, sign * e**2 / 2
        value = sign * mpmath.expm1(power)
    elif alpha == 0:
        value = mpmath.log1p(e**2 / 2)
        power, rest = mpmath.mpf(0), -value
    elif alpha == 2:
        value, power, rest = e**2 / 2, mpmath.mpf(0), mpmath.mpf(0)
    else:
        k = abs(alpha - 2)
        power = alpha / 2 * mpmath.log1p(e**2 / k)
        rest = power - mpmath.log1p(e**2 / k)
        value = k / alpha * mpmath.expm1(power)
    derivative = e * mpmath.exp(rest) / scale
    # A relative change of alpha is one of the exponent.
    lost = abs(power) / GRADIENT
    growth = mpmath.expm1(power) or 1
    sizes = {k: abs(derivative) * (1 + lost) for k in (0, 1)} | {
        None: abs(value) * (1 + abs(power * mpmath.exp(power) / growth) / VALUE),
        2: abs(derivative * e) * (1 + lost),
    }
    return value, {0: derivative, 1: -derivative, 2: -derivative * e}, sizes


def named(alpha):
    """Return the loss and the formula of a number for all elements."""

    def loss(x, t, scale):
        return option(
            lambda x, t, **given: fl.general_robust_loss(x, t, alpha=alpha, **given),
            "scale",
        )(x, t, scale)

    def exact(x, t, scale):
        value, derivatives, _ = robust(x, t, scale, mpmath.mpf(alpha))
        return value, derivatives, {}

    return loss, exact


def with_alpha(x, t, scale, alpha):
    def each(x, t, scale, alpha):
        how = {"scale": scale, "alpha": alpha, "reduction": "none"}
        return fl.general_robust_loss(x, t, **how)

    return jax.vmap(each)(x, t, scale, alpha)


def kl(*arrays):
    return fl.gaussian_kl_divergence(*arrays, axis=None, reduction="none")


def likelihood(*arrays):
    return fl.laplace_nll_loss(*arrays, eps=0.0, reduction="none")


LEVELS = (1e-30, 1e-7, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 2**-20)
AROUND = (0.0, 1e-9, 0.5, 0.9, 0.999, 0.999999, 1.0, 1.1, -0.7, -1e6)
SCALES = (1e-30, 1e-12, 1e-3, 0.5, 0.999, 1.0, 1.001, 2.0, 1e6)
LOGS = (-40.0, -3.0, -1e-3, 0.0, 1e-6, 0.5, 10.0, 40.0)
SHAPES = (-50.0, -4.0, -1.0, *NEAR_0, 0.3, 0.5, 1.0, 1.5, *NEAR_2, 3.0)
FITS = (1e-12, 1e-4, 0.3, 1.0, 3.0, 10.0, 1e3, 1e5)
ZERO = (0.0,)

LOSSES = [
    Digits(
        "quantile_loss",
        option(fl.quantile_loss, "tau"),
        quantile,
        (BOTH_WAYS, ZERO, LEVELS),
    ),
    *(
        Digits(
            f"tukey_loss-{scale:g}",
            option(fl.tukey_loss, "scale"),
            tukey,
            ([e * scale for e in AROUND], ZERO, (scale,)),
        )
        for scale in (1e-15, 1.0, 4.685, 1e8)
    ),
    Digits("laplace_nll_loss", likelihood, laplace, (BOTH_WAYS, ZERO, SCALES)),
    Digits(
        "gaussian_kl_divergence",
        kl,
        gaussian_kl,
        ((0.0, 1e-6, 0.5, -3.0, 100.0), LOGS, (0.0, 0.25), (-10.0, 0.0, 1e-3, 3.0)),
    ),
    Digits(
        "general_robust_loss",
        with_alpha,
        robust,
        ((0.0, *FITS), ZERO, (1e-3, 1.0, 50.0), SHAPES),
    ),
    Digits(
        "general_robust_loss-infinite",
        with_alpha,
        robust,
        # The square of a tiny error is no normal number, divided by an infinite alpha.
        ((0.0, *FITS[1:]), ZERO, (1e-3, 1.0, 50.0), (-math.inf, math.inf)),
    ),
    *(
        Digits(
            f"general_robust_loss-{alpha:g}",
            *named(alpha),
            ((0.0, *FITS), ZERO, (1e-3, 1.0, 50.0)),
        )
        for alpha in (2.0, 1.0, 0.0, -2.0, -math.inf)
    ),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("digits", LOSSES, ids=lambda digits: digits.name)
def test_value_and_gradients_keep_their_digits(digits, dtype):
    arrays = grid(dtype, digits.axes)
    errors = largest_errors(digits.loss, digits.exact, arrays)
    for place, (error, where) in errors.items():
        limit = VALUE if place is None else GRADIENT
        assert error <= limit, f"{place}: {error:.1f} eps at {where}"
