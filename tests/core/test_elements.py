"""The way into a loss of elements."""

import numpy as np
import pytest

from funloss._core.elements import elements


def test_arrays_beside_numbers_must_have_one_shape():
    ways = {"where": None, "dtype": None, "shapes": "scalars"}
    column, row, number = np.ones((2, 1)), np.ones((1, 3)), np.ones(())
    batch = elements(first=column, second=number, **ways)
    assert [x.shape for x in batch.arrays.values()] == [(2, 1), ()]
    message = r"^shapes must be equal, got first \(2, 1\), second \(1, 3\)$"
    with pytest.raises(ValueError, match=message):
        elements(first=column, second=row, third=number, **ways)
