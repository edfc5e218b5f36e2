"""Soft-DTW, worked by hand and to fifty digits."""

import math
import re

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
# Five alignments: one costs 0, three cost 4, one costs 8.
X, Y = [[0.0], [2.0]], [[0.0], [0.0], [2.0]]


def loss(*args, **options):
    return fl.soft_dtw_loss(*args, **{"reduction": "sum"} | options)


def made(xp, *rows, dtype="float64"):
    return [xp.asarray(x, dtype=getattr(xp, dtype)) for x in rows]


def test_value_is_the_soft_minimum_over_alignments(any_xp):
    x, y = made(any_xp, X, Y)
    for gamma in (0.5, 1.0, 4.0):
        weight = 1 + 3 * math.exp(-4 / gamma) + math.exp(-8 / gamma)
        assert_close(loss(x, y, gamma=gamma), -gamma * math.log(weight))
        assert_close(loss(y, x, gamma=gamma), -gamma * math.log(weight))


def test_divergence_subtracts_half_of_each_with_itself(any_xp):
    x, y = made(any_xp, X, Y)
    # Of three alignments of x with itself two cost 4.
    assert_close(loss(x, x), -math.log(1 + 2 * math.exp(-4)))
    assert_close(loss(x, y, normalize=True), loss(x, y) - (loss(x, x) + loss(y, y)) / 2)
    assert_close(loss(y, y, normalize=True), 0.0)


def test_gradient_is_the_chance_of_a_pair_times_its_difference(derivative):
    # Only pairs of different numbers pull: 0 and 2 at cells (0, 2), (1, 0), (1, 1).
    four, eight = math.exp(-4), math.exp(-8)
    total = 1 + 3 * four + eight

    def of(x):
        xp = fl.array_namespace(x)
        return loss(x, xp.asarray(Y, dtype=x.dtype))

    # (0, 2) is passed by one of cost 4, (1, 1) by two, and both others by that of 8.
    cells = {(0, 2): four, (1, 0): eight, (1, 1): 2 * four + eight}
    pulls = [0.0, 0.0]
    for (i, j), weight in cells.items():
        pulls[i] += 2 * weight / total * (X[i][0] - Y[j][0])
    assert_close(derivative(of, X), [[pulls[0]], [pulls[1]]])


def test_derivative_in_gamma_is_minus_the_entropy(derivative):
    def of(gamma):
        xp = fl.array_namespace(gamma)
        return loss(*made(xp, X, Y), gamma=gamma)

    weights = np.asarray([0, 4, 4, 4, 8]) / 2.0
    chances = np.exp(-weights) / np.exp(-weights).sum()
    assert_close(derivative(of, 2.0), float(np.sum(chances * np.log(chances))))


def test_what_lies_beyond_a_length_does_not_matter(xp):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 5, 2)), rng.standard_normal((2, 4, 2))
    expected = [
        float(loss(*made(xp, x[0, :3].tolist(), y[0].tolist()), normalize=True)),
        float(loss(*made(xp, x[1].tolist(), y[1, :1].tolist()), normalize=True)),
    ]
    x[0, 3:], y[1, 1:] = NAN, INF
    lengths = {
        "input_lengths": xp.asarray([3, 5]),
        "target_lengths": xp.asarray([4, 1]),
    }
    arrays = made(xp, x.tolist(), y.tolist())
    found = loss(*arrays, **lengths, normalize=True, reduction="none")
    assert_close(found, expected)


@pytest.mark.parametrize("bad", [0, 5, -1, 2**31 - 1])
def test_lengths_must_be_of_steps(xp, bad):
    x, y = made(xp, [X, X], [Y, Y])
    name = "input_lengths" if bad != 5 else "target_lengths"
    limit = {"input_lengths": 2, "target_lengths": 3}[name]
    message = re.escape(f"{name} must be in 1..{limit}, got {bad} at (1,)")
    lengths = {name: xp.asarray([1, bad])}
    if xp is not jnp:
        with pytest.raises(ValueError, match=message):
            loss(x, y, **lengths)
    else:
        with fl.debug_values(), pytest.raises(ValueError, match=message):
            loss(x, y, **lengths)
        gradient = jax.grad(lambda x: loss(x, y, **lengths))(x)
        assert np.all(np.isnan(gradient[1]))
        assert np.all(np.isfinite(gradient[0]))
    where = xp.asarray([True, False])
    assert_close(
        loss(x, y, **lengths, where=where),
        loss(x[:1, ...], y[:1, ...], **{name: lengths[name][:1]}),
    )


def test_traced_lengths_do_not_compile_again():
    x, y = jnp.asarray([X, X]), jnp.asarray([Y, Y])
    count = []

    @jax.jit
    def of(x, y, n):
        count.append(1)
        return loss(x, y, input_lengths=n, reduction="none")

    assert_close(of(x, y, jnp.asarray([1, 2]))[0], of(x, y, jnp.asarray([2, 1]))[1])
    assert len(count) == 1
    each = jax.vmap(lambda x, y, n: loss(x[None], y[None], input_lengths=n[None]))
    assert_close(each(x, y, jnp.asarray([1, 2])), of(x, y, jnp.asarray([1, 2])))


@pytest.mark.parametrize("gamma", [1e-3, 1e-6, 1e-12])
def test_a_small_gamma_gives_the_hard_minimum(gamma):
    x, y = (jnp.asarray(v, "float32") for v in ([[0.0], [3.0], [1.0]], [[0.5], [3.5]]))
    value, gradient = jax.value_and_grad(lambda x: loss(x, y, gamma=gamma))(x)
    # 0 with 0.5, 3 with 3.5 and 1 with 3.5: for 0.5 it comes too late.
    assert_close(value, 0.25 + 0.25 + 6.25, rtol=1e-6)
    assert_close(gradient, [[-1.0], [-1.0], [-5.0]], rtol=1e-6)
    by_gamma = jax.grad(lambda gamma: loss(x, y, gamma=gamma))(jnp.float32(gamma))
    assert_close(by_gamma, 0.0)


