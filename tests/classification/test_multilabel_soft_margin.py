"""The multi-label soft margin loss, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2, LOG3 = math.log(2), math.log(3)
SCORES, TARGET = [[LOG3, 0.0], [LOG3, -LOG3]], [[1.0, 0.0], [0.0, 0.5]]


def loss_of(xp, **options):
    x, t = (xp.asarray(x, dtype=xp.float64) for x in (SCORES, TARGET))
    return fl.multilabel_soft_margin_loss(x, t, **options)


# t * log(1 + exp(-x)) + (1 - t) * log(1 + exp(x)):
#   log(4/3)  log(2)
#   log(4)    log(4/3) / 2 + log(4) / 2
ROWS = (
    (math.log(4 / 3) + LOG2) / 2,
    (math.log(4) + math.log(4 / 3) / 2 + math.log(4) / 2) / 2,
)


def test_values(any_xp):
    assert_close(loss_of(any_xp, reduction="none"), ROWS)
    assert_close(loss_of(any_xp, reduction="sum"), sum(ROWS))
    assert_close(loss_of(any_xp), sum(ROWS) / 2)


def test_a_row_divides_by_the_number_of_classes_whatever_their_weights(xp):
    weight = xp.asarray([2.0, 4.0], dtype=xp.float64)
    got = loss_of(xp, weight=weight, reduction="none")
    second = (2 * math.log(4) + 4 * math.log(16 / 3) / 2) / 2
    assert_close(got, [(2 * math.log(4 / 3) + 4 * LOG2) / 2, second])


def test_classes_along_the_first_axis(xp):
    # The columns are the rows: log(4/3), log(4); log(2), log(16/3) / 2.
    got = loss_of(xp, axis=0, reduction="none")
    columns = [math.log(16 / 3) / 2, (LOG2 + math.log(16 / 3) / 2) / 2]
    assert_close(got, columns)


def test_infinite_scores_cost_nothing_or_infinity(xp):
    x = xp.asarray([[INF, -INF], [INF, -INF]], dtype=xp.float64)
    t = xp.asarray([[1.0, 0.0], [1.0, 1.0]], dtype=xp.float64)
    got = fl.multilabel_soft_margin_loss(x, t, reduction="none")
    assert_close(got, [0, INF])


def test_gradient_is_the_probability_minus_the_target(derivative):
    def loss(x):
        xp = fl.array_namespace(x)
        t = xp.asarray([[1.0, 0.0], [0.0, 0.5], [1.0, 0.0]], dtype=x.dtype)
        weight = xp.asarray([2.0, 4.0], dtype=x.dtype)
        return fl.multilabel_soft_margin_loss(x, t, weight, reduction="sum")

    # w * (p - t) / 2 with p = 3/4, 1/2; 3/4, 1/4; and 1, 0 at infinity.
    expected = [
        [2 * (3 / 4 - 1) / 2, 4 * (1 / 2) / 2],
        [2 * (3 / 4) / 2, 4 * (1 / 4 - 1 / 2) / 2],
        [0, 0],
    ]
    assert_close(derivative(loss, [*SCORES, [INF, -INF]]), expected)


def test_gradient_in_the_target_is_minus_the_score(derivative):
    def loss(t):
        x = fl.array_namespace(t).asarray(SCORES, dtype=t.dtype)
        return fl.multilabel_soft_margin_loss(x, t, reduction="sum")

    assert_close(derivative(loss, TARGET), [[-LOG3 / 2, 0], [-LOG3 / 2, LOG3 / 2]])


def test_masked_rows_do_not_count(xp):
    x = xp.asarray([[NAN, NAN], SCORES[1]], dtype=xp.float64)
    t = xp.asarray(TARGET, dtype=xp.float64)
    where = xp.asarray([False, True])
    assert_close(fl.multilabel_soft_margin_loss(x, t, where=where), ROWS[1])
