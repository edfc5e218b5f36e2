"""Negative log-likelihood of negative binomial counts, by hand and to fifty digits."""

import itertools
import math

import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy
from tests.derivatives import WAYS

LOG2, LOG3 = math.log(2), math.log(3)
DIGITS = {"float32": 2.0**-23, "float64": 2.0**-52}
PARAMETERS = ("logits", "mean", "log_mean")
COUNTS = [1e-2, 0.7, 1.0, 3.5, 11.0, 1e3, 1e5, 1e7, 1e9]
TARGETS = [0.0, 1.0, 2.5, 7.0, 40.0, 1e4]
MEANS = [0.05, 1.3, 6.0, 300.0]


def losses(x, y, r, **options):
    options = {"reduction": "none"} | options
    return fl.negative_binomial_nll_loss(x, y, r, **options)


def test_values(any_xp):
    # Geometric: a failure has probability 1/3 at log-odds of log(2).
    y = any_xp.asarray([0.0, 1.0, 3.0], dtype=any_xp.float64)
    x = any_xp.full_like(y, LOG2)
    expected = [LOG3, 2 * LOG3 - LOG2, 4 * LOG3 - 3 * LOG2]
    assert_close(losses(x, y, 1.0, full=True), expected)
    # Without the term of the target, log(3!).
    assert_close(losses(x, y, 1.0)[2], expected[2] - math.log(6))


@pytest.mark.parametrize("full", [False, True])
def test_three_parameters_of_one_distribution(any_xp, full):
    mean = any_xp.asarray([0.25, 2.0, 9.0, 2.0], dtype=any_xp.float64)
    y = any_xp.asarray([0.0, 3.0, 2.0, 30.0], dtype=any_xp.float64)
    r = any_xp.asarray([0.5, 2.0, 30.0, 0.125], dtype=any_xp.float64)
    log = any_xp.log(mean)
    expected = to_numpy(losses(log - any_xp.log(r), y, r, full=full))
    got = losses(mean, y, r, parameter="mean", full=full)
    assert_close(got, expected)
    assert_close(losses(log, y, r, parameter="log_mean", full=full), expected)


@pytest.mark.parametrize("parameter", ["mean", "log_mean"])
def test_an_infinite_count_is_poisson(xp, parameter):
    mean = xp.asarray([0.25, 2.0, 9.0, 2.0], dtype=xp.float32)
    y = xp.asarray([0.0, 3.0, 2.0, 30.0], dtype=xp.float32)
    x = mean if parameter == "mean" else xp.log(mean)
    for r in (math.inf, 1e12):
        got = losses(x, y, r, parameter=parameter)
        expected = to_numpy(mean - y * xp.log(mean))
        # What is left of parts near 2.
        assert_close(got, expected, rtol=1e-6, atol=4 * DIGITS["float32"])


def test_a_mean_of_zero(xp):
    zero = xp.zeros(2, dtype=xp.float64)
    y = xp.asarray([0.0, 1.0], dtype=xp.float64)
    assert_close(losses(zero, y, 2.0, parameter="mean"), [0, math.inf])


def test_gradient_of_the_mean(derivative):
    def of_mean(m):
        y = fl.array_namespace(m).asarray([0.0, 3.0, 8.0], dtype=m.dtype)
        return losses(m, y, 2.0, parameter="mean", reduction="sum")

    # (m - y) / m * r / (r + m), and 1 at nothing seen and nothing expected.
    assert_close(derivative(of_mean, [0.0, 2.0, 8.0]), [1, -1 / 4, 0])


def test_zero_inflation(any_xp):
    # A third of the zeros are not counted, the rest has a third of zeros by itself.
    y = any_xp.asarray([0.0, 1.0], dtype=any_xp.float64)
    x, gate = any_xp.full_like(y, LOG2), any_xp.full_like(y, -LOG2)
    got = losses(x, y, 1.0, gate=gate, full=True)
    assert_close(got, [-math.log(1 / 3 + 2 / 9), -math.log(2 / 3 * 2 / 9)])


def test_gradients_of_a_gate(derivative):
    def of_gate(gate):
        y = fl.array_namespace(gate).asarray([0.0, 1.0], dtype=gate.dtype)
        return losses(0 * gate + LOG2, y, 1.0, gate=gate, reduction="sum")

    # With p the gate's probability: p - p / (p + (1 - p) / 3), and p.
    expected = [1 / 3 - 3 / 5, 1 / 3]
    assert_close(derivative(of_gate, [-LOG2, -LOG2]), expected)


def test_a_masked_element_has_no_part(derivative):
    def of_gate(gate):
        xp = fl.array_namespace(gate)
        y = xp.asarray([1.0, math.nan], dtype=gate.dtype)
        where = xp.asarray([True, False])
        return losses(0 * gate, y, 1.0, gate=gate, where=where, reduction="mean")

    assert_close(derivative(of_gate, [-LOG2, math.nan]), [1 / 3, 0])


