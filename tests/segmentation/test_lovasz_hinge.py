"""The Lovász hinge loss, worked by hand and against fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy

INF, NAN = math.inf, math.nan
HINGE = fl.lovasz_hinge_loss


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_errors_are_weighed_in_falling_order(any_xp):
    # Errors 0, 3/2 and 5/4 of two positives and a negative: 3/2 * 1/2, 5/4 / (2 * 3).
    x, t = f64(any_xp, [[2.0, -0.5, 0.25]]), any_xp.asarray([[1, 1, 0]])
    assert_close(HINGE(x, t), 3 / 4 + 5 / 24)
    assert_close(HINGE(x, any_xp.astype(t, any_xp.bool)), 3 / 4 + 5 / 24)


def test_of_scores_of_one_it_is_twice_the_jaccard_loss(xp):
    x = f64(xp, [[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])
    t = xp.asarray([[1, 0, 1, 0], [1, 0, 1, 0]])
    assert_close(HINGE(x, t, reduction="none"), [2 * (1 - 1 / 3), 0.0])


def test_an_empty_region_has_the_largest_error(xp):
    x = f64(xp, [[0.5, 2.0, -0.25], [-1.0, -2.0, -1.5]])
    t = xp.asarray([[0, 0, 0], [0, 0, 0]])
    assert_close(HINGE(x, t, reduction="none"), [3.0, 0.0])
    # A full one has their mean.
    assert_close(HINGE(x, 1, reduction="none"), [(0.5 + 0 + 1.25) / 3, 7.5 / 3])


def test_a_batch_is_one_region_on_request(xp):
    x, t = f64(xp, [[[2.0, -0.5]], [[0.25, -1.0]]]), xp.asarray([[[1, 1]], [[0, 0]]])
    assert_close(HINGE(x, t, batch=True, reduction="none"), 3 / 4 + 5 / 24)
    assert_close(HINGE(x, t, reduction="none"), [3 / 4, 5 / 4])


def test_weights_are_those_of_the_mean(xp):
    x, t = f64(xp, [[0.0], [0.5]]), xp.asarray([[1], [0]])
    weight = f64(xp, [3.0, 1.0])
    assert_close(HINGE(x, t, weight=weight), (3 * 1 + 1.5) / 4)
    assert_close(HINGE(x, t, weight=weight, reduction="sum"), 4.5)
    with pytest.raises(ValueError, match=r"weight must have shape \(2,\), got \(1,\)"):
        HINGE(x, t, weight=weight[:1])


def test_masked_pixels_are_in_no_region(xp):
    x = f64(xp, [[2.0, NAN, -0.5, 0.25], [INF, NAN, 1.0, 0.0]])
    t = f64(xp, [[1.0, 7.0, 1.0, 0.0], [NAN, 1.0, 1.0, 1.0]])
    where = xp.asarray([[True, False, True, True], [False] * 4])
    assert_close(HINGE(x, t, where=where, reduction="none"), [3 / 4 + 5 / 24, 0.0])
    assert_close(HINGE(x, t, where=where), 3 / 4 + 5 / 24)


def test_gradient_by_hand(derivative):
    def loss(x):
        xp = fl.array_namespace(x)
        return HINGE(xp.reshape(x, (1, 5)), xp.asarray([[1, 1, 0, 1, 0]]))

    # Errors 0, 3/2, 5/4, 0 (at the hinge) and 3/2: the second comes before its tie.
    steps = [0, -1 / 3, 2 / (4 * 5), 0, 2 / (3 * 4)]
    assert_close(derivative(loss, [2.0, -0.5, 0.25, 1.0, 0.5]), steps)


def test_infinite_scores():
    x = jnp.asarray([[INF, -INF, INF], [-INF, 0.0, 0.0], [INF, INF, 0.0]])
    t = jnp.asarray([[1, 0, 1], [1, 0, 1], [0, 0, 0]])
    assert_close(HINGE(x, t, reduction="none"), [0.0, INF, INF])
    gradient = jax.grad(HINGE)(x[:1], t[:1])
    assert_close(gradient, [[0.0, 0.0, 0.0]])


@pytest.mark.parametrize("transform", [lambda f: f, jax.jit], ids=["eager", "jit"])
def test_a_nan_is_one_of_its_sample_alone(transform):
    x, t = jnp.asarray([[NAN, 3.0], [0.0, 0.0]]), jnp.asarray([[1, 1], [0, 0]])
    losses = transform(lambda x: HINGE(x, t, reduction="none"))
    assert_close(losses(x), [NAN, 1.0])
    gradients = jax.grad(lambda x: losses(x).sum())(x)
    assert_close(gradients, [[NAN, NAN], [1.0, 0.0]])


def test_bad_targets_and_shapes_are_named():
    with pytest.raises(ValueError, match=r"target must be 0 or 1, got -1 at \(0, 1\)"):
        HINGE(np.zeros((1, 2)), np.asarray([[1, -1]]))
    with pytest.raises(ValueError, match="input must have a batch axis"):
        HINGE(np.asarray(0.5), 1)


def exact(x, t):
    """Return the loss and its gradient to fifty digits, pixel by pixel."""
    margins = [(2 * b - 1) * mpmath.mpf(float(a)) for a, b in zip(x, t, strict=True)]
    errors = [max(1 - margin, 0) for margin in margins]
    order = sorted(range(len(x)), key=lambda k: -errors[k])
    shared = union = sum(t)
    value, gradients, before = mpmath.mpf(0), [mpmath.mpf(0)] * len(x), mpmath.mpf(0)
    for k in order:
        shared, union = shared - t[k], union + 1 - t[k]
        jaccard = 1 - mpmath.mpf(shared) / union
        value += errors[k] * (jaccard - before)
        gradients[k] = (1 - 2 * t[k]) * (jaccard - before) if errors[k] else 0
        before = jaccard
    return float(value), [float(s) for s in gradients]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("positives", [0, 1, 20, 39, 40])
def test_value_and_gradient_keep_their_digits(positives, dtype):
    rng = np.random.default_rng(positives)
    t = rng.permutation([1] * positives + [0] * (40 - positives)).tolist()
    for scale in (1e-6, 1.0, 1e6):
        x = (scale * rng.standard_normal(40)).astype(dtype)
        with mpmath.workdps(50):
            value, gradients = exact(x, t)

        def loss(x, t=t):
            return HINGE(x, jnp.asarray([t]), reduction="sum")

        got, gradient = jax.value_and_grad(loss)(jnp.asarray(x)[None])
        eps = float(np.finfo(dtype).eps)
        assert_close(to_numpy(got), value, rtol=4 * eps, atol=0)
        assert_close(to_numpy(gradient)[0], gradients, rtol=8 * eps, atol=0)


def test_increments_of_many_pixels_do_not_cancel():
    # Neighbouring Jaccard losses differ by less than an ulp of 1 in float32.
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1, 30000)).astype("float32")
    t = rng.integers(0, 2, x.shape)
    got = jax.grad(HINGE)(jnp.asarray(x), jnp.asarray(t))
    want = jax.grad(HINGE)(jnp.asarray(x, jnp.float64), jnp.asarray(t))
    assert_close(to_numpy(got), to_numpy(want), rtol=8 * 2**-23, atol=0)
