"""Class axes and integer labels."""

import math
import re

import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from funloss._core import labels
from tests.assertions import assert_close

NUMPY, JAX = fl.array_namespace(np.zeros(1)), fl.array_namespace(jnp.zeros(1))

ONE_HOT = ": one-hot targets are not taken, labels have no class axis"
SHAPE = "target must have shape (2,), that of input (2, 3)"


@pytest.mark.parametrize(
    ("shape", "axis", "place"),
    [((5,), 1, 0), ((5,), -1, 0), ((2, 5), 1, 1), ((2, 5), -1, 1), ((2, 5, 3), 0, 0)],
)
def test_class_axis_is_counted_from_the_front(shape, axis, place):
    assert labels.class_axis(np.zeros(shape), axis) == place


@pytest.mark.parametrize(
    ("shape", "axis", "message"),
    [
        ((), 1, "input must have a class axis, got shape ()"),
        ((2, 0), 1, "input must have at least one class, got (2, 0) with axis 1"),
        ((2, 3), 2, "axis must be an integer in -2..1, got 2"),
        ((3,), 2, "axis must be an integer in -1..0, got 2"),
    ],
)
def test_an_input_without_classes_is_refused(shape, axis, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        labels.class_axis(np.zeros(shape), axis)


def test_rows_lack_the_class_axis():
    assert labels.batch_shape((2, 3, 4), 1) == (2, 4)
    assert labels.batch_shape((3,), 0) == ()


def test_class_weights_lie_along_the_class_axis(xp):
    weight = xp.asarray([1.0, 2.0, 3.0])
    space = fl.array_namespace(weight)
    assert labels.expand_along(space, weight, 1, 3).shape == (1, 3, 1)
    places = xp.asarray([[2, 0], [1, 1]])
    assert_close(labels.label_weights(space, weight, places, None), [[3, 1], [2, 2]])
    keep = xp.asarray([[True, False], [True, True]])
    weight = xp.asarray([math.nan, 2.0, 3.0])
    assert_close(labels.label_weights(space, weight, places, keep), [[3, 1], [2, 2]])
    assert labels.label_weights(space, None, places, keep) is None


def test_class_weights_of_another_number_are_refused():
    labels.check_class_weight(None, 3)
    labels.check_class_weight(np.ones(3), 3)
    message = re.escape("weight must have shape (3,), got (2,)")
    with pytest.raises(ValueError, match=message):
        labels.check_class_weight(np.ones(2), 3)


def test_labels_have_the_shape_of_the_rows():
    x = np.zeros((2, 5, 3))
    assert labels.match_rows(NUMPY, x, np.zeros((2, 3), int), 1).shape == (2, 3)
    assert labels.match_rows(NUMPY, np.zeros(5), np.zeros(1, int), 0).shape == ()


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ([0, 1], TypeError, "target must be an integer array, got list"),
        (
            np.zeros((2, 1), int),
            ValueError,
            f"{SHAPE} without axis 1, got (2, 1)",
        ),
        (
            np.zeros((2, 3), int),
            ValueError,
            f"{SHAPE} without axis 1, got (2, 3){ONE_HOT}",
        ),
    ],
    ids=["list", "column", "one-hot"],
)
def test_labels_of_another_shape_are_refused(target, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        labels.match_rows(NUMPY, np.zeros((2, 3)), target, 1)


def test_labels_that_count(xp):
    like, target = xp.zeros((4, 3)), xp.asarray([2, -100, 0, 1])
    space = fl.array_namespace(like)
    safe, keep, bad = labels.class_labels(
        space,
        like,
        target,
        3,
        ignore_index=-100,
        where=xp.asarray([True, True, False, True]),
    )
    assert_close(safe, [2, 0, 0, 1])
    assert_close(keep, [True, False, False, True])
    assert bad is None or not space.any(bad)


def test_without_mask_and_ignored_label_every_label_counts(xp):
    like, target = xp.zeros((2, 3)), xp.asarray([2, 0])
    _, keep, _ = labels.class_labels(fl.array_namespace(like), like, target, 3)
    assert keep is None


@pytest.mark.parametrize("label", [3, -1, -100, 2**40])
@pytest.mark.parametrize("library", [np, torch], ids=["numpy", "torch"])
def test_a_label_out_of_range_is_named(library, label):
    like, target = library.zeros((2, 3)), library.asarray([0, label])
    space = fl.array_namespace(like)
    message = f"target must be in 0..2, got {label} at (1,)"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        labels.class_labels(space, like, target, 3)


def test_a_label_out_of_range_that_does_not_count_passes():
    like, target = np.zeros((3, 3)), np.asarray([7, 255, 0])
    where = np.asarray([False, True, True])
    safe, keep, bad = labels.class_labels(
        NUMPY, like, target, 3, ignore_index=255, where=where
    )
    assert_close(safe, [0, 0, 0])
    assert_close(keep, [False, False, True])
    assert bad is None


def test_on_jax_a_label_out_of_range_is_marked():
    like, target = jnp.zeros((4, 3)), jnp.asarray([0, 3, -1, -100])
    safe, keep, bad = labels.class_labels(JAX, like, target, 3, ignore_index=-100)
    assert_close(safe, [0, 0, 0, 0])
    assert_close(keep, [True, True, True, False])
    assert_close(bad, [False, True, True, False])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64"])
def test_labels_of_any_width_count_beyond_their_own_range(xp, dtype):
    like, target = xp.zeros((2, 300)), xp.asarray([0, 127], dtype=getattr(xp, dtype))
    safe, _, _ = labels.class_labels(
        fl.array_namespace(like), like, target, 300, ignore_index=-100
    )
    assert_close(safe, [0, 127])


def test_labels_that_are_no_integers_are_refused(xp):
    like = xp.zeros((1, 3), dtype=xp.float64)
    space = fl.array_namespace(like)
    for target, kind in [
        (xp.zeros(1, dtype=xp.float64), "float64"),
        (like == 0, "bool"),
    ]:
        message = f"target must be integer, got {kind}: astype(int) makes labels of"
        with pytest.raises(TypeError, match=f"^{re.escape(message)} whole numbers$"):
            labels.class_labels(space, like, target, 3)


def test_labels_of_another_library_are_refused():
    with pytest.raises(TypeError, match="got input numpy, target torch"):
        labels.class_labels(NUMPY, np.zeros((1, 3)), torch.zeros(1).int(), 3)
