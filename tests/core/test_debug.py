"""Reading values on JAX, on request."""

import math
import re
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

X, LABEL_3 = jnp.zeros((2, 3)), jnp.asarray([0, 3])
MESSAGE = re.escape("target must be in 0..2, got 3 at (1,)")


def loss(x):
    return fl.cross_entropy(x, LABEL_3)


def test_a_bad_value_raises_inside_and_gives_nan_outside():
    assert_close(loss(X), math.nan)
    with fl.debug_values(), pytest.raises(ValueError, match=MESSAGE):
        loss(X)
    assert_close(loss(X), math.nan)


def test_a_bad_value_raises_under_grad_where_it_is_not_traced():
    with fl.debug_values(), pytest.raises(ValueError, match=MESSAGE):
        jax.grad(loss)(X)


def test_under_jit_a_bad_value_still_gives_nan():
    with fl.debug_values():
        assert_close(jax.jit(fl.cross_entropy)(X, LABEL_3), math.nan)


def test_numpy_arrays_among_jaxs_are_read():
    with fl.debug_values(), pytest.raises(ValueError, match=MESSAGE):
        fl.cross_entropy(X, np.asarray(LABEL_3))


def test_an_option_out_of_bounds_raises_inside_and_gives_nan_outside():
    smoothing = jnp.asarray(1.5)

    def smoothed():
        return fl.cross_entropy(X, LABEL_3 - 1, label_smoothing=smoothing)

    assert_close(smoothed(), math.nan)
    message = re.escape("label_smoothing must be >= 0 and <= 1, got 1.5")
    with fl.debug_values(), pytest.raises(ValueError, match=message):
        smoothed()


def test_good_values_have_the_same_result_inside():
    target = jnp.asarray([0, 2])
    with fl.debug_values():
        inside = fl.cross_entropy(X, target), jax.grad(fl.cross_entropy)(X, target)
    assert_close(inside[0], fl.cross_entropy(X, target))
    assert_close(inside[1], jax.grad(fl.cross_entropy)(X, target))


def test_the_switch_is_reset_after_an_error_and_can_be_nested():
    with pytest.raises(ValueError, match=MESSAGE), fl.debug_values():
        loss(X)
    assert_close(loss(X), math.nan)
    with fl.debug_values():
        with fl.debug_values():
            pass
        with pytest.raises(ValueError, match=MESSAGE):
            loss(X)


def test_the_switch_is_of_one_thread():
    seen = []
    with fl.debug_values():
        thread = threading.Thread(target=lambda: seen.append(float(loss(X))))
        thread.start()
        thread.join()
    assert_close(seen, [math.nan])
