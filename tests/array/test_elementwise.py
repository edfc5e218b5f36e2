"""Elementwise primitives: promised value on each library, promised gradient on two."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy

INF, NAN = math.inf, math.nan
EULER = 0.5772156649015329
TINY = math.exp(-20)
CUBE = math.exp(3)
SMALL = [5e-13 * (1 + 1e-6 / 3), math.exp(-2) + 1]  # exp(x) - 1 - x at 1e-6 and -2

# name, arrays, other arguments, values
VALUES = [
    ("absolute", [[-2, -0.0, 3, -INF, INF, NAN]], [], [2, 0, 3, INF, INF, NAN]),
    ("clamp_min", [[0, 1, 2, -INF, INF, NAN]], [1.0], [1, 1, 2, 1, INF, NAN]),
    ("clamp_max", [[0, 1, 2, -INF, INF, NAN]], [1.0], [0, 1, 1, -INF, 1, NAN]),
    ("clamp", [[-2, -1, 0, 1, 2, NAN]], [-1.0, 1.0], [-1, -1, 0, 1, 1, NAN]),
    ("maximum", [[1, 2, NAN, 1], [1, 3, 1, -INF]], [], [1, 3, NAN, 1]),
    ("minimum", [[1, 2, NAN, 1], [1, 3, 1, -INF]], [], [1, 2, NAN, -INF]),
    ("heaviside", [[-2, 0, 1e-30, INF, -INF, NAN]], [], [0, 0, 1, 1, 0, NAN]),
    ("safe_sqrt", [[0, 4, INF, -1, NAN]], [], [0, 2, INF, NAN, NAN]),
    ("safe_power", [[0, 4, INF, NAN]], [0.5], [0, 2, INF, NAN]),
    ("safe_power", [[0, 4, 0.25, INF]], [-1.0], [0, 0.25, 4, 0]),
    ("multiply_no_nan", [[0, 2, 0.5, -1], [INF, INF, 2, 3]], [], [0, INF, 1, -3]),
    ("xlogy", [[0, 0, 0, 0, 0], [0, INF, -1, 5, NAN]], [], [0, 0, 0, 0, NAN]),
    ("xlogy", [[2, 1, 1, NAN, INF], [1, 0, -1, 1, INF]], [], [0, -INF, NAN, NAN, INF]),
    ("log1p", [[-2, -1, 0, TINY, INF]], [], [NAN, -INF, 0, math.log1p(TINY), INF]),
    ("softplus", [[0, -1e3, 1e3, -INF, INF]], [], [math.log(2), 0, 1e3, 0, INF]),
    ("softplus", [[-20, 20, NAN]], [], [math.log1p(TINY), 20 + math.log1p(TINY), NAN]),
    ("log_sigmoid", [[0, -1e3, 1e3, -INF, INF]], [], [-math.log(2), -1e3, 0, -INF, 0]),
    ("log_sigmoid", [[20, NAN]], [], [-math.log1p(TINY), NAN]),
    ("sigmoid", [[0, -1e3, 1e3, -INF, INF, NAN]], [], [0.5, 0, 1, 0, 1, NAN]),
    ("sigmoid", [[-20, 20]], [], [TINY / (1 + TINY), 1 / (1 + TINY)]),
    ("log1mexp", [[0, -1e-12, -INF, NAN]], [], [-INF, math.log(1e-12), 0, NAN]),
    ("log1mexp", [[-20, -math.log(2)]], [], [math.log1p(-TINY), -math.log(2)]),
    ("expm1x", [[0, 1e-6, -2, INF, -INF, NAN]], [], [0, *SMALL, INF, INF, NAN]),
    ("expm1x", [[0.5, 3]], [], [math.sqrt(math.e) - 1.5, CUBE - 4]),
    ("expm1x_ratio", [[0, 1, -1]], [], [0.5, math.e - 2, 1 / math.e]),
    (
        "gammaln",
        [[0, 0.5, 5, INF]],
        [],
        [INF, math.log(math.pi) / 2, math.log(24), INF],
    ),
    ("digamma", [[1, 2]], [], [-EULER, 1 - EULER]),
    ("digamma", [[0.5]], [], [-EULER - 2 * math.log(2)]),
    ("erf", [[0, 1, INF, -INF, NAN]], [], [0, 0.8427007929497149, 1, -1, NAN]),
    ("erfinv", [[0, 0.8427007929497149, 1, -1]], [], [0, 1, INF, -INF]),
    ("stop_gradient", [[1, INF, NAN]], [], [1, INF, NAN]),
]
IDS = [f"{row[0]}-{k}" for k, row in enumerate(VALUES)]


def call(xp, dtype, name, arrays, arguments):
    """Call a primitive, and compute the result before warnings are back."""
    arrays = [xp.asarray(x, dtype=dtype) for x in arrays]
    space = fl.array_namespace(*arrays)
    with space.quiet():
        result = getattr(space, name)(*arrays, *arguments)
        return result.dtype, to_numpy(result)


@pytest.mark.parametrize(("name", "arrays", "arguments", "expected"), VALUES, ids=IDS)
def test_value(any_xp, name, arrays, arguments, expected):
    _, result = call(any_xp, any_xp.float64, name, arrays, arguments)
    assert_close(result, expected)


# Of 50 digits.
DIGITS = [
    ("log1mexp", -1e-17, -39.14394658089878),
    ("log1mexp", -0.3, -1.3502256128148467),
    ("log1mexp", -0.7, -0.6863410028083852),
    ("log1mexp", -40.0, -4.248354255291589e-18),
    ("expm1x", -1e-9, 4.999999998333334e-19),
    ("expm1x", 1e-4, 5.0001666708334175e-09),
    ("expm1x", -0.99, 0.3615766910220457),
    ("expm1x", 1.01, 0.7356010150169165),
]


@pytest.mark.parametrize(("name", "x", "expected"), DIGITS)
def test_differences_of_exponentials_keep_their_digits(any_xp, name, x, expected):
    _, result = call(any_xp, any_xp.float64, name, [[x]], [])
    assert_close(result, [expected], rtol=2e-15, atol=0.0)


def test_log1p_keeps_its_digits_on_either_side_of_a_half(any_xp):
    x = np.linspace(-0.6, 0.6, 2001)
    _, result = call(any_xp, any_xp.float64, "log1p", [x], [])
    assert_close(result, np.log1p(x), rtol=5e-16, atol=0.0)


@pytest.mark.parametrize(("name", "arrays", "arguments", "expected"), VALUES, ids=IDS)
@pytest.mark.parametrize("xp", ["torch", "jax"], indirect=True)
def test_value_in_bfloat16(xp, name, arrays, arguments, expected):
    dtype, result = call(xp, xp.bfloat16, name, arrays, arguments)
    assert dtype == xp.bfloat16
    # Two units in the last of 8 places; what underflows in float64 does so here.
    assert_close(result, expected, rtol=2**-7)


# name, arguments after the point, point, derivatives
DERIVATIVES = [
    ("absolute", [], [-2, 0, 3, -INF, INF, NAN], [-1, 0, 1, -1, 1, 0]),
    ("clamp_min", [1.0], [0, 1, 2, -INF, INF, NAN], [0, 1, 1, 0, 1, 0]),
    ("clamp_max", [1.0], [0, 1, 2, -INF, INF, NAN], [1, 1, 0, 1, 0, 0]),
    ("clamp", [-1.0, 1.0], [-2, -1, 0, 1, 2, NAN], [0, 1, 1, 1, 0, 0]),
    ("log1p", [], [-0.5, 0, 1], [2, 1, 0.5]),
    ("safe_sqrt", [], [0, 4, INF], [0, 0.25, 0]),
    ("safe_power", [3.0], [0, 2], [0, 12]),
    ("safe_power", [0.5], [0, 4], [0, 0.25]),
    ("safe_power", [-1.0], [0, 4], [0, -0.0625]),
    ("softplus", [], [-1e3, 0, 1e3, -INF, INF], [0, 0.5, 1, 0, 1]),
    ("log_sigmoid", [], [-1e3, 0, 1e3, -INF, INF], [1, 0.5, 0, 1, 0]),
    ("sigmoid", [], [-1e3, 0, 1e3, -INF, INF], [0, 0.25, 0, 0, 0]),
    ("log1mexp", [], [-math.log(2), -1e3, -INF], [-1, 0, 0]),
    (
        "expm1x",
        [],
        [-INF, -1, 0, 1e-9, 3],
        [-1, math.expm1(-1), 0, math.expm1(1e-9), CUBE - 1],
    ),
    ("gammaln", [], [1, 2], [-EULER, 1 - EULER]),
    ("erf", [], [0, INF], [2 / math.sqrt(math.pi), 0]),
    ("erfinv", [], [0], [math.sqrt(math.pi) / 2]),
    ("stop_gradient", [], [1, NAN], [0, 0]),
    ("heaviside", [], [-1, 0, 2, NAN], [0, 0, 0, 0]),
]


def primitive(name, *arguments):
    def function(x):
        return getattr(fl.array_namespace(x), name)(x, *arguments)

    return function


@pytest.mark.parametrize(
    ("name", "arguments", "point", "expected"),
    DERIVATIVES,
    ids=[f"{row[0]}-{k}" for k, row in enumerate(DERIVATIVES)],
)
def test_derivative(derivative, name, arguments, point, expected):
    assert_close(derivative(primitive(name, *arguments), point), expected)


@pytest.mark.parametrize(
    ("name", "arguments", "point", "expected"),
    [row for row in DERIVATIVES if row[0] not in {"gammaln", "erf", "erfinv"}],
)
def test_derivative_in_bfloat16(derivative, name, arguments, point, expected):
    result = derivative(primitive(name, *arguments), point, "bfloat16")
    assert str(result.dtype).endswith("bfloat16")
    assert_close(result, expected, rtol=2**-7)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_a_tie_of_two_arrays_shares_the_derivative(derivative, name):
    def function(x):
        return getattr(fl.array_namespace(x), name)(x, 2 * x - 1)

    # At 1 both are 1: the mean of their derivatives 1 and 2.
    assert_close(derivative(function, [1.0]), [1.5])


@pytest.mark.parametrize(
    ("name", "expected"), [("clamp_min", [1, 0, 0]), ("clamp_max", [0, 0, 1])]
)
def test_an_array_as_bound_has_derivative_only_where_it_holds(
    derivative, name, expected
):
    def function(bound):
        point = 0 * fl.array_namespace(bound).stop_gradient(bound) + 2.0
        return getattr(fl.array_namespace(bound), name)(point, bound)

    assert_close(derivative(function, [3.0, 2.0, 1.0]), expected)


def test_digamma_has_a_derivative(derivative):
    # torch's trigamma is good to 5e-10 even in double precision.
    expected = [math.pi**2 / 6, math.pi**2 / 6 - 1]
    assert_close(derivative(primitive("digamma"), [1.0, 2.0]), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("y", "expected"), [(2.0, math.log(2)), (0.0, 0), (INF, 0), (-1.0, 0)]
)
def test_xlogy_at_zero_has_derivative_log_y_if_that_is_finite_else_zero(
    derivative, y, expected
):
    def function(x):
        space = fl.array_namespace(x)
        return space.xlogy(x, space.full_like(x, y))

    assert_close(derivative(function, [0.0]), [expected])


@pytest.mark.parametrize(("x", "expected"), [(0.0, [0, 0, 0]), (3.0, [1.5, INF, -3])])
def test_xlogy_has_derivative_in_y_unless_x_is_zero(derivative, x, expected):
    def function(y):
        space = fl.array_namespace(y)
        return space.xlogy(space.full_like(y, x), y)

    for y, d in zip([2.0, 0.0, -1.0], expected, strict=True):
        assert_close(derivative(function, [y]), [d])


def test_second_derivatives_are_finite_at_zero_and_far_out(curvature):
    far = [-1e3, 0.0, 1e3]
    assert_close(curvature(primitive("softplus"), far), [0, 0.25, 0])
    assert_close(curvature(primitive("log_sigmoid"), far), [0, -0.25, 0])
    assert_close(curvature(primitive("sigmoid"), far), [0, 0, 0])
    assert_close(curvature(primitive("log1mexp"), [-1e4, -math.log(2)]), [0, -2])
    assert_close(curvature(primitive("expm1x"), [-1e4, 0, 1e-9]), [0, 1, 1 + 1e-9])
    assert_close(curvature(primitive("absolute"), far), [0, 0, 0])
    assert_close(curvature(primitive("safe_sqrt"), [0.0, 4.0]), [0, -1 / 32])
    assert_close(curvature(primitive("safe_power", 3.0), [0.0, 2.0]), [0, 12])
    assert_close(curvature(primitive("clamp_min", 1.0), far), [0, 0, 0])


def test_a_barrier_changes_nothing(any_xp):
    x = any_xp.asarray([1.0, NAN], dtype=any_xp.float64)
    first, second = fl.array_namespace(x).optimization_barrier(x, 2 * x)
    assert_close(first, [1, NAN])
    assert_close(second, [2, NAN])


def test_a_barrier_has_derivative_1(derivative):
    def doubled(x):
        (again,) = fl.array_namespace(x).optimization_barrier(x)
        return x + again

    assert_close(derivative(doubled, [3.0, 4.0]), [2, 2])
