"""The general robust loss, worked by hand and to fifty digits."""

import math

import jax
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
# At errors of 0, 2 and -2, for the shapes that have a name.
NAMED = {
    2.0: [0, 2, 2],
    1.0: [0, math.sqrt(5) - 1, math.sqrt(5) - 1],
    0.0: [0, math.log(3), math.log(3)],
    -2.0: [0, 1, 1],
    -INF: [0, 1 - math.exp(-2), 1 - math.exp(-2)],
}
GRADIENTS = {
    2.0: [0, 2, -2],
    1.0: [0, 2 / math.sqrt(5), -2 / math.sqrt(5)],
    0.0: [0, 2 / 3, -2 / 3],
    -2.0: [0, 0.5, -0.5],
    -INF: [0, 2 * math.exp(-2), -2 * math.exp(-2)],
}


def loss(x, alpha, **options):
    options = {"reduction": "sum"} | options
    return fl.general_robust_loss(x, 0.0, alpha=alpha, **options)


@pytest.mark.parametrize("alpha", NAMED)
def test_values_of_named_shapes(any_xp, alpha):
    x = any_xp.asarray([0.0, 2.0, -2.0], dtype=any_xp.float64)
    assert_close(loss(x, alpha, reduction="none"), NAMED[alpha])
    assert_close(loss(3 * x, alpha, scale=3.0), sum(NAMED[alpha]))


@pytest.mark.parametrize("alpha", GRADIENTS)
def test_gradients_of_named_shapes(derivative, alpha):
    found = derivative(lambda x: loss(x, alpha), [0.0, 2.0, -2.0])
    assert_close(found, GRADIENTS[alpha])


@pytest.mark.parametrize("alpha", NAMED)
def test_an_array_gives_what_the_number_does(xp, alpha):
    # The general formula beside those of the named shapes, at 2 almost.
    x = xp.asarray([0.0, 1e-3, -2.0, 50.0], dtype=xp.float64)
    shape = xp.asarray(alpha, dtype=xp.float64)
    named = loss(x, alpha, reduction="none")
    assert_close(loss(x, shape, reduction="none"), named, rtol=1e-12)


@pytest.mark.parametrize("alpha", [1.0, 0.0, -2.0, -INF, 0.5, -4.0])
def test_an_infinite_error_has_a_finite_gradient(derivative, alpha):
    expected = 1.0 if alpha == 1 else 0.0
    found = derivative(lambda x: loss(x, alpha), [INF, -INF])
    assert_close(found, [expected, -expected], atol=1e-40)


def test_a_large_error_does_not_overflow(xp):
    x = xp.asarray([1e30], dtype=xp.float32)
    # The error, twice its logarithm less that of 2, and (e / sqrt(3/2))**(1/2) * 3.
    assert_close(loss(x, 1.0), 1e30, rtol=1e-6)
    assert_close(loss(x, 0.0), 60 * math.log(10) - math.log(2), rtol=1e-6)
    assert_close(loss(x, 0.5), 3 * 1e15 * 1.5**-0.25, rtol=1e-5)


def test_curvature_is_one_at_an_exact_fit(curvature):
    for alpha in (1.0, 0.0, -2.0, 1.5):
        assert_close(curvature(lambda x, a=alpha: loss(x, a), [0.0]), [1])


def exact(x, alpha):
    """Return value and derivative to fifty digits."""
    x = mpmath.mpf(x)
    if alpha == 0:
        return mpmath.log1p(x**2 / 2), x / (1 + x**2 / 2)
    alpha = mpmath.mpf(alpha)
    k = abs(alpha - 2)
    rest = x**2 / k + 1
    return k / alpha * (rest ** (alpha / 2) - 1), x * rest ** (alpha / 2 - 1)


@pytest.mark.parametrize(
    "alpha",
    [1.0, 0.5, 1.5, 3.0, -4.0, 1e-4, -1e-4, 1e-8, 1.999, 1.999999, 2.000001, 0.1],
)
def test_float32_is_exact_also_near_0_and_2(xp, alpha):
    alpha = float(np.float32(alpha))
    errors = np.asarray([1e-12, 1e-4, 1e-2, 0.3, 1.0, 3.0, 10.0], np.float32)
    with mpmath.workdps(50):
        expected = [exact(float(x), alpha)[0] for x in errors]
    got = loss(
        xp.asarray(errors), xp.asarray(alpha, dtype=xp.float32), reduction="none"
    )
    # Four units in the last place.
    assert_close(got, [float(x) for x in expected], rtol=4 * 2**-23)


@pytest.mark.parametrize("alpha", [1.0, 0.5, 1.5, -4.0, 1e-4, 1.999])
def test_float32_gradients_are_exact(alpha):
    errors = np.asarray([1e-12, 1e-4, 1e-2, 0.3, 1.0, 3.0, 10.0], np.float32)
    with mpmath.workdps(50):
        expected = [exact(float(x), float(np.float32(alpha)))[1] for x in errors]
    got = jax.grad(lambda x: loss(x, np.float32(alpha)))(errors)
    assert_close(got, [float(x) for x in expected], rtol=8 * 2**-23)


def test_derivative_in_the_shape(derivative):
    # By central differences of the formula in fifty digits.
    errors = [0.5, 2.0, 10.0]

    def total(alpha):
        return sum(exact(x, alpha)[0] for x in errors)

    def of_shape(alpha):
        x = fl.array_namespace(alpha).asarray(errors, dtype=alpha.dtype)
        return loss(x, alpha)

    for alpha in (1.0, -2.0, 1.75, 3.0, 1e-3):
        with mpmath.workdps(50):
            expected = mpmath.diff(total, mpmath.mpf(alpha))
        assert_close(derivative(of_shape, alpha), float(expected), rtol=1e-10)
