"""Where other libraries lose digits or return nan: derivatives of every kind there.

The values and the gradients beside theirs are rows of docs/coming-from-trl.md.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF = math.inf
POINTS = {
    "a class ruled out, under a cap": (
        lambda x: fl.cross_entropy(x, jnp.asarray(0), softcap=1.0),
        [0.5, -INF, 0.25],
    ),
    "the tail of a cap": (
        lambda x: fl.cross_entropy(x, jnp.asarray(0), softcap=1.0),
        [9.5, 0.0, -9.5],
    ),
    "the factor of a z-loss": (
        lambda x: fl.cross_entropy(x[:2], jnp.asarray(0), z_loss=x[2], softcap=x[3]),
        [2.0, -0.5, 0.25, 3.0],
    ),
    "the part of a z-loss": (
        lambda x: fl.cross_entropy(x, jnp.asarray(0), z_loss=0.1, has_aux=True)[1][1],
        [1.0, -0.5],
    ),
    "a ratio that overflows": (
        lambda x: fl.ppo_clip_loss(x, 0.0, 1.0, reduction="sum"),
        [95.0, -95.0, 0.0],
    ),
    "one beyond a dual clip": (
        lambda x: fl.ppo_clip_loss(x, 0.0, -1.0, dual_clip=2.0, reduction="sum"),
        [95.0, -95.0, 0.5],
    ),
    "a log-ratio near 0": (
        lambda x: fl.sampled_kl_loss(x, 0.0, reduction="sum"),
        [1e-4, -1e-4, 1e-8],
    ),
    "equal errors of values": (
        lambda x: fl.ppo_value_loss(x, 0.0, 0.75, epsilon=0.5, reduction="sum"),
        [1.0, 0.75, 0.25],
    ),
    "probabilities near 1": (
        lambda x: fl.orpo_loss(x[:2], x[2:], reduction="sum"),
        [-1e-8, math.log(0.5), math.log(0.5), -1e-8],
    ),
    "probabilities near 0": (
        lambda x: fl.orpo_loss(x[:2], x[2:], reduction="sum"),
        [-110.0, -1.0, -0.5, -110.0],
    ),
    "an answer far from its reference": (
        lambda x: fl.kto_loss(x, jnp.asarray([1, 0]), beta=1.0, reduction="sum"),
        [20.0, -20.0],
    ),
    "certain preferences": (
        lambda x: fl.dpo_loss(
            *(x, 0.0),
            loss_type="exo_pair",
            label_smoothing=0.125,
            beta=1.0,
            reduction="sum",
        ),
        [90.0, -90.0, 0.5],
    ),
    "a class impossible for the student": (
        lambda x: fl.distillation_loss(x, jnp.zeros(3, x.dtype), beta=0.25),
        [-INF, 0.5, 0.0],
    ),
    "a class impossible for both": (
        lambda x: fl.distillation_loss(x, jnp.asarray([-INF, 0.0, 1.0], x.dtype)),
        [-INF, 0.5, 0.0],
    ),
}


def derivatives(loss, point, dtype):
    """Return the gradient, and the Hessian times ones, of float32 or float64."""
    x = jnp.asarray(point, dtype)
    return jax.jvp(jax.grad(loss), (x,), (jnp.ones_like(x),))


@pytest.mark.parametrize(("loss", "point"), POINTS.values(), ids=POINTS)
def test_float32_has_the_derivatives_of_float64(loss, point):
    exact = derivatives(loss, point, "float64")
    for got, expected in zip(derivatives(loss, point, "float32"), exact, strict=True):
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(got, expected, rtol=5e-6, atol=1e-30)


@pytest.mark.parametrize(("loss", "point"), POINTS.values(), ids=POINTS)
def test_every_way_to_differentiate_agrees(loss, point):
    x = jnp.asarray(point)
    gradient = jax.grad(loss)(x)
    assert_close(jax.vmap(jax.grad(loss))(jnp.stack([x, x]))[1], gradient)
    each = jax.vmap(lambda change: jax.jvp(loss, (x,), (change,))[1])(jnp.eye(len(x)))
    np.testing.assert_allclose(each, gradient, rtol=1e-12, atol=1e-300)
    both = jax.vmap(lambda w: jax.grad(lambda x: w @ jax.grad(loss)(x))(x))
    along = jax.jvp(jax.grad(loss), (x,), (jnp.ones_like(x),))[1]
    np.testing.assert_allclose(
        both(jnp.ones((1, len(x))))[0], along, rtol=1e-9, atol=1e-15
    )
