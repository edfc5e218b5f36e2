"""The log-cosh loss, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy

INF, NAN = math.inf, math.nan
LOG2, LOG3 = math.log(2), math.log(3)


def test_values(any_xp):
    # cosh(log(2)) = (2 + 1/2) / 2, cosh(log(3)) = (3 + 1/3) / 2.
    x = any_xp.asarray([LOG2, -LOG3, 0.0, INF, -INF, NAN], dtype=any_xp.float64)
    losses = [math.log(5 / 4), math.log(5 / 3), 0]
    got = fl.log_cosh_loss(x, 0.0, reduction="none")
    assert_close(got, [*losses, INF, INF, NAN])
    assert_close(fl.log_cosh_loss(x[:3], 0.0), sum(losses) / 3)
    assert_close(fl.log_cosh_loss(x[:3], 0.0, reduction="sum"), sum(losses))


@pytest.mark.parametrize(
    ("dtype", "rtol"), [("float64", 1e-15), ("float32", 5e-7), ("float16", 2**-11)]
)
def test_small_errors_keep_their_digits(xp, dtype, rtol):
    if not hasattr(xp, dtype):
        pytest.skip("not in the standard")
    # The series to more digits than any dtype has.
    for e in (2.0**-4, 2.0**-7, 2.0**-10):
        x = xp.asarray([e, -e], dtype=getattr(xp, dtype))
        exact = e**2 / 2 - e**4 / 12 + e**6 / 45 - 17 * e**8 / 2520
        exact += 31 * e**10 / 14175 - 691 * e**12 / 935550
        got = fl.log_cosh_loss(x, 0.0, reduction="none", dtype="float64")
        tight = rtol if dtype == "float64" else 1e-15
        assert_close(got, [exact, exact], rtol=tight * 8)
        got = to_numpy(fl.log_cosh_loss(x, 0.0, reduction="none"))
        assert_close(got, [exact, exact], rtol=rtol * 8 if dtype == "float64" else rtol)


def test_large_errors_are_linear_at_every_size(xp):
    sizes = [1.0, 8.0, 19.5, 20.0, 20.5, 1e4, 1e300]
    x = xp.asarray(sizes, dtype=xp.float64)
    exact = [e - LOG2 + math.log1p(math.exp(-2 * e)) for e in sizes]
    assert_close(fl.log_cosh_loss(x, 0.0, reduction="none"), exact, rtol=1e-15)


def test_half_precision_does_not_overflow(derivative):
    def loss(x):
        return fl.log_cosh_loss(x, 0.0, reduction="sum")

    x = fl.array_namespace(derivative(loss, [1.0])).asarray([6e4], dtype=None)
    assert_close(fl.log_cosh_loss(x, 0.0, dtype="float16"), 6e4, rtol=2**-11)
    assert_close(derivative(loss, [6e4, -6e4], "float16"), [1, -1])


def test_derivative_is_the_hyperbolic_tangent(derivative):
    def loss(x):
        return fl.log_cosh_loss(x, 1.0, reduction="sum")

    def of_target(t):
        return fl.log_cosh_loss(0 * t, t, reduction="sum")

    point = [1 + LOG2, 1 - LOG3, 1.0, INF, -INF]
    assert_close(derivative(loss, point), [0.6, -0.8, 0, 1, -1])
    assert_close(derivative(of_target, [LOG2, -LOG3, 0.0]), [0.6, -0.8, 0])


def test_curvature_is_one_less_the_squared_derivative(curvature):
    def loss(x):
        return fl.log_cosh_loss(x, 0.0, reduction="sum")

    assert_close(curvature(loss, [0.0, LOG2, LOG3, 1e4]), [1, 0.64, 0.36, 0])


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x = xp.asarray([LOG2, LOG3], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    got = fl.log_cosh_loss(x, 0.0, weight=weight)
    assert_close(got, (math.log(5 / 4) + 3 * math.log(5 / 3)) / 4)
