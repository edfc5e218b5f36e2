"""The multi-margin loss, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan
SCORES = [[2.0, 1.5, 0.0], [0.5, 0.0, 1.0]]
LABELS = [0, 2]


def loss_of(xp, **options):
    x, t = xp.asarray(SCORES, dtype=xp.float64), xp.asarray(LABELS)
    return fl.multi_margin_loss(x, t, **options)


# The hinges of the wrong classes:
#   first row   1 - 2 + 1.5 = 0.5   1 - 2 + 0 = -1
#   second row  1 - 1 + 0.5 = 0.5   1 - 1 + 0 =  0
@pytest.mark.parametrize(("p", "each"), [(1, 0.5), (2, 0.25)])
def test_values(any_xp, p, each):
    got = loss_of(any_xp, p=p, reduction="none")
    assert_close(got, [each / 3, each / 3])
    assert_close(loss_of(any_xp, p=p, reduction="sum"), 2 * each / 3)
    assert_close(loss_of(any_xp, p=p), each / 3)


def test_a_larger_margin(xp):
    # 2.5 - 2 + 1.5, 2.5 - 2 + 0; 2.5 - 1 + 0.5, 2.5 - 1 + 0
    got = loss_of(xp, margin=2.5, reduction="none")
    assert_close(got, [(2 + 0.5) / 3, (2 + 1.5) / 3])
    got = loss_of(xp, margin=2.5, p=2, reduction="none")
    assert_close(got, [(4 + 0.25) / 3, (4 + 2.25) / 3])


def test_a_row_has_the_weight_of_its_label_and_the_mean_counts_rows(xp):
    weight = xp.asarray([2.0, 8.0, 4.0], dtype=xp.float64)
    got = loss_of(xp, weight=weight, reduction="none")
    assert_close(got, [2 * 0.5 / 3, 4 * 0.5 / 3])
    assert_close(loss_of(xp, weight=weight), (2 + 4) * 0.5 / 3 / 2)


def test_a_nan_score_of_a_wrong_class_costs_nothing(xp):
    x = xp.asarray([[2.0, 1.5, NAN]], dtype=xp.float64)
    assert_close(fl.multi_margin_loss(x, xp.asarray([0])), 0.5 / 3)


@pytest.mark.parametrize(("p", "rise"), [(1, 1), (2, 2 * 0.5)])
def test_gradient_is_zero_at_the_margin(derivative, p, rise):
    def loss(x):
        t = fl.array_namespace(x).asarray(LABELS)
        return fl.multi_margin_loss(x, t, p=p, reduction="sum")

    # In the second row the class 1 keeps its distance exactly.
    expected = np.asarray([[-rise, rise, 0], [rise, 0, -rise]]) / 3
    assert_close(derivative(loss, SCORES), expected)


def test_gradient_in_the_margin_counts_the_active_classes(derivative):
    def loss(margin):
        xp = fl.array_namespace(margin)
        x = xp.asarray(SCORES, dtype=margin.dtype)
        return fl.multi_margin_loss(
            x, xp.asarray(LABELS), margin=margin, reduction="sum"
        )

    assert_close(derivative(loss, np.asarray(1.0)), (1 + 1) / 3)
    assert_close(derivative(loss, np.asarray(2.5)), (2 + 2) / 3)


def test_masked_rows_do_not_count(xp):
    x = xp.asarray([[2.0, 1.5, 0.0], [NAN, NAN, NAN]], dtype=xp.float64)
    where = xp.asarray([True, False])
    got = fl.multi_margin_loss(x, xp.asarray(LABELS), where=where)
    assert_close(got, 0.5 / 3)
