"""SupCon loss, worked by hand."""

import math

import numpy as np

import funloss as fl
from tests.assertions import assert_close

SUPCON = fl.supcon_loss


def square(xp):
    """Return rows along (1, 0), (1, 0), (0, 1) and (0, -1), of any length."""
    rows = [[2.0, 0.0], [0.5, 0.0], [0.0, 3.0], [0.0, -1.0]]
    return xp.asarray(rows, dtype=xp.float64)


def test_each_positive_against_all_others(any_xp):
    x, t = square(any_xp), any_xp.asarray([0, 0, 1, 1])
    # Cosines of a label: 1 and -1; all others are 0, two of them a row.
    near, far = math.log1p(2 * math.exp(-2)), math.log1p(2 * math.exp(2))
    got = SUPCON(x, t, temperature=0.5, reduction="none")
    assert_close(got, [near, near, far, far])
    assert_close(SUPCON(x, t, temperature=0.5), (near + far) / 2)


def test_positives_compete_and_rows_without_any_do_not_count(xp):
    x, t = square(xp), xp.asarray([0, 0, 0, 1])
    # Rows 0 and 1: cosines 1 and 0 to their own, 0 to the other. Row 2: 0, 0 and -1.
    each = math.log(math.e + 2) - 1 / 2
    last = math.log(2 + math.exp(-1))
    got = SUPCON(x, t, temperature=1.0, reduction="none")
    assert_close(got, [each, each, last, 0])
    assert_close(SUPCON(x, t, temperature=1.0), (2 * each + last) / 3)


def test_one_label_alone_has_a_loss(xp):
    x, t = square(xp)[:3, ...], xp.asarray([5, 5, 5])
    # Cosines 1 and 0 of the first two, 0 and 0 of the third.
    each = math.log(math.e + 1) - 1 / 2
    got = SUPCON(x, t, temperature=1.0, reduction="none")
    assert_close(got, [each, each, math.log(2)])
    # Two rows: nothing to tell apart, whatever their cosine.
    assert_close(SUPCON(x[1:, ...], t[1:]), 0)


def test_a_loss_near_0_keeps_its_digits():
    x = np.asarray([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]], np.float32)
    # log(1 + exp(-40)) of both; the probability itself rounds to 1.
    got = SUPCON(x, np.asarray([0, 0, 1]), temperature=0.05)
    assert_close(got, math.exp(-40), rtol=1e-5)


def test_gradient_by_hand(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        # (1, 0) with (1, x) of its label, and (0, 1) of another.
        ones, nothing = xp.ones_like(x), xp.zeros_like(x)
        rows = [xp.concat([ones, ones, nothing]), xp.concat([nothing, x, ones])]
        rows, labels = xp.stack(rows, axis=1), xp.asarray([0, 0, 1])
        return SUPCON(rows, labels, temperature=1.0, reduction="none")[:2]

    # Angles of pi / 4 to both. Row 0: scores cos(a) and 0; row 1: cos(a) and sin(a),
    # with the derivative 1 / 2 of the angle a in x.
    size = math.sin(math.pi / 4)
    first = -size * -1 / (1 + math.exp(size))
    assert_close(derivative(function, [1.0]), [(first + size) / 2])
