"""Static checks raise the documented message, value checks where values are."""

import math
import re

import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from funloss._core import checks, options
from tests.assertions import assert_close

NUMPY, JAX = fl.array_namespace(np.zeros(1)), fl.array_namespace(jnp.zeros(1))


def shaped(*shape):
    return np.zeros(shape)


def option(**arguments):
    return options.check_scalar(NUMPY, shaped(2), **arguments)


def axis(value):
    return checks.check_axis(value, 2)


# call, error, message
FAULTS = {
    "choice": (
        lambda: checks.check_choice(("none", "mean", "sum"), reduction="avg"),
        ValueError,
        "reduction must be 'none', 'mean' or 'sum', got 'avg'",
    ),
    "choice of another type": (
        lambda: checks.check_choice((1, 2), p=True),
        ValueError,
        "p must be 1 or 2, got True",
    ),
    "unequal shapes": (
        lambda: checks.check_shapes_equal(input=shaped(3, 1), target=shaped(3)),
        ValueError,
        "shapes must be equal, got input (3, 1), target (3,)",
    ),
    "unpaired shapes": (
        lambda: checks.check_same_shape_or_scalar(input=shaped(3), target=shaped(1)),
        ValueError,
        "shapes must be equal, got input (3,), target (1,)",
    ),
    "unequal ranks": (
        lambda: checks.check_ndims_equal(a=shaped(3), b=shaped(1, 3)),
        ValueError,
        "numbers of dimensions must be equal, got a (3,), b (1, 3)",
    ),
    "no broadcast": (
        lambda: checks.broadcast_shape(a=shaped(3), b=shaped(2, 2)),
        ValueError,
        "shapes must broadcast, got a (3,), b (2, 2)",
    ),
    "enlarges": (
        lambda: checks.check_broadcastable_to((1, 3), weight=shaped(2, 3)),
        ValueError,
        "weight must broadcast to (1, 3), got (2, 3)",
    ),
    "axis beyond": (
        lambda: axis(2),
        ValueError,
        "axis must be an integer in -2..1, got 2",
    ),
    "axis no integer": (
        lambda: axis(0.0),
        ValueError,
        "axis must be an integer in -2..1, got 0.0",
    ),
    "no integer": (
        lambda: checks.check_integer(blank=1.0),
        TypeError,
        "blank must be a Python integer, got 1.0",
    ),
    "boolean for an integer": (
        lambda: checks.check_integer(blank=True),
        TypeError,
        "blank must be a Python integer, got True",
    ),
    "too small": (
        lambda: checks.check_integer(1, k=0),
        ValueError,
        "k must be >= 1, got 0",
    ),
    "too large": (
        lambda: checks.check_integer(0, 3, blank=4),
        ValueError,
        "blank must be in 0..3, got 4",
    ),
    "not above": (
        lambda: option(above=0, delta=-1.0),
        ValueError,
        "delta must be > 0, got -1.0",
    ),
    "nan": (
        lambda: option(at_least=0, at_most=1, label_smoothing=math.nan),
        ValueError,
        "label_smoothing must be >= 0 and <= 1, got nan",
    ),
    "no number": (
        lambda: option(margin="a"),
        TypeError,
        "margin must be a real number, got 'a'",
    ),
    "option array": (
        lambda: option(margin=shaped(1)),
        ValueError,
        "margin must be a number or a 0-d array, got shape (1,)",
    ),
    "option array not above": (
        lambda: option(above=0, delta=shaped()),
        ValueError,
        "delta must be > 0, got 0.0",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), FAULTS.values(), ids=FAULTS)
def test_fault_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def test_what_fits_passes():
    checks.check_choice(("none", "mean"), reduction="mean")
    checks.check_choice((1, 2), p=2)
    checks.check_shapes_equal(input=shaped(3), weight=None, target=shaped(3))
    checks.check_same_shape_or_scalar(input=shaped(3), target=shaped())
    checks.check_broadcastable_to(
        (2, 3), a=shaped(3), b=shaped(2, 1), c=shaped(), d=None
    )
    checks.check_integer(0, 3, blank=3)
    assert [axis(k) for k in (-2, -1, 0, 1)] == [0, 1, 0, 1]


def test_broadcast_shape_is_numpys():
    assert checks.broadcast_shape(a=shaped(3, 1), b=shaped(4), c=None) == (3, 4)
    assert checks.broadcast_shape(a=shaped(0, 1), b=shaped(1, 4)) == (0, 4)
    assert checks.broadcast_shape(a=shaped()) == ()


def test_real_option_is_a_float_or_an_array_of_the_dtype_to_compute_in():
    assert type(option(margin=1)) is float
    array = options.check_scalar(NUMPY, np.zeros(2, np.float32), margin=np.asarray(0.5))
    assert array.dtype == np.float32
    assert array == 0.5


def test_an_option_that_cannot_be_read_becomes_nan_outside_its_bounds():
    values = jnp.asarray([-1.0, 0.0, 0.5, 1.0, 2.0])
    got = [
        options.check_scalar(JAX, values, at_least=0, at_most=1, alpha=value)
        for value in values
    ]
    assert_close(got, [math.nan, 0, 0.5, 1, math.nan])


def test_zero_is_a_python_number():
    assert [options.is_zero(x) for x in (0, 0.0, -0.0)] == [True] * 3
    assert [options.is_zero(x) for x in (0.5, None, shaped())] == [False] * 3


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.asarray([[0.5, 0.5], [2.0, -1.0]]), "p must be in 0..1, got 2.0 at (1, 0)"),
        (torch.asarray([0.5, math.inf]), "p must be in 0..1, got inf at (1,)"),
        (np.asarray(7), "p must be in 0..1, got 7 at ()"),
    ],
    ids=["rows", "tensor", "number"],
)
def test_value_fault_names_the_first_bad_place(x, message):
    space = fl.array_namespace(x)
    bad = space.logical_or(x < 0, x > 1)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        checks.check_values(space, "in 0..1", p=(x, bad))


def test_values_found_good_leave_nothing_to_poison():
    x = np.zeros(2)
    assert checks.check_values(NUMPY, "in 0..1", p=(x, x > 1)) is None


def test_values_that_cannot_be_read_are_returned_to_poison():
    x = jnp.asarray([0.0, 2.0])
    bad = checks.check_values(JAX, "in 0..1", p=(x, x > 1))
    assert_close(bad, [False, True])
