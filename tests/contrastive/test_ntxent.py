"""NT-Xent loss, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

NTXENT = fl.ntxent_loss


def square(xp):
    """Return rows along (1, 0), (1, 0), (0, 1) and (0, -1), of any length."""
    rows = [[2.0, 0.0], [0.5, 0.0], [0.0, 3.0], [0.0, -1.0]]
    return xp.asarray(rows, dtype=xp.float64)


def test_each_positive_against_all_negatives(any_xp):
    x, t = square(any_xp), any_xp.asarray([0, 0, 1, 1])
    # Cosines of a label: 1 and -1; all others are 0, two of them a row.
    near, far = math.log1p(2 * math.exp(-2)), math.log1p(2 * math.exp(2))
    got = NTXENT(x, t, temperature=0.5, reduction="none")
    assert_close(got, [near, near, far, far])
    assert_close(NTXENT(x, t, temperature=0.5), (near + far) / 2)


def test_the_mean_is_over_pairs_not_rows(xp):
    x, t = square(xp), xp.asarray([0, 0, 0, 1])
    # Rows 0 and 1: cosines 1 and 0 to their own, 0 to the other; row 2: 0, 0 and -1.
    each = math.log1p(math.exp(-1)) + math.log(2)
    last = 2 * math.log1p(math.exp(-1))
    got = NTXENT(x, t, temperature=1.0, reduction="none")
    assert_close(got, [each, each, last, 0])
    assert_close(NTXENT(x, t, temperature=1.0), (2 * each + last) / 6)


def test_decoupled_leaves_the_positive_out_of_the_denominator(xp):
    # Cosines 0.6 with the positive and 0 with the negative, at temperature 1.
    x = xp.asarray([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], dtype=xp.float64)
    labels = xp.asarray([0, 0, 1])
    got = fl.ntxent_loss(x, labels, temperature=1.0, decoupled=True, reduction="none")
    assert_close(got, [0 - 0.6, 0.8 - 0.6, 0])
