"""Kahneman-Tversky optimisation, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG3 = math.log(3)


def test_values(any_xp):
    x = any_xp.asarray([LOG3, LOG3, 0.0, INF, -INF], dtype=any_xp.float64)
    good = any_xp.asarray([True, False, True, True, True])
    got = fl.kto_loss(x, good, beta=1.0, reduction="none")
    # The sigmoid of log(3) is 3/4: a good answer lacks the rest of it.
    assert_close(got, [1 / 4, 3 / 4, 1 / 2, 0, 1])
    assert_close(fl.kto_loss(x[:3], good[:3], beta=1.0), 1 / 2)


def test_reference_and_kl_shift_the_log_ratio(xp):
    x, a = (xp.asarray([v], dtype=xp.float64) for v in (-7.0, -9.0))
    assert_close(fl.kto_loss(x, xp.asarray([1]), a, kl=2 - LOG3, beta=1.0), 1 / 4)
    # A divergence below 0 is not clamped.
    assert_close(fl.kto_loss(0 * x, 1, kl=-LOG3, beta=1.0), 1 / 4)


def test_the_mean_divides_by_the_number_of_answers(xp):
    x, w = (xp.asarray(v, dtype=xp.float64) for v in ([LOG3, LOG3], [2.0, 4.0]))
    got = fl.kto_loss(x, xp.asarray([True, False]), beta=1.0, weight=w)
    assert_close(got, (2 / 4 + 4 * 3 / 4) / 2)


def test_gradient(derivative):
    def of_input(x):
        good = fl.array_namespace(x).asarray([1, 0, 1])
        return fl.kto_loss(x, good, beta=2.0, reduction="sum")

    # beta * 3/4 * 1/4 towards the better side, and beta / 4 at 0.
    x = [LOG3 / 2, LOG3 / 2, 0.0]
    assert_close(derivative(of_input, x), [-3 / 8, 3 / 8, -1 / 2])


def test_gradient_of_an_answer_far_on_the_wrong_side(derivative):
    def of_input(x):
        return fl.kto_loss(x, 0, beta=1.0, reduction="sum")

    # 1 - sigmoid(50) would be 0.
    assert_close(derivative(of_input, [50.0, 200.0]), [math.exp(-50), math.exp(-200)])


def test_curvature_at_the_reference_point(curvature):
    def of_input(x):
        return fl.kto_loss(x, 1, beta=1.0, reduction="sum")

    # -p q (q - p), at 3/4 and 1/2.
    assert_close(curvature(of_input, [LOG3, 0.0]), [3 / 32, 0], atol=1e-15)


def test_kl_is_a_constant():
    def of_kl(kl):
        return fl.kto_loss(jnp.asarray([LOG3]), 1, kl=kl, beta=1.0)

    kl = jnp.asarray(0.0)
    assert_close(of_kl(kl), 1 / 4)
    assert_close(jax.grad(of_kl)(kl), 0)
    assert_close(jax.grad(lambda x: fl.kto_loss(x, 1, kl=x[0]))(jnp.ones(1)), [-0.025])


def test_gradient_in_beta(derivative):
    def of_beta(beta):
        x = fl.array_namespace(beta).asarray([LOG3, INF], dtype=beta.dtype)
        return fl.kto_loss(x, 1, beta=beta, reduction="sum")

    assert_close(derivative(of_beta, 1.0), -LOG3 * 3 / 16)


def test_a_soft_label_is_nan_where_it_cannot_be_read():
    got = jax.jit(fl.kto_loss)(jnp.ones(1), jnp.asarray([0.5]))
    assert np.isnan(got)
