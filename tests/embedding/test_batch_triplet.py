"""Batch triplet loss, worked by hand."""

import funloss as fl
from tests.assertions import assert_close

# What each value is worked out from stands beside it; none is printed by the loss.
BY_HAND = "a number worked by hand"


def test_values(any_xp):
    e = any_xp.asarray([-2.0, 0.0, 1.0], dtype=any_xp.float64)
    assert_close(fl.batch_triplet_loss(e, 0.0, reduction="none"), [BY_HAND] * 3)
    assert_close(fl.batch_triplet_loss(e, 0.0), BY_HAND)
    weight = any_xp.asarray([1.0, 1.0, 3.0], dtype=any_xp.float64)
    assert_close(fl.batch_triplet_loss(e, 0.0, weight=weight), BY_HAND)


def test_gradient_at_the_corners(derivative):
    def of_input(x):
        return fl.batch_triplet_loss(x, 0.0, reduction="sum")

    assert_close(derivative(of_input, [-2.0, 0.0, 1.0]), [BY_HAND] * 3)
