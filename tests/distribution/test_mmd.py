"""Maximum mean discrepancy, worked by hand and to fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOSS = fl.mmd_loss
KERNELS = ("gaussian", "laplacian", "energy")
with_gradient = jax.jit(jax.value_and_grad(LOSS), static_argnames="kernel")
# k(0) - k(d) of each, to fifty digits, and its derivative by d.
LEFT = {
    "gaussian": lambda d: -mpmath.expm1(-(d**2) / 2),
    "laplacian": lambda d: -mpmath.expm1(-d),
    "energy": lambda d: d,
}
# The derivative by d, over d.
PULLS = {
    "gaussian": lambda d: mpmath.exp(-(d**2) / 2),
    "laplacian": lambda d: mpmath.exp(-d) / d if d else mpmath.mpf(0),
    "energy": lambda d: 1 / d if d else mpmath.mpf(0),
}


def test_values(any_xp):
    x = any_xp.asarray([[0.0], [2.0]], dtype=any_xp.float64)
    y = any_xp.asarray([[1.0], [1.0], [3.0]], dtype=any_xp.float64)
    # Distances: 1, 1, 3, 1, 1, 1 of both; 2 twice in 4; 2 four times in 9.
    assert_close(LOSS(x, y, kernel="energy"), 2 * 8 / 6 - 1 - 8 / 9)
    got = LOSS(x, y, kernel="energy", unbiased=True)
    assert_close(got, 2 * 8 / 6 - 2 - 8 / 6)
    e = math.exp
    wanted = (1 + e(-4)) / 2 + (5 + 4 * e(-4)) / 9 - (5 * e(-2) + e(-6)) / 3
    assert_close(LOSS(x, y, kernel="laplacian", bandwidth=0.5), wanted)
    wanted = (1 + e(-0.5)) / 2 + (5 + 4 * e(-0.5)) / 9 - (5 * e(-1 / 8) + e(-9 / 8)) / 3
    assert_close(LOSS(x, y, bandwidth=2.0), wanted)


def test_distances_are_euclidean(any_xp):
    x = any_xp.asarray([[0.0, 0.0]], dtype=any_xp.float64)
    y = any_xp.asarray([[3.0, 4.0]], dtype=any_xp.float64)
    assert_close(LOSS(x, y, kernel="energy"), 10)


def test_rows_without_features_are_all_equal(any_xp):
    x, y = (any_xp.zeros((count, 0), dtype=any_xp.float64) for count in (3, 2))
    assert_close(LOSS(x, y, kernel="energy"), 0)


def test_bandwidths_are_added_up(any_xp):
    x = any_xp.asarray([[0.0, 1.0], [2.0, 0.5]], dtype=any_xp.float64)
    widths = any_xp.asarray([0.5, 2.0], dtype=any_xp.float64)
    for kernel in ("gaussian", "laplacian"):
        each = [LOSS(x, x[:1, ...], kernel=kernel, bandwidth=h) for h in (0.5, 2.0)]
        got = LOSS(x, x[:1, ...], kernel=kernel, bandwidth=widths)
        assert_close(got, float(each[0]) + float(each[1]))


@pytest.mark.parametrize("kernel", KERNELS)
def test_equal_samples_have_loss_0_and_gradient_0(kernel):
    # More rows than a block has.
    for count, dtype in ((7, "float32"), (1100, "float32"), (50, "float64")):
        x = np.random.default_rng(0).standard_normal((count, 3)).astype(dtype)
        loss = jax.value_and_grad(lambda x, y: LOSS(x, y, kernel=kernel), (0, 1))
        value, gradients = jax.jit(loss)(jnp.asarray(x), jnp.asarray(x.copy()))
        assert value == 0
        assert not np.any(gradients[0])
        assert not np.any(gradients[1])


@pytest.mark.parametrize("kernel", KERNELS)
def test_equal_rows_of_two_samples_have_no_gradient(kernel, derivative):
    def function(x):
        rows = fl.array_namespace(x).stack([x, 0 * x], axis=0)
        return LOSS(rows, 0 * rows, kernel=kernel)

    assert_close(derivative(function, [0.0, 0.0]), [0, 0])


def test_gradients(derivative):
    def function(name, x):
        xp = fl.array_namespace(x)
        rows = xp.stack([x], axis=1)
        return LOSS(rows, xp.zeros_like(rows), kernel=name)

    # Twice the derivative of k(0) - k(3), less that at 1 for the pair, over 2 of each.
    e = math.exp
    found = derivative(lambda x: function("energy", x), [3.0, 1.0])
    assert_close(found, [2 / 2 - 2 / 4, 2 / 2 + 2 / 4])
    found = derivative(lambda x: function("laplacian", x), [3.0, 1.0])
    assert_close(found, [e(-3) - e(-2) / 2, e(-1) + e(-2) / 2])
    found = derivative(lambda x: function("gaussian", x), [3.0, 1.0])
    assert_close(found, [3 * e(-4.5) - e(-2), e(-0.5) + e(-2)])


def test_gradient_in_the_bandwidth(derivative):
    def function(h):
        xp = fl.array_namespace(h)
        x = xp.asarray([[2.0]], dtype=h.dtype)
        return LOSS(x, 0 * x, bandwidth=h)

    # 2 - 2 exp(-2 / h**2)
    for width in (1.0, [1.0, 4.0]):
        h = np.asarray(width)
        wanted = -8 / h**3 * np.exp(-2 / h**2)
        assert_close(derivative(function, width), wanted)


def test_masked_rows_are_in_no_mean(any_xp):
    x = any_xp.asarray([[0.0], [math.nan], [2.0]], dtype=any_xp.float64)
    y = any_xp.asarray([[1.0], [1.0], [3.0], [math.inf]], dtype=any_xp.float64)
    keep = any_xp.asarray([True, False, True])
    others = any_xp.asarray([True, True, True, False])
    masks = {"where": keep, "target_where": others}
    got = LOSS(x, y, kernel="energy", **masks)
    assert_close(got, 2 * 8 / 6 - 1 - 8 / 9)
    assert_close(LOSS(x, y, where=keep, target_where=any_xp.asarray([False])), math.nan)


def test_a_row_alone_has_no_unbiased_loss(xp):
    x = xp.asarray([[0.0], [2.0]], dtype=xp.float64)
    assert_close(LOSS(x, x[:1, ...], unbiased=True), math.nan)
    assert_close(LOSS(x[:0, ...], x), math.nan)


def test_a_far_row_has_a_finite_gradient():
    x = jnp.asarray([[1e30], [0.0]], jnp.float32)
    for kernel in ("gaussian", "laplacian"):
        value, gradient = jax.value_and_grad(LOSS)(x, x[1:], kernel=kernel)
        # Means of the kernels 1/2, 1 and 1/2.
        assert_close(value, 0.5)
        assert_close(gradient, [[0], [0]])


def test_options_that_do_not_fit():
    x = np.zeros((2, 1))
    with pytest.raises(ValueError, match="bandwidth belongs to kernel 'gaussian' or"):
        LOSS(x, x, kernel="energy", bandwidth=2.0)
    with pytest.raises(ValueError, match=r"bandwidth must be > 0, got -1.0 at \(1,\)"):
        LOSS(x, x, bandwidth=np.asarray([1.0, -1.0]))
    with pytest.raises(ValueError, match="a 0-d or a 1-d array, got shape"):
        LOSS(x, x, bandwidth=np.ones((1, 2)))
    with pytest.raises(ValueError, match="target_where"):
        LOSS(x, x, target_where=np.ones(3, bool))


def exact(kernel, x, y):
    """Return the loss, and the gradient of `x`, each with what it is a sum of.

    The gradient is one of products with rows, less a common mean.
    """
    x, y = ([mpmath.mpf(float(v)) for v in a] for a in (x, y))
    left, pull = LEFT[kernel], PULLS[kernel]
    centre = (mpmath.fsum(x) / len(x) + mpmath.fsum(y) / len(y)) / 2

    def mean(function, xs, ys):
        return mpmath.fsum(function(a, b) for a in xs for b in ys) / len(xs) / len(ys)

    pairs = (x, x), (y, y), (x, y)
    means = [mean(lambda a, b: left(abs(a - b)), *pair) for pair in pairs]

    def towards(a, b):
        return pull(abs(a - b)) * (a - b)

    def size(a, b):
        return pull(abs(a - b)) * (abs(a - centre) + abs(b - centre))

    value = 2 * means[2] - means[0] - means[1]
    each = [mean(towards, [a], y) - mean(towards, [a], x) for a in x]
    sizes = [mean(size, [a], y) + mean(size, [a], x) for a in x]
    total = float(means[0] + means[1] + 2 * means[2])
    each, sizes = (2 / len(x) * np.asarray(v, np.float64) for v in (each, sizes))
    return float(value), each, total, sizes


# The second sample moved by this much, and how large the distances are.
NEARLY = [(0.0, 1e-6), (1e-5, 1.0), (1e-2, 1.0), (1e-2, 1e-3), (1.0, 1.0), (1.0, 30.0)]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("moved", "size"), NEARLY)
def test_the_error_is_a_rounding_of_the_means(kernel, dtype, moved, size):
    rng = np.random.default_rng(1)
    x = (size * rng.standard_normal(6)).astype(dtype)
    other = size * rng.standard_normal(5) if moved == 0 else x[:5] + moved * size
    y = np.asarray(other).astype(dtype)
    with mpmath.workdps(50):
        value, gradient, means, sizes = exact(kernel, x, y)
    results = with_gradient(x[:, None], y[:, None], kernel=kernel)
    got, found = (np.asarray(v, np.float64) for v in results)
    eps = float(np.finfo(dtype).eps)
    # Three means are subtracted, so that the condition is their sum over the value.
    assert abs(got - value) <= 4 * eps * means
    assert np.all(np.abs(found[:, 0] - gradient) <= 8 * eps * sizes)


def test_small_distances_have_a_loss_of_their_own_size():
    # Kernels themselves are 1 to all digits of float32, and their means as well.
    x = np.asarray([[0.0], [3e-4]], np.float32)
    y = np.asarray([[1e-4], [5e-4]], np.float32)
    with mpmath.workdps(50):
        wanted = exact("gaussian", x[:, 0], y[:, 0])[0]
    assert_close(LOSS(x, y), wanted, rtol=1e-5)


def test_numbers_far_from_0_lose_none_of_their_digits():
    x = np.asarray([[1024.0], [1025.5], [1023.25]], np.float32)
    y = np.asarray([[1024.5], [1026.0]], np.float32)
    gradient = jax.grad(LOSS)
    for kernel in KERNELS:
        near, far = ((a - 1024, b - 1024) for a, b in ((x, y), (x, y)))
        near, far = LOSS(*near, kernel=kernel), LOSS(x, y, kernel=kernel)
        assert_close(far, near, rtol=1e-6)
        wanted = gradient(x - 1024, y - 1024, kernel=kernel)
        assert_close(gradient(x, y, kernel=kernel), wanted, rtol=2e-6, atol=1e-8)


def test_many_rows_come_in_blocks_that_change_nothing():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((1100, 2)), rng.standard_normal((1300, 2))

    def mean(a, b):
        return np.exp(-((a[:, None] - b) ** 2).sum(-1) / 2).mean()

    wanted = mean(x, x) + mean(y, y) - 2 * mean(x, y)
    assert_close(jax.jit(LOSS)(jnp.asarray(x), jnp.asarray(y)), wanted, rtol=1e-9)
    pull = (x[:1] - y) * np.exp(-((x[:1] - y) ** 2).sum(-1, keepdims=True) / 2)
    own = (x[:1] - x) * np.exp(-((x[:1] - x) ** 2).sum(-1, keepdims=True) / 2)
    wanted = 2 / 1100 * (pull.mean(0) - own.mean(0))
    assert_close(jax.grad(LOSS)(jnp.asarray(x), jnp.asarray(y))[0], wanted, rtol=1e-9)
