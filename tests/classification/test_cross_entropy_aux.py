"""Cross-entropy with a z-loss and a soft cap, and what it is made of, by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOG2, LOG3, LOG4 = math.log(2), math.log(3), math.log(4)


def scores(xp):
    """Make scores of log-partition log(2), log(4) and log(4)."""
    return xp.asarray([[0.0, 0.0], [0.0, LOG3], [LOG3, 0.0]], dtype=xp.float64)


def test_z_loss_adds_the_squared_log_partition(any_xp):
    x, t = scores(any_xp), any_xp.asarray([0, 1, 1])
    rows = [LOG2 + LOG2**2 / 2, LOG4 - LOG3 + LOG4**2 / 2, LOG4 + LOG4**2 / 2]
    options = {"z_loss": 0.5}
    assert_close(fl.cross_entropy(x, t, reduction="none", **options), rows)
    assert_close(fl.cross_entropy(x, t, **options), sum(rows) / 3)
    assert_close(fl.cross_entropy(x, t, reduction="sum", **options), sum(rows))


def test_class_weights_are_not_of_the_z_loss(xp):
    x, weight = scores(xp), xp.asarray([3.0, 1.0], dtype=xp.float64)
    # The cross-entropy divides by the weights of the labels, the z-loss by the rows.
    nll = (3 * LOG2 + (LOG4 - LOG3)) / 4
    z = (LOG2**2 + LOG4**2) / 2
    loss = fl.cross_entropy(x, xp.asarray([0, 1, -100]), weight, z_loss=0.25)
    assert_close(loss, nll + z / 4)


def test_softcap_bends_logits_and_keeps_classes_out(any_xp):
    x = any_xp.asarray([[math.inf, -math.inf, 1.0]], dtype=any_xp.float64)
    # 2 * tanh(1 / 2) is 2 * (e - 1) / (e + 1).
    low = 2 * (math.e - 1) / (math.e + 1)
    expected = math.log(math.exp(2) + math.exp(low)) - low
    t = any_xp.asarray([2])
    assert_close(fl.cross_entropy(x, t, softcap=2.0), expected)


def test_softcap_has_a_derivative_far_out():
    # sech(9.5)**2, which 1 - tanh(9.5)**2 has no digits of in float32.
    x, t = jnp.asarray([[9.5, 0.0]], "float32"), jnp.asarray([1])
    derivative = 4 * math.exp(-19.0) / (1 + math.exp(-19.0)) ** 2
    top = 1 / (1 + math.exp(-math.tanh(9.5)))
    gradient = jax.grad(lambda x: fl.cross_entropy(x, t, softcap=1.0))(x)
    assert_close(gradient[0, 0], np.float32(derivative * top), rtol=1e-5)


@pytest.mark.parametrize("cap", [0.25, 3.0, 40.0])
def test_softcap_has_a_derivative_in_the_cap(cap):
    x, t = jnp.asarray([[1.0, -2.0, 0.5]]), jnp.asarray([0])

    def loss(cap):
        return fl.cross_entropy(x, t, softcap=cap)

    step = 1e-5 * cap
    derivative = (loss(cap + step) - loss(cap - step)) / (2 * step)
    assert_close(jax.grad(loss)(jnp.asarray(cap)), derivative, rtol=1e-6, atol=1e-12)


def test_aux_holds_the_parts(any_xp):
    x, t = scores(any_xp), any_xp.asarray([0, 1, 1])
    loss, aux = fl.cross_entropy(x, t, z_loss=0.5, has_aux=True)
    assert_close(aux.nll, (LOG2 + LOG4 - LOG3 + LOG4) / 3)
    assert_close(aux.z_loss, (LOG2**2 + 2 * LOG4**2) / 6)
    assert_close(aux.logsumexp, (LOG2 + 2 * LOG4) / 3)
    assert_close(aux.correct, 2 / 3)  # of the first row no class scores higher
    assert_close(loss, aux.nll + aux.z_loss)


def test_aux_counts_only_rows_that_count(xp):
    x, t = scores(xp), xp.asarray([0, 1, -100])
    where = xp.asarray([True, False, True])
    _, aux = fl.cross_entropy(x, t, where=where, has_aux=True)
    assert_close(aux.correct, 1)
    assert_close(aux.logsumexp, LOG2)
    _, aux = fl.cross_entropy(x, t, reduction="none", where=where, has_aux=True)
    assert_close(aux.correct, [1, 0, 0])
    assert_close(aux.logsumexp, [LOG2, 0, 0])


def test_aux_of_probabilities_is_correct_at_the_most_probable_class(xp):
    t = xp.asarray([[0.5, 0.5], [0.25, 0.75], [0.25, 0.75]], dtype=xp.float64)
    _, aux = fl.cross_entropy(scores(xp), t, reduction="none", has_aux=True)
    assert_close(aux.correct, [1, 1, 0])


def test_aux_goes_through_value_and_grad():
    x, t = jnp.asarray([[0.0, LOG3]]), jnp.asarray([1])
    run = jax.jit(
        jax.value_and_grad(fl.cross_entropy, has_aux=True), static_argnames="has_aux"
    )
    (loss, aux), gradient = run(x, t, has_aux=True)
    assert_close(loss, aux.nll)
    assert_close(gradient, [[0.25, -0.25]])


@pytest.mark.parametrize("chunk_size", [None, 1])
def test_linear_cross_entropy_has_the_same_parts(any_xp, chunk_size):
    x = any_xp.asarray([[0.0], [1.0], [-1.0]], dtype=any_xp.float64)
    layer = any_xp.asarray([[0.0], [LOG3]], dtype=any_xp.float64)
    t = any_xp.asarray([0, 1, 1])
    options = {"z_loss": 0.5, "softcap": 2.0, "has_aux": True}
    loss, aux = fl.linear_cross_entropy(x, layer, t, chunk_size=chunk_size, **options)
    whole, parts = fl.cross_entropy(
        x * any_xp.asarray([[0.0, LOG3]], dtype=x.dtype), t, **options
    )
    assert_close(loss, whole)
    for one, other in zip(aux, parts, strict=True):
        assert_close(one, other)
