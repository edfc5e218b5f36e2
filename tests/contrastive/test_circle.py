"""Circle loss, worked by hand."""

import math

import numpy as np

import funloss as fl
from tests.assertions import assert_close

CIRCLE = fl.circle_loss


def square(xp):
    """Return rows along (1, 0), (1, 0), (0, 1) and (0, -1), of any length."""
    rows = [[2.0, 0.0], [0.5, 0.0], [0.0, 3.0], [0.0, -1.0]]
    return xp.asarray(rows, dtype=xp.float64)


def test_values(any_xp):
    x, t = square(any_xp), any_xp.asarray([0, 0, 1, 1])
    # margin 1/2, gamma 2. Rows 0 and 1: v = 0 to their own, so z = 2 * 1/2 * -1/2; to
    # the two others v = 0 likewise. Rows 2 and 3: v = 2, z = 2 * 5/2 * 3/2.
    near = math.log1p(math.exp(-0.5) * 2 * math.exp(-0.5))
    far = math.log1p(math.exp(7.5) * 2 * math.exp(-0.5))
    got = CIRCLE(x, t, margin=0.5, gamma=2.0, reduction="none")
    assert_close(got, [near, near, far, far])
    # A row without a pair of its label does not count.
    got = CIRCLE(x[:3, ...], t[:3], margin=0.5, gamma=2.0)
    assert_close(got, math.log1p(math.exp(-1)))


def test_weights_are_constant_unless_asked(derivative):
    def function(x, *, constant):
        xp = fl.array_namespace(x)
        # (1, 0) and (x, 1) of one label, and (0, -1) of another.
        ones, nothing = xp.ones_like(x), xp.zeros_like(x)
        columns = [xp.concat([ones, x, nothing]), xp.concat([nothing, ones, -ones])]
        rows, labels = xp.stack(columns, axis=1), xp.asarray([0, 0, 1])
        return CIRCLE(rows, labels, gamma=1.0, constant_weights=constant)

    fixed = derivative(lambda x: function(x, constant=True), [0.5])
    free = derivative(lambda x: function(x, constant=False), [0.5])
    assert abs(float(free[0]) - float(fixed[0])) > 1e-3
    step = 1e-6
    points = (np.asarray([0.5 + s * step]) for s in (1, -1))
    sides = [float(function(x, constant=True)) for x in points]
    assert_close(free, [(sides[0] - sides[1]) / (2 * step)], rtol=1e-6)
