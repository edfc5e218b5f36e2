"""The generalised Dice loss, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
GENERAL = fl.generalized_dice_loss


def test_rare_classes_weigh_as_much_as_common_ones(any_xp):
    p = any_xp.asarray([[[1.0, 0.5, 1.0, 1.0], [0.0, 0.5, 0.0, 0.0]]])
    t = any_xp.asarray([[0, 1, 0, 0]])
    # I = 3, P + T = 6.5 weighing 1/9; I = 0.5, P + T = 1.5 weighing 1.
    exact = 1 - 2 * (3 / 9 + 0.5) / (6.5 / 9 + 1.5)
    assert_close(GENERAL(p, t), exact, rtol=1e-6)


def test_an_absent_class_has_no_part_in_generalised_dice(xp):
    p = xp.asarray([[[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]], dtype=xp.float64)
    assert_close(GENERAL(p, xp.asarray([[0, 0]])), 0)
    wrong = xp.asarray([[[0.5, 0.5], [0.25, 0.0], [0.25, 0.5]]], dtype=xp.float64)
    assert_close(GENERAL(wrong, xp.asarray([[0, 0]])), 1 / 3)
    assert_close(GENERAL(wrong, xp.zeros((1, 3, 2), dtype=xp.float64)), 0)


def test_weights_of_generalised_dice_are_constant_in_the_target(derivative):
    def loss(t):
        xp = fl.array_namespace(t)
        p = xp.asarray([[[1.0, 0.5], [0.0, 0.5]]], dtype=t.dtype)
        return GENERAL(p, xp.reshape(t, (1, 2, 2)))

    # 1 - 2 * 1.5 / 4, where both weights are 1: the gradient is 3 / 16 - p / 2.
    wanted = [3 / 16 - p / 2 for p in (1, 0.5, 0, 0.5)]
    assert_close(derivative(loss, [1.0, 0.0, 0.0, 1.0]), wanted)


def test_masked_pixels_are_in_no_region(xp):
    p = xp.asarray([[[1.0, NAN, 0.0]]], dtype=xp.float64)
    t = xp.asarray([[[1.0, INF, 1.0]]], dtype=xp.float64)
    where = xp.asarray([True, False, True])
    assert_close(GENERAL(p, t, where=where), 1 / 3)


def test_smooth_is_added_to_both_sides(any_xp):
    p = any_xp.asarray([[[1.0, 0.5, 1.0, 1.0], [0.0, 0.5, 0.0, 0.0]]])
    t = any_xp.asarray([[0, 1, 0, 0]])
    exact = 1 - (2 * (3 / 9 + 0.5) + 2) / (6.5 / 9 + 1.5 + 2)
    assert_close(GENERAL(p, t, smooth=2.0), exact, rtol=1e-6)
    # Of one class of four pixels it is 16 pixels on both sides, at any scale of w.
    p, t = any_xp.asarray([[[0.5] * 4]]), any_xp.asarray([[[1.0] * 4]])
    exact = 1 - (4 + 16) / (2 + 4 + 16)
    assert_close(GENERAL(p, t, smooth=1.0), exact, rtol=1e-6)


@pytest.mark.parametrize("smooth", [0.0, 1e-5, 1.0])
def test_regions_that_are_empty(derivative, smooth):
    def loss(p):
        xp = fl.array_namespace(p)
        t = xp.asarray([[[0.0, 0.0]], [[1.0, 1.0]], [[0.0, 0.0]]], dtype=p.dtype)
        return GENERAL(p, t, smooth=smooth, reduction="sum")

    # No target: 0. A target of two pixels that is missed whole, where smooth counts as
    # 4 * smooth of 2 + 4 * smooth pixels: the next pixel adds 2 to the one side, and 1
    # to the other.
    p = [[[0.0, 0.0]], [[0.0, 0.0]], [[0.5, 0.0]]]
    assert_close(loss(np.asarray(p)), 2 / (2 + 4 * smooth))
    rate = -2 / (2 + 4 * smooth) + 4 * smooth / (2 + 4 * smooth) ** 2
    assert_close(derivative(loss, p), [[[0.0, 0.0]], [[rate] * 2], [[0.0, 0.0]]])


def test_a_volume_whose_square_vanishes(xp):
    p = xp.asarray([[[0.5, 0.25]]], dtype=xp.float32)
    t = xp.asarray([[[1e-30, 0.0]]], dtype=xp.float32)
    assert_close(GENERAL(p, t, smooth=1.0), 1.0, rtol=1e-6)
