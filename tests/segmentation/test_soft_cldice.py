"""The soft clDice loss, worked by hand and by loops."""

import itertools

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close


def loss(input, target, *, axis=None, **options):
    return fl.soft_cldice_loss(input, target, axis=axis, **options)


# A bar of three rows: its skeleton is the middle row without the ends, after one
# erosion, and the erosion of that is empty.
BAR = np.zeros((1, 5, 7))
BAR[0, 1:4, 1:6] = 1.0
LINE = np.zeros((1, 5, 7))
LINE[0, 2, 2:5] = 1.0


def test_a_line_is_its_own_skeleton_and_that_of_a_bar(any_xp):
    bar, line = (any_xp.asarray(x, dtype=any_xp.float64) for x in (BAR, LINE))
    assert_close(loss(line, line), 0)
    assert_close(loss(bar, bar), 0)
    # Each centre line is in the other region.
    assert_close(loss(bar, line), 0)
    # Without an erosion, a bar has no centre line: what is left is smooth.
    assert_close(loss(bar, line, iterations=0, smooth=0.5), 0)


def test_a_gap_and_a_spur(any_xp):
    broken, spur = LINE.copy(), LINE.copy()
    broken[0, 2, 3], spur[0, 2, 5] = 0.0, 1.0
    line = any_xp.asarray(LINE, dtype=any_xp.float64)
    gap, extra = (any_xp.asarray(x, dtype=any_xp.float64) for x in (broken, spur))
    # Of the true line 2 of 3 pixels are met, all of the other is right.
    recall = (2 + 1) / (3 + 1)
    assert_close(loss(gap, line), 1 - 2 * recall / (1 + recall))
    # Of the predicted line 3 of 4 pixels are right.
    precision = (3 + 0.5) / (4 + 0.5)
    assert_close(loss(extra, line, smooth=0.5), 1 - 2 * precision / (1 + precision))


def test_gradients_of_three_pixels(derivative):
    def found(p):
        t = fl.array_namespace(p).asarray([[0.0, 1.0, 0.0]], dtype=p.dtype)
        return loss(p, t, smooth=0.0, iterations=0)

    # The erosion of (1/4, 3/4, 1/2) is (1/4, 1/4, 1/2), the opening (1/4, 1/2, 1/2):
    # of the skeleton is left b - c in the middle, which is right, so that the loss is
    # 1 - 2 * b / (1 + b).
    p = [[0.25, 0.75, 0.5]]
    assert_close(found(np.asarray(p)), 1 - 1.5 / 1.75)
    assert_close(derivative(found, p), [[0, -2 / 1.75**2, 0]])


def test_ties_share_the_gradient(derivative):
    def found(p):
        t = fl.array_namespace(p).asarray([[1.0, 0.0]], dtype=p.dtype)
        return loss(p, t, smooth=1.0, iterations=1)

    # Flat regions are their own openings: only what is met of the true line changes.
    # That is one pixel: R = (p + 1) / 2, and P = 1.
    assert_close(derivative(found, [[0.5, 0.5]]), [[-(4 / 3.5**2), 0]])


@pytest.mark.parametrize("smooth", [0.0, 1.0])
def test_empty_regions_are_finite(derivative, smooth):
    def found(p):
        target = np.stack([np.zeros((5, 7)), LINE[0], np.zeros((5, 7))])
        t = fl.array_namespace(p).asarray(target, dtype=p.dtype)
        return loss(p, t, smooth=smooth, reduction="sum")

    p = np.stack([np.zeros((5, 7)), np.zeros((5, 7)), LINE[0]])
    # Nothing beside nothing; a line that is missed; one that is not there.
    share = smooth / (3 + smooth)
    assert_close(found(p), 2 * (1 - 2 * share / (1 + share)))
    assert np.all(np.isfinite(np.asarray(derivative(found, p), float)))


def test_masked_pixels_are_in_no_region(xp):
    p, where = BAR.copy(), np.ones((1, 5, 7), bool)
    p[0, 0, 0], where[0, 0, 0] = np.nan, False
    p, t = (xp.asarray(x, dtype=xp.float64) for x in (p, LINE))
    assert_close(loss(p, t, where=xp.asarray(where)), 0)


@pytest.mark.parametrize("shape", [(9,), (5, 6), (1, 6), (4, 3, 5)])
@pytest.mark.parametrize("iterations", [0, 1, 3])
def test_signals_images_and_volumes_by_loops(xp, shape, iterations):
    rng = np.random.default_rng(0)
    p, t = np.round(4 * rng.random((2, 2, 1, *shape))) / 4
    arrays = (xp.asarray(x, dtype=xp.float64) for x in (p, t))
    found = loss(*arrays, axis=1, iterations=iterations, reduction="none")
    each = [by_loops(p[k, 0], t[k, 0], iterations) for k in range(2)]
    assert_close(found, np.asarray(each)[:, None])


def by_loops(p, t, iterations):
    first, second = skeleton(p, iterations), skeleton(t, iterations)
    precision = ((first * t).sum() + 1) / (first.sum() + 1)
    recall = ((second * p).sum() + 1) / (second.sum() + 1)
    return 1 - 2 * precision * recall / (precision + recall)


def skeleton(x, iterations):
    left = 1 - x * 0
    for _ in range(iterations + 1):
        eroded = around(x, np.min, reach=1)
        opened = around(eroded, np.max, reach=x.ndim)
        left = left * (1 - np.maximum(x - opened, 0))
        x = eroded
    return 1 - left


def around(x, choose, reach):
    """Return what is chosen of pixels beside one along at most `reach` axes."""
    out = np.empty_like(x)
    steps = itertools.product((-1, 0, 1), repeat=x.ndim)
    steps = [step for step in steps if np.abs(step).sum() <= reach]
    for place in np.ndindex(x.shape):
        near = np.add(place, steps)
        inside = near[np.all((near >= 0) & (near < x.shape), axis=1)]
        out[place] = choose(x[tuple(inside.T)])
    return out
