"""Calls outside `jit`, of arrays so small that only the way to the result counts."""

import jax
import numpy as np
import optax

import funloss as fl
from benchmarks import peers
from benchmarks.case import OURS, Case
from benchmarks.cases.cross_entropy import labelled
from benchmarks.makers import jax_eager, jax_eager_gradient, jax_value

__all__ = ["CASES"]


def _pair(rng, *shape):
    return rng.standard_normal(shape, np.float32), rng.random(shape, np.float32)


LOSSES = (
    (fl.mse_loss, _pair, lambda x, t: optax.squared_error(x, t).mean()),
    (fl.huber_loss, _pair, lambda x, t: optax.huber_loss(x, t).mean()),
    (
        fl.binary_cross_entropy_with_logits,
        _pair,
        lambda x, t: optax.sigmoid_binary_cross_entropy(x, t).mean(),
    ),
    (fl.cross_entropy, labelled, peers.cross_entropy),
)


def _delta(loss):
    """Return a loss with the number given at each call."""
    return lambda x, t: loss(x, t, delta=1.5)


CASES = [
    Case(
        "eager",
        "huber_loss",
        "value of a number",
        _pair,
        (8, 10),
        (2, 3),
        {
            OURS: jax_eager(_delta(fl.huber_loss)),
            "bare jit": jax_eager(
                _delta(jax.jit(lambda x, t, delta: fl.huber_loss(x, t, delta=delta)))
            ),
        },
    ),
    *(
        Case(
            "eager",
            ours.__name__,
            "value",
            inputs,
            (8, 10),
            (2, 3),
            {
                OURS: jax_eager(ours),
                "bare jit": jax_value(ours),
                "optax": jax_eager(theirs),
            },
        )
        for ours, inputs, theirs in LOSSES
    ),
    Case(
        "eager",
        "cross_entropy",
        "gradient",
        labelled,
        (8, 10),
        (2, 3),
        {
            OURS: jax_eager_gradient(fl.cross_entropy),
            "optax": jax_eager_gradient(peers.cross_entropy),
        },
    ),
    Case(
        "eager",
        "cross_entropy",
        "gradient in jit",
        labelled,
        (8, 10),
        (2, 3),
        {
            OURS: jax_eager(jax.jit(jax.value_and_grad(fl.cross_entropy))),
            "optax": jax_eager(jax.jit(jax.value_and_grad(peers.cross_entropy))),
        },
    ),
]