def test_a_gate_far_out_keeps_digits(xp):
    gate = xp.asarray([40.0, -40.0, -500.0, 0.0], dtype=xp.float32)
    x = xp.asarray([0.0, 5.0, 5.0, -30.0], dtype=xp.float32)
    got = losses(x, 0.0, xp.full_like(x, 30.0), gate=gate)
    with mpmath.workdps(300):
        pairs = zip(map(mpmath.mpf, [40, -40, -500, 0]), [0, 5, 5, -30], strict=True)
        expected = []
        for g, x in pairs:
            p, nll = 1 / (1 + mpmath.exp(-g)), 30 * mpmath.log1p(mpmath.exp(x))
            expected.append(-mpmath.log(p + (1 - p) * mpmath.exp(-nll)))
    assert_close(got, [float(v) for v in expected], rtol=4 * DIGITS["float32"])


def grid(dtype, parameter):
    """Return locations, targets and counts that a dtype holds."""
    mean, y, r = np.asarray(list(itertools.product(MEANS, TARGETS, COUNTS))).T
    ways = {"logits": np.log(mean / r), "mean": mean, "log_mean": np.log(mean)}
    return np.asarray([ways[parameter], y, r], dtype)


def exact(x, y, r, parameter, full):
    """Return the loss, its gradient in location and count, and the sizes of both."""
    ways = {"logits": r * mpmath.exp(x), "mean": x, "log_mean": mpmath.exp(x)}
    m = ways[parameter]
    log, other = mpmath.log1p(m / r), mpmath.log1p(r / m)
    value = r * log + y * other - mpmath.loggamma(r + y) + mpmath.loggamma(r)
    value += mpmath.loggamma(y + 1) if full else 0
    by_log = r * (m - y) / (r + m)
    by_input = by_log / x if parameter == "mean" else by_log
    rise = mpmath.digamma(r + y) - mpmath.digamma(r)
    by_count = log - rise
    if parameter != "logits":
        by_count += (y - m) / (r + m)
    return value, by_input, by_count, m


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("dtype", DIGITS)
@pytest.mark.parametrize("parameter", PARAMETERS)
def test_values_to_fifty_digits(parameter, dtype, full):
    arrays = grid(dtype, parameter)
    got = to_numpy(losses(*arrays, parameter=parameter, full=full)).tolist()
    for at, value in zip(arrays.T.tolist(), got, strict=True):
        with mpmath.workdps(50):
            x, y, r = map(mpmath.mpf, at)
            expected, by_input, _, m = exact(x, y, r, parameter, full)
            # An error is measured by what the last digits of location and target do.
            moved = abs(x * by_input), y * (abs(mpmath.log(m)) + 1)
            size = max(abs(expected), *moved)
            wrong = float(abs(value - expected) / size)
        assert wrong <= 4 * DIGITS[dtype], (at, value, wrong / DIGITS[dtype])


@pytest.mark.parametrize("way", ["jax-grad", "torch-backward"])
@pytest.mark.parametrize("dtype", DIGITS)
@pytest.mark.parametrize("parameter", PARAMETERS)
def test_gradients_to_fifty_digits(parameter, dtype, way):
    arrays = grid(dtype, parameter)

    def of(k):
        def total(x):
            xp = fl.array_namespace(x)
            given = [xp.asarray(v) for v in arrays]
            given[k] = x
            return losses(*given, parameter=parameter, reduction="sum")

        return to_numpy(WAYS[way](total, arrays[k], dtype)).tolist()

    for at, by_input, by_count in zip(arrays.T.tolist(), of(0), of(2), strict=True):
        with mpmath.workdps(50):
            x, y, r = map(mpmath.mpf, at)
            _, first, second, m = exact(x, y, r, parameter, full=False)
            # A sum of parts that cancel where the mean is near the target.
            parts = r * m / (r + m) + r * y / (r + m)
            near = parts / x if parameter == "mean" else parts * max(abs(x), 1)
            least = m / r if parameter == "logits" else (m * m + y * m + y) / r**2
            far = max(abs(second), min(least, 1) * max(abs(x), 1))
            for value, expected, size in (
                (by_input, first, near),
                (by_count, second, far),
            ):
                wrong = float(abs(value - expected) / max(size, mpmath.mpf("1e-35")))
                assert wrong <= 8 * DIGITS[dtype], (at, value, wrong / DIGITS[dtype])


def test_second_derivative_in_the_count(curvature):
    counts = [0.3, 1.0, 7.0, 30.0, 1e3]

    def of_count(r):
        x, y = 0 * r + 2.5, 0 * r + 3.0
        return losses(x, y, r, parameter="mean", reduction="sum")

    def of_one(r):
        return exact(mpmath.mpf(2.5), mpmath.mpf(3), r, "mean", full=False)[0]

    with mpmath.workdps(50):
        expected = [float(mpmath.diff(of_one, mpmath.mpf(r), 2)) for r in counts]
    assert_close(curvature(of_count, counts), expected, rtol=1e-10)


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValueError, match="parameter must be 'logits', 'mean' or"):
        losses(np.zeros(1), np.zeros(1), 1.0, parameter="probs")
