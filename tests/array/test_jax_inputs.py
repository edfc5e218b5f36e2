"""NumPy's integers on JAX without double precision: the ends of 32 bits."""

import jax
import numpy as np
import pytest

from funloss._array.jax import JAX

LOW, HIGH = -(2**31), 2**31 - 1


# Few are copied and many reduced, to see whether they are narrow.
@pytest.mark.parametrize("size", [1, 2**11])
@pytest.mark.parametrize(
    ("dtype", "low", "high"), [("int64", LOW, HIGH), ("uint64", 0, 2**32 - 1)]
)
def test_the_last_integers_of_32_bits_are_held_and_the_next_are_not(
    dtype, low, high, size
):
    with jax.enable_x64(False):
        for number in (low, high):
            assert JAX.holds(np.full(size, number, dtype))
        assert not JAX.holds(np.full(size, high + 1, dtype))
        assert dtype == "uint64" or not JAX.holds(np.full(size, low - 1, dtype))


def test_integers_beyond_the_ends_are_told_and_become_the_nearest():
    x = np.asarray([LOW - 1, LOW, HIGH, HIGH + 1])
    with jax.enable_x64(False):
        assert JAX.beyond(x).tolist() == [True, False, False, True]
        assert JAX.saturated(x).tolist() == [LOW, LOW, HIGH, HIGH]
        assert JAX.saturated(x).dtype == np.int32
