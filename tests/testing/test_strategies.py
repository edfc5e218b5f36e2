"""What the strategies draw is what they promise, and what breaks losses is drawn."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from funloss.testing import strategies as fs

DTYPES = ("float64", "float32", "bfloat16", "float16")
brief = settings(deadline=None, derandomize=True, max_examples=40, database=None)


def drawn(strategy, wanted):
    return find(strategy, wanted, settings=settings(brief, max_examples=2000))


@brief
@given(fs.numbers(extremes=False), fs.numbers(extremes=False))
def test_ordinary_numbers_are_the_same_in_every_dtype(x, y):
    assert abs(x) <= 8
    for dtype in (ml_dtypes.bfloat16, np.float16):
        assert float(np.asarray(x, dtype)) == x
    assert float(np.float16(x) - np.float16(y)) == x - y


@brief
@given(st.data(), st.sampled_from(DTYPES))
def test_extremes_are_exact_in_their_dtype(data, dtype):
    array = data.draw(fs.arrays((2, 2), dtype=dtype, infinite=True))
    assert array.dtype.name == dtype
    number = data.draw(fs.numbers(dtype=dtype))
    assert float(np.asarray(number, array.dtype)) == number


@pytest.mark.parametrize("dtype", DTYPES)
def test_corners_and_extremes_are_drawn(dtype):
    corners = (0.25, -0.75)
    for corner in corners:
        drawn(fs.numbers(corners=corners, dtype=dtype), lambda x, c=corner: x == c)
    tiny = float(ml_dtypes.finfo(fs.numpy_dtype(dtype)).tiny)
    drawn(fs.numbers(dtype=dtype), lambda x: 0 < x < tiny)
    drawn(fs.numbers(dtype=dtype), lambda x: x < -9000)
    assert drawn(fs.numbers(infinite=True), lambda x: x < -1e300) == -np.inf


@brief
@given(fs.pairs(fs.shapes(empty=True), dtype="float32"))
def test_pairs_have_one_shape_and_dtype(pair):
    first, second = pair
    assert first.shape == second.shape
    assert first.dtype == second.dtype == np.float32
    assert np.all(np.isfinite(first))


def test_ties_and_empty_arrays_are_drawn():
    def some_tie(pair):
        same = pair[0] == pair[1]
        return same.any() and not same.all()

    drawn(fs.pairs((2, 2)), some_tie)
    drawn(fs.pairs(fs.shapes(empty=True)), lambda pair: pair[0].size == 0)


def test_masks_of_all_and_none_are_drawn():
    drawn(fs.masks((3, 3)), np.all)
    drawn(fs.masks((3, 3)), lambda mask: not mask.any())
    drawn(fs.masks(3), lambda mask: mask.any() and not mask.all())


@brief
@given(fs.labelled(ignore_index=-1, dtype="float16"))
def test_labels_are_of_the_classes_of_their_scores(pair):
    scores, labels = pair
    assert scores.dtype == np.float16
    assert labels.dtype == np.int64
    assert labels.shape == scores.shape[:1]
    assert np.all((labels >= -1) & (labels < scores.shape[1]))


def test_ignored_and_last_labels_are_drawn():
    drawn(fs.labels(2, 3, ignore_index=255), lambda y: y[0] == 255 and y[1] == 2)
    assert drawn(fs.labels((), 3, dtype="uint8"), lambda y: y == 2).dtype == np.uint8


@brief
@given(fs.probabilities(4, edges=False), fs.scores(2, st.integers(1, 3)))
def test_probabilities_without_edges_lie_inside(inside, scores):
    assert np.all((inside > 0) & (inside < 1))
    assert scores.shape[0] == 2


def test_probabilities_of_0_and_1_are_drawn():
    drawn(fs.probabilities(2), lambda p: p[0] == 0 and p[1] == 1)
    drawn(fs.distributions((2, 3), axis=0), lambda p: p[0, 1] == 0)


@brief
@given(fs.distributions((3, 2), axis=0), fs.distributions((3, 2), edges=False))
def test_distributions_add_up_to_1(columns, rows):
    np.testing.assert_allclose(columns.sum(axis=0), 1, rtol=1e-15)
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-15)
    assert np.all(rows > 0)