def test_equal_alignments_share_the_gradient_at_a_small_gamma():
    x, y = jnp.zeros((2, 1), "float32"), jnp.ones((2, 1), "float32")
    # The diagonal alone costs 2; two others cost 3.
    gradient = jax.grad(lambda x: loss(x, y, gamma=1e-8))(x)
    assert_close(gradient, [[-2.0], [-2.0]])
    by_gamma = jax.grad(lambda g: loss(x, 0 * y, gamma=g))(jnp.float32(1e-8))
    assert_close(by_gamma, -math.log(3), rtol=1e-6)


def test_single_precision_keeps_its_digits_in_long_sequences():
    # One curve, and the same that runs ahead of it.
    times = np.linspace(0, 20, 300)[:, None] + np.asarray([0.0, 1.0])
    x, y = (np.sin(t)[None].astype("f4") for t in (times, times[:200] * 1.45 + 0.1))

    def of(dtype):
        arrays = (jnp.asarray(v, dtype) for v in (x, y, 2.0**-5))
        function = jax.value_and_grad(lambda x, y, g: loss(x, y, gamma=g), (0, 1, 2))
        return function(*arrays)

    (single, own), (double, exact) = of("float32"), of("float64")
    assert abs(float(single) / float(double) - 1) < 1e-6
    for one, other in zip(own, exact, strict=True):
        error = np.max(np.abs(np.asarray(one, float) - np.asarray(other)))
        assert error < 1e-5 * np.max(np.abs(other))


def test_distances_of_near_sequences_keep_their_digits():
    x = np.asarray([[1000.0], [1001.0]], "float32")
    y = x + np.float32(2.0**-10)
    value, gradient = jax.value_and_grad(lambda x: loss(x, y, gamma=1e-9))(x)
    assert_close(value, 2 * 2.0**-20, rtol=1e-6)
    assert_close(gradient, [[-(2.0**-9)]] * 2, rtol=1e-6)


def exactly(x, y, gamma):
    """Return the value and the chances of the cells to fifty digits."""
    costs = [
        [sum((a - b) ** 2 for a, b in zip(p, q, strict=True)) for q in y] for p in x
    ]
    rows, columns = len(x), len(y)
    weights, total = {}, mpmath.mpf(0)

    def walk(i, j, cost, cells):
        nonlocal total
        cost, cells = cost + costs[i][j], [*cells, (i, j)]
        if (i, j) == (rows - 1, columns - 1):
            weight = mpmath.exp(-cost / gamma)
            total += weight
            for cell in cells:
                weights[cell] = weights.get(cell, 0) + weight
        for k, n in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
            if k < rows and n < columns:
                walk(k, n, cost, cells)

    walk(0, 0, mpmath.mpf(0), [])
    gradient = [
        [
            sum(2 * weights[i, j] / total * (x[i][d] - y[j][d]) for j in range(columns))
            for d in range(len(x[0]))
        ]
        for i in range(rows)
    ]
    return -gamma * mpmath.log(total), gradient


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("gamma", [0.0625, 1.0, 16.0])
def test_values_and_gradients_have_their_digits(dtype, gamma):
    rng = np.random.default_rng(2)
    x, y = (rng.integers(-8, 9, (n, 2)) / 8 for n in (4, 3))
    with mpmath.workdps(50):
        one, other = (
            [[mpmath.mpf(float(v)) for v in row] for row in z] for z in (x, y)
        )
        value, gradient = exactly(one, other, mpmath.mpf(gamma))
    y = jnp.asarray(y, dtype)
    got, found = jax.value_and_grad(lambda x: loss(x, y, gamma=gamma))(
        jnp.asarray(x, dtype)
    )
    eps, exact = float(np.finfo(dtype).eps), np.asarray(gradient, float)
    # A chance is the exponential of costs over gamma, with the roundings of these.
    assert_close(got, float(value), rtol=4 * eps)
    assert_close(
        found, exact, rtol=0, atol=8 * eps * np.max(np.abs(exact)) * max(1, 1 / gamma)
    )


SHAPES = [
    ((3,), (3,), "must be of (N, T, D) and (N, S, D), got (3,), (3,)"),
    ((2, 3, 1), (3, 1), "must be of (N, T, D) and (N, S, D), got (2, 3, 1), (3, 1)"),
    ((2, 3, 1), (2, 3, 2), "must be of (N, T, D) and (N, S, D)"),
    ((2, 3, 1), (1, 3, 1), "must be of (N, T, D) and (N, S, D)"),
    ((2, 0, 1), (2, 3, 1), "must have a step and a feature, got (2, 0, 1), (2, 3, 1)"),
]


@pytest.mark.parametrize(("one", "other", "message"), SHAPES)
def test_shapes_must_match(xp, one, other, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        loss(xp.ones(one), xp.ones(other))


def test_lengths_must_be_integers_one_a_pair(xp):
    x, y = made(xp, [X, X], [Y, Y])
    with pytest.raises(ValueError, match=re.escape("must have shape (2,), got (3,)")):
        loss(x, y, input_lengths=xp.asarray([1, 1, 1]))
    with pytest.raises(TypeError, match="target_lengths must be integer, got float64"):
        loss(x, y, target_lengths=x[:, 0, 0])
