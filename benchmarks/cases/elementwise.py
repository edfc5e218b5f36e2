"""Losses of one element at a time: a million elements, with and without gradient."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import optax
from torch.nn import functional as F

import funloss as fl
from benchmarks.case import BY_HAND, OURS, Case
from benchmarks.cases import floors
from benchmarks.makers import JaxGradient, jax_value, torch_gradient, torch_value

__all__ = ["CASES", "LOSSES", "Elementwise", "errors"]


def errors(rng, n):
    """Make predictions and truths that are a few units apart."""
    return tuple(2 * rng.standard_normal((2, n), np.float32))


def _logits(rng, n):
    return 2 * rng.standard_normal(n, np.float32), rng.random(n, np.float32)


def _probabilities(rng, n):
    return tuple(0.98 * rng.random((2, n), np.float32) + np.float32(0.01))


def _log_probabilities(rng, n):
    guess, truth = _probabilities(rng, n)
    return np.log(guess), truth


def _signs(rng, n):
    x = rng.standard_normal(n, np.float32)
    return x, np.sign(rng.standard_normal(n, np.float32))


def _counts(rng, n):
    rates = rng.standard_normal(n, np.float32)
    return rates, rng.poisson(2, n).astype(np.float32)


def _variances(rng, n):
    return *errors(rng, n), rng.random(n, np.float32) + np.float32(0.1)


def _pairs(rng, n):
    x, sign = _signs(rng, n)
    return x, rng.standard_normal(n, np.float32), sign


def _huber_by_hand(x, t):
    size = np.abs(x - t)
    return np.mean(np.where(size <= 1, size * size / 2, size - np.float32(0.5)))


def _keras_binary(from_logits: bool) -> Callable[..., Any]:
    return lambda x, t: keras.losses.binary_crossentropy(t, x, from_logits=from_logits)


@dataclass(frozen=True)
class Elementwise:
    """One loss in every library that has it."""

    ours: Callable[..., Any]
    inputs: Callable[..., Any]
    torch: Callable[..., Any]
    by_hand: Callable[..., Any]
    """A line of NumPy."""
    optax: Callable[..., Any] | None = None
    keras: Callable[..., Any] | None = None
    floor: Callable[..., Any] | None = None
    """The formula in lines of JAX."""

    @property
    def name(self) -> str:
        """Of the loss."""
        return self.ours.__name__


LOSSES = (
    Elementwise(
        fl.mse_loss,
        errors,
        F.mse_loss,
        lambda x, t: np.mean((x - t) ** 2),
        lambda x, t: optax.squared_error(x, t).mean(),
        lambda x, t: keras.losses.mean_squared_error(t, x),
        floors.mse,
    ),
    Elementwise(
        fl.l1_loss,
        errors,
        F.l1_loss,
        lambda x, t: np.mean(np.abs(x - t)),
        keras=lambda x, t: keras.losses.mean_absolute_error(t, x),
    ),
    Elementwise(
        fl.huber_loss,
        errors,
        F.huber_loss,
        _huber_by_hand,
        lambda x, t: optax.huber_loss(x, t).mean(),
        lambda x, t: keras.losses.huber(t, x),
        floors.huber,
    ),
    Elementwise(
        fl.smooth_l1_loss,
        errors,
        F.smooth_l1_loss,
        _huber_by_hand,
        floor=floors.huber,
    ),
    Elementwise(
        fl.binary_cross_entropy,
        _probabilities,
        F.binary_cross_entropy,
        lambda p, t: -np.mean(t * np.log(p) + (1 - t) * np.log1p(-p)),
        keras=_keras_binary(from_logits=False),
    ),
    Elementwise(
        fl.binary_cross_entropy_with_logits,
        _logits,
        F.binary_cross_entropy_with_logits,
        lambda x, t: np.mean(np.maximum(x, 0) - x * t + np.log1p(np.exp(-np.abs(x)))),
        lambda x, t: optax.sigmoid_binary_cross_entropy(x, t).mean(),
        _keras_binary(from_logits=True),
    ),
    Elementwise(
        fl.soft_margin_loss,
        _signs,
        F.soft_margin_loss,
        lambda x, t: np.mean(np.log1p(np.exp(-t * x))),
    ),
    Elementwise(
        fl.poisson_nll_loss,
        _counts,
        F.poisson_nll_loss,
        lambda x, t: np.mean(np.exp(x) - t * x),
    ),
    Elementwise(
        fl.gaussian_nll_loss,
        _variances,
        F.gaussian_nll_loss,
        lambda x, t, v: np.mean(np.log(v) + (x - t) ** 2 / v) / 2,
    ),
    Elementwise(
        fl.kl_div,
        _log_probabilities,
        # torch warns of the mean, which is this.
        lambda x, t: F.kl_div(x, t, reduction="sum") / x.numel(),
        lambda x, t: np.mean(t * (np.log(t) - x)),
        lambda x, t: optax.kl_divergence(x, t) / x.size,
    ),
    Elementwise(
        fl.hinge_embedding_loss,
        _signs,
        F.hinge_embedding_loss,
        lambda x, t: np.mean(np.where(t > 0, x, np.maximum(1 - x, 0))),
    ),
    Elementwise(
        fl.margin_ranking_loss,
        _pairs,
        F.margin_ranking_loss,
        lambda a, b, t: np.mean(np.maximum(-t * (a - b), 0)),
    ),
)


def _case(loss: Elementwise, quantity: str) -> Case:
    gradient = quantity == "gradient"
    in_jax, in_torch = (
        (JaxGradient, torch_gradient) if gradient else (jax_value, torch_value)
    )
    calls = {OURS: in_jax(loss.ours), "torch": in_torch(loss.torch)}
    if loss.optax:
        calls["optax"] = in_jax(loss.optax)
    if loss.keras:
        calls["keras"] = in_jax(loss.keras)
    if loss.floor:
        calls[BY_HAND] = in_jax(loss.floor)
    return Case(
        "elementwise", loss.name, quantity, loss.inputs, (1 << 20,), (64,), calls
    )


CASES = [_case(loss, quantity) for loss in LOSSES for quantity in ("value", "gradient")]
