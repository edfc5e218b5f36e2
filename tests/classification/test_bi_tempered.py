"""The bi-tempered loss, worked by hand and to fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from funloss import _algorithms as algorithms
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOSS = fl.bi_tempered_loss


def losses(x, t, **options):
    return LOSS(x, t, reduction="none", **options)


def test_heavy_tail_of_two_classes(any_xp):
    # With t2 = 2 the probabilities are 1 / (1 + c - x): 2/3 and 1/3 of scores 3/2 and
    # 0, as 1 / (3/2) and 1 / 3. With t1 = 0 the loss is 1 - p - (1 - sum(p**2)) / 2.
    x = any_xp.asarray([[1.5, 0.0], [1.5, 0.0]], dtype=any_xp.float64)
    t = any_xp.asarray([0, 1])
    rest = (1 - 5 / 9) / 2
    assert_close(losses(x, t, t1=0, t2=2), [1 / 3 - rest, 2 / 3 - rest])
    assert_close(losses(x, t, t1=1, t2=2), [math.log(1.5), math.log(3)])


def test_no_temperature_below_one_is_sparse(any_xp):
    # With t2 = 0 it is sparsemax: 3/4 and 1/4, and exactly 0 of the class far behind.
    x = any_xp.asarray([[0.5, 0.0, -9.0]] * 3, dtype=any_xp.float64)
    own = losses(x, any_xp.asarray([0, 1, 2]), t1=0, t2=0)
    rest = (1 - 10 / 16) / 2
    assert_close(own, [1 / 4 - rest, 3 / 4 - rest, 1 - rest])


@pytest.mark.parametrize("t2", [0.0, 0.5, 1.0, 1.2, 4.0])
def test_equal_scores_have_equal_probabilities(xp, t2):
    x = xp.zeros((1, 4), dtype=xp.float64)
    # Each has 1/4: -log_t(1/4) - (1 - 4 * (1/4)**(2 - t)) / (2 - t) with t = 1/2.
    assert_close(LOSS(x, xp.asarray([2]), t1=0.5, t2=t2), 1 - (1 - 0.5) / 1.5)


def test_a_loss_is_bounded(derivative):
    # 1 / (1 - t1) less (1 - sum(p**(2 - t1))) / (2 - t1), where p is 1 of the other.
    def loss(x):
        return LOSS(x, fl.array_namespace(x).asarray(1), t1=0.5)

    for far in (-INF, -1e300):
        x = np.asarray([1.0, far])
        assert_close(loss(x), 2, rtol=1e-9)
        assert_close(derivative(loss, [1.0, far]), [0, 0], atol=1e-9)


def test_without_temperatures_it_is_cross_entropy(any_xp):
    x = any_xp.asarray([[1.0, -0.5, 2.0], [30.0, 0.0, 1.0]], dtype=any_xp.float64)
    t = any_xp.asarray([0, -100])
    weight = any_xp.asarray([0.5, 2.0, 1.0], dtype=any_xp.float64)
    for options in ({}, {"weight": weight}):
        plain = fl.cross_entropy(x, t, **options)
        assert LOSS(x, t, t1=1, t2=1, **options) == plain
        assert_close(LOSS(x, t, t1=1 + 1e-9, t2=1 - 1e-9, **options), plain, rtol=1e-8)


def test_of_probabilities_it_is_cross_entropy_less_their_entropy(xp):
    x = xp.asarray([[1.0, -0.5, 2.0]], dtype=xp.float64)
    q = [0.5, 0.25, 0.25]
    shares = xp.asarray([q], dtype=xp.float64)
    entropy = -sum(p * math.log(p) for p in q)
    expected = float(fl.cross_entropy(x, shares)) - entropy
    assert_close(LOSS(x, shares, t1=1, t2=1), expected, rtol=1e-12)
    # At its own distribution it is 0: of equal scores, equal ones.
    even = xp.full((1, 4), 0.25, dtype=xp.float64)
    assert_close(LOSS(0 * even, even), 0, atol=1e-30)


def test_smoothing_moves_mass_to_equal_probabilities(xp):
    x = xp.asarray([[1.0, -0.5, 2.0], [0.0, 1.0, 0.0]], dtype=xp.float64)
    onehot = xp.asarray([[1.0, 0, 0], [0, 0, 1.0]], dtype=xp.float64)
    labels = xp.asarray([0, 2])
    weight = xp.asarray([0.5, 2.0, 3.0], dtype=xp.float64)
    assert_close(LOSS(x, labels), LOSS(x, onehot))
    smooth = losses(x, 0.7 * onehot + 0.1)
    assert_close(losses(x, labels, label_smoothing=0.3), smooth)
    # The weight is the label's.
    mean = (0.5 * float(smooth[0]) + 3 * float(smooth[1])) / 3.5
    assert_close(LOSS(x, labels, label_smoothing=0.3, weight=weight), mean)


def test_a_masked_row_has_no_gradient(derivative):
    def loss(x):
        xp = fl.array_namespace(x)
        where = xp.asarray([True, False, True])
        return LOSS(x, xp.asarray([0, 1, 255]), where=where, ignore_index=255)

    found = derivative(loss, [[0.0, 0.0], [NAN, 0.0], [INF, NAN]])
    # p = 1/2: p**0.4 * (p - y), which add up to 0.
    assert_close(found, [[-(0.5**1.4), 0.5**1.4], [0, 0], [0, 0]])


def test_options_are_numbers_in_range():
    x, t = jnp.zeros((1, 3)), jnp.asarray([0])
    with pytest.raises(TypeError, match="t2 must be a Python number"):
        losses(x, t, t2=np.asarray([1.0]))
    with pytest.raises(ValueError, match="t1 must be >= 0 and < 2, got 2"):
        LOSS(x, t, t1=2)
    with pytest.raises(ValueError, match="t2 must be >= 0 and <= 4, got nan"):
        LOSS(x, t, t2=NAN)
    assert_close(jax.grad(LOSS)(x, jnp.asarray([3])), [[NAN] * 3])


def probabilities(x, t2):
    """Return the tempered softmax to fifty digits."""
    top = max(x)

    def exp_t(u):
        base = 1 + (1 - t2) * u
        if t2 == 1:
            return mpmath.exp(u)
        return base ** (1 / (1 - t2)) if base > 0 else mpmath.mpf(0)

    low, high = mpmath.mpf(0), mpmath.mpf(64)
    for _ in range(180):
        middle = (low + high) / 2
        mass = mpmath.fsum(exp_t(u - top - middle) for u in x)
        low, high = (middle, high) if mass > 1 else (low, middle)
    return [exp_t(u - top - low) for u in x]


def exact(x, t1, t2):
    """Return value, gradient and condition for label 0, in fifty digits."""
    p = probabilities(x, t2)
    log = mpmath.log(p[0]) if t1 == 1 else (p[0] ** (1 - t1) - 1) / (1 - t1)
    inside = [u for u in p if u > 0]
    value = -log - (1 - mpmath.fsum(u ** (2 - t1) for u in inside)) / (2 - t1)
    own = [u ** (t2 - t1) * (u - (k == 0)) if u > 0 else 0 for k, u in enumerate(p)]
    escort = [u**t2 if u > 0 else 0 for u in p]
    escort = [u / mpmath.fsum(escort) for u in escort]
    pairs = list(zip(own, escort, strict=True))
    gradient = [g - e * mpmath.fsum(own) for g, e in pairs]
    # What is taken off each other is of this size.
    sizes = [abs(g) + e * mpmath.fsum(map(abs, own)) for g, e in pairs]
    # Of a probability p, the score counts by x * p**(t2 - 1), as its logarithm by x.
    both = [(max(x) - u, v) for u, v in zip(x, p, strict=True) if v > 0]
    condition = max(gap * v ** (t2 - 1) for gap, v in both)
    return value, gradient, sizes, condition


SCORES = [
    [0.0, 0.0, 0.0], [2.0, 0.0, -1.0], [0.0, 3.0, 1.0], [-5.0, 2.0, 4.0],
    [12.0, 0.0, 1.0], [0.3, -9.0, 5.0], [40.0, 1.0, 0.0], [1e-3, 0.0, 0.0],
]  # fmt: skip
NEAR = 2.0**-20
TEMPERATURES = [
    (0.8, 1.2), (1.0, 1.2), (0.8, 1.0), (0.2, 4.0), (0.2, 0.2), (0.5, 0.2), (1.9, 4.0),
    (1 - NEAR, 1 + NEAR), (1 + NEAR, 1 - NEAR), (0.2, 1 + NEAR), (1 + NEAR, 4.0),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("t1", "t2"), TEMPERATURES)
def test_beside_fifty_digits(dtype, t1, t2):
    x = np.asarray(SCORES, dtype)
    t = jnp.zeros(len(x), int)
    got = losses(jnp.asarray(x), t, t1=t1, t2=t2)
    found = jax.grad(lambda x: losses(x, t, t1=t1, t2=t2).sum())(jnp.asarray(x))
    eps, least = float(np.finfo(dtype).eps), float(np.finfo(dtype).smallest_normal)
    for row, own, derivative in zip(x, got, found, strict=True):
        with mpmath.workdps(50):
            scores = [mpmath.mpf(float(u)) for u in row]
            wanted, gradient, sizes, condition = exact(
                scores, mpmath.mpf(t1), mpmath.mpf(t2)
            )
            # A rounding of the scores by itself changes probabilities so much.
            bound = eps * (1 + condition)
            if wanted > least and mpmath.isfinite(wanted):
                assert abs(float(own) - wanted) <= 4 * bound * wanted
            for one, other, size in zip(derivative, gradient, sizes, strict=True):
                assert abs(float(one) - other) <= 8 * bound * size + least


@pytest.mark.parametrize("t2", [0.0, 0.5, 1 - 1e-5, 1 + 1e-5, 1.2, 2.0, 4.0])
def test_probabilities_of_many_classes_add_up_to_one(t2):
    # Of equal scores, of nearly equal ones, and of scores of all sizes.
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 5000)) * [[0], [0.1], [3], [100]]
    scale = algorithms.entmax_scale(fl.array_namespace(x), x, 2 - t2, 1)
    bases = scale + (1 - t2) * (x - x.max(1, keepdims=True))
    inside = np.where(bases > 0, bases, 1.0)
    p = np.where(bases > 0, inside ** (1 / (1 - t2)), 0.0)
    assert_close(p.sum(1), [1] * 4, rtol=1e-9)
