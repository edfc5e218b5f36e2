"""Cross-entropy along several class axes, worked by hand."""

import math
import re

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOG2 = math.log(2)
# Two rows along axis 1, of two times two classes: the probabilities are 1/4 each in the
# first, and 1/2, 1/4, 1/8 and 1/8 in the second.
SCORES = [[[0.0, 0.0], [3 * LOG2, 2 * LOG2]], [[0.0, 0.0], [LOG2, LOG2]]]
# The first class; half of the first and half of the last.
TARGET = [[[1.0, 0.0], [0.5, 0.0]], [[0.0, 0.0], [0.0, 0.5]]]
LOSSES = [2 * LOG2, 2 * LOG2]
WEIGHT = [[1.0, 3.0], [5.0, 7.0]]
TURNED = [[1.0, 5.0], [3.0, 7.0]]


def arrays(xp, *nested):
    """Return nested lists as arrays."""
    return [xp.asarray(x, dtype=xp.float64) for x in nested]


@pytest.mark.parametrize("axis", [(0, 2), (-1, 0)])
def test_a_class_is_a_place_along_all_class_axes(any_xp, axis):
    x, q = arrays(any_xp, SCORES, TARGET)
    assert_close(fl.cross_entropy(x, q, axis=axis, reduction="none"), LOSSES)
    assert_close(fl.cross_entropy(x, q, axis=axis), 2 * LOG2)
    keep = any_xp.asarray([True, False])
    kept = fl.cross_entropy(x, q, axis=axis, where=keep, reduction="none")
    assert_close(kept, [2 * LOG2, 0])


def test_weights_have_the_sizes_of_the_axes_in_their_order(xp):
    x, q, weight, turned = arrays(xp, SCORES, TARGET, WEIGHT, TURNED)
    # Weights 1 and 7 of the classes that have the second row's mass.
    expected = [2 * LOG2, (LOG2 + 7 * 3 * LOG2) / 2]
    (second,) = arrays(xp, [[[0.0, 1.0], [0, 1]], [[0, 0], [0, 0]]])
    for own, axis in ((weight, (0, 2)), (turned, (2, 0))):
        got = fl.cross_entropy(x, q, own, axis=axis, reduction="none")
        assert_close(got, expected)
        got = fl.cross_entropy(x, second, own, axis=axis, reduction="none")
        assert_close(got, [3 * 2 * LOG2] * 2)


def test_all_axes_make_one_row(xp):
    x, q = arrays(xp, [[0.0, 0.0], [0.0, 0.0]], [[0.5, 0.0], [0.25, 0.25]])
    got = fl.cross_entropy(x, q, axis=(0, 1), reduction="none")
    assert_close(got, 2 * LOG2)
    assert got.shape == ()


def test_parts_are_of_the_same_rows(xp):
    x, q = arrays(xp, SCORES, TARGET)
    options = {"z_loss": 0.5, "has_aux": True, "reduction": "none"}
    loss, parts = fl.cross_entropy(x, q, axis=(0, 2), **options)
    lse = [2 * LOG2, 4 * LOG2]
    assert_close(parts.logsumexp, lse)
    squares = [0.5 * z * z for z in lse]
    assert_close(loss, [a + b for a, b in zip(LOSSES, squares, strict=True)])
    # The first of equal classes is the label; in the second row it is also the best.
    assert_close(parts.correct, [1, 1])


def test_gradient_is_softmax_minus_target(derivative):
    def loss(x):
        (q,) = arrays(fl.array_namespace(x), TARGET)
        return fl.cross_entropy(x, q, axis=(0, 2), reduction="sum")

    expected = [[[-0.75, 0.25], [0, 0.25]], [[0.25, 0.25], [0.125, -0.375]]]
    assert_close(derivative(loss, SCORES), expected, atol=1e-15)


FAULTS = {
    "repeated": ({"axis": (0, -3)}, "axis must be an integer or a tuple of different"),
    "none": ({"axis": ()}, "axis must be an integer or a tuple of different ones"),
    "too far": ({"axis": (0, 3)}, "axis must be an integer in -3..2, got 3"),
    "weight": ({"weight": np.ones((4,))}, "weight must have shape (2, 2), got (4,)"),
    "no class": (
        {"input": np.zeros((0, 2, 2)), "target": np.zeros((0, 2, 2))},
        "input must have at least one class, got (0, 2, 2) with axis (0, 2)",
    ),
    "labels": (
        {"target": np.asarray([0, 3])},
        "axis must be an integer with labels, got (0, 2): reshape these axes of input",
    ),
}


@pytest.mark.parametrize(("changed", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_are_named(changed, message):
    call = {"input": np.asarray(SCORES), "target": np.asarray(TARGET), "axis": (0, 2)}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        fl.cross_entropy(**call | changed)


def test_labels_of_two_axes_count_the_places_of_one():
    row, column = np.asarray([0, 1]), np.asarray([0, 1])
    labels = np.ravel_multi_index((row, column), (2, 2))
    x = np.moveaxis(np.asarray(SCORES), 1, 0).reshape(2, 4)
    got = fl.cross_entropy(x, labels, reduction="none")
    assert_close(got, [2 * LOG2, 3 * LOG2])
