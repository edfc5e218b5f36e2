"""Cox loss, worked by hand, against published fits and against fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close, to_numpy

INF, NAN, LOG = math.inf, math.nan, math.log


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def losses(x, time, event, **options):
    xp = fl.array_namespace(x)
    time, event = f64(xp, time), xp.asarray(event)
    return fl.cox_loss(x, time, event, **{"reduction": "none"} | options)


def test_values(any_xp):
    # At risk: all, without the last, the second and the third, the second.
    x, time = f64(any_xp, [0.0, LOG(2), LOG(3), LOG(4)]), [2.0, 4.0, 3.0, 1.0]
    seen = [True, True, True, True]
    expected = [LOG(6), 0.0, LOG(5 / 3), LOG(10 / 4)]
    assert_close(losses(x, time, seen), expected)
    seen = [True, False, False, True]
    expected = [LOG(6), 0.0, 0.0, LOG(10 / 4)]
    assert_close(losses(x, time, seen), expected)
    assert_close(losses(x, time, seen, reduction="mean"), LOG(15) / 2)
    one = [True, False, False, False]
    assert_close(losses(x, time, one, reduction="mean"), LOG(6))


def test_the_censored_of_the_same_time_are_at_risk(any_xp):
    x = f64(any_xp, [0.0, LOG(2), LOG(3)])
    for place in ([0, 1, 2], [1, 2, 0], [2, 0, 1]):
        moved = any_xp.take(x, any_xp.asarray(place), axis=0)
        seen = [k == 1 for k in place]
        expected = [LOG(3) if k == 1 else 0.0 for k in place]
        assert_close(losses(moved, [1.0, 1.0, 1.0], seen), expected)


def test_ties(any_xp):
    # Three events of 2, 1 and 3 at a time at which 4 more is at risk.
    x = f64(any_xp, [LOG(2), LOG(4), 0.0, LOG(3)])
    time, seen = [1.0, 5.0, 1.0, 1.0], [1, 0, 1, 1]
    expected = [LOG(10 / 2), 0.0, LOG(10), LOG(10 / 3)]
    assert_close(losses(x, time, seen, ties="breslow"), expected)
    expected = [LOG(10 / 2), 0.0, LOG(8), LOG(6 / 3)]
    assert_close(losses(x, time, seen), expected)


def test_gradients_by_hand(derivative):
    time, seen = [1.0, 5.0, 1.0, 2.0], [1, 0, 1, 0]

    def total(x, ties="efron"):
        return losses(x, time, seen, ties=ties, reduction="sum")

    # Sums of 10, twice or less one half of the events.
    x = [LOG(2), LOG(4), 0.0, LOG(3)]
    shares = [2 / 10 + 1 / 8.5, 4 / 10 + 4 / 8.5, 1 / 10 + 0.5 / 8.5, 3 / 10 + 3 / 8.5]
    shares[0], shares[2] = shares[0] - 1, shares[2] - 1
    assert_close(derivative(total, x), shares)
    breslow = [4 / 10 - 1, 8 / 10, 2 / 10 - 1, 6 / 10]
    assert_close(derivative(lambda x: total(x, "breslow"), x), breslow)


def without_events(x):
    return losses(x, [1.0, 2.0, 3.0], [False, False, False], reduction="mean")


def test_without_events_loss_and_gradient_are_0(any_xp):
    assert_close(without_events(f64(any_xp, [0.5, 1e4, -1.0])), 0)


def test_without_events_the_gradient_is_0(derivative):
    assert_close(derivative(without_events, [0.5, 1e4, -1.0]), [0, 0, 0])


def masked(x):
    keep = fl.array_namespace(x).asarray([True, False, True, False])
    return losses(x, [1.0, NAN, 2.0, 3.0], [1, 7, 1, 1], where=keep, reduction="mean")


def test_the_masked_are_never_at_risk(any_xp):
    x = f64(any_xp, [0.0, NAN, LOG(3), INF])
    assert_close(masked(x), LOG(4) / 2)
    keep = any_xp.zeros((4,), dtype=any_xp.bool)
    assert_close(losses(x, [1.0] * 4, [1] * 4, where=keep, reduction="mean"), NAN)


def test_the_masked_have_gradient_0(derivative):
    found = derivative(masked, [0.0, NAN, LOG(3), INF])
    assert_close(found, [-3 / 8, 0, 3 / 8, 0])


def test_infinite_and_nan_hazards(any_xp):
    time, seen = [1.0, 2.0, 3.0], [1, 1, 1]
    x = f64(any_xp, [0.0, INF, 0.0])
    assert_close(losses(x, time, seen), [INF, 0, 0])
    x = f64(any_xp, [0.0, -INF, 0.0])
    assert_close(losses(x, time, seen), [LOG(2), INF, 0])
    x = f64(any_xp, [0.0, NAN, 0.0])
    assert_close(losses(x, time, seen), [NAN, NAN, 0])
    assert_close(losses(f64(any_xp, [0.0] * 3), [1.0, NAN, 2.0], seen), [NAN] * 3)


def test_times_keep_their_own_digits(xp):
    # In float32 the first two would be one time.
    x = xp.asarray([0.0, 0.0, 0.0], dtype=xp.float32)
    time = xp.asarray([2**40 + 1, 2**40, 2**40 + 2])
    seen = xp.asarray([True, True, True])
    got = fl.cox_loss(x, time, seen, reduction="none")
    assert_close(got, [LOG(2), LOG(3), 0.0], rtol=1e-6)


# Weeks in remission: Freireich and others, 1963; a minus marks the censored.
TREATED = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23]
TREATED += [-25, -32, -32, -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


# Likelihoods at 0 and at the best coefficient, and this, as SAS (Breslow) and R (Efron)
# print them.
@pytest.mark.parametrize(
    ("ties", "null", "best", "coefficient"),
    [("breslow", 93.985, 86.380, 1.509), ("efron", 93.184, 85.008, 1.572)],
)
def test_published_fits_of_the_leukaemia_trial(ties, null, best, coefficient):
    weeks = np.asarray(TREATED + PLACEBO)
    placebo = np.repeat([0.0, 1.0], 21)

    def total(b):
        data = jnp.abs(weeks), weeks > 0
        return fl.cox_loss(b * placebo, *data, ties=ties, reduction="sum")

    assert_close(total(0.0), null, atol=6e-4)
    assert_close(total(coefficient), best, atol=6e-4)
    curvature = jax.hessian(total)(coefficient)
    assert abs(jax.grad(total)(coefficient) / curvature) < 6e-4


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_the_order_of_individuals_does_not_count(ties):
    rng = np.random.default_rng(0)
    x, time, seen = rng.standard_normal(300), rng.integers(0, 40, 300), rng.random(300)
    order = rng.permutation(300)

    def both(x, time, seen):
        x = torch.asarray(x, requires_grad=True)
        loss = fl.cox_loss(x, torch.asarray(time), torch.asarray(seen), ties=ties)
        loss.backward()
        return loss.detach(), to_numpy(x.grad)

    value, gradient = both(x, time, seen < 0.5)
    moved, moved_gradient = both(x[order], time[order], seen[order] < 0.5)
    assert_close(moved, value)
    assert_close(moved_gradient, gradient[order], rtol=1e-11, atol=1e-16)


def exact(x, time, event, ties):
    """Return the losses, and the gradient of their sum, to fifty digits."""
    x, indices = [mpmath.mpf(float(v)) for v in x], range(len(x))
    values, gradient = [mpmath.mpf(0)] * len(x), [mpmath.mpf(0)] * len(x)
    for i in filter(lambda i: event[i], indices):
        tied = [j for j in indices if event[j] and time[j] == time[i]]
        share = mpmath.mpf(tied.index(i)) / len(tied) if ties == "efron" else 0
        masses = [
            mpmath.exp(x[j]) * (1 - share * (j in tied)) * bool(time[j] >= time[i])
            for j in indices
        ]
        total = mpmath.fsum(masses)
        values[i] = mpmath.log(total) - x[i]
        for j in indices:
            gradient[j] += masses[j] / total - (i == j)
    return values, gradient


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("times", [30, 5, 1])
@pytest.mark.parametrize("spread", [1e-3, 8.0, 1e4])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fifty_digits(dtype, spread, times, ties):
    rng = np.random.default_rng(int(spread) + times)
    x = (spread * rng.standard_normal(30)).astype(dtype)
    time = rng.permutation(30) if times == 30 else rng.integers(0, times, 30)
    event = rng.random(30) < 0.7
    with mpmath.workdps(50):
        values, gradient = exact(x, time, event, ties)
        total = float(mpmath.fsum(values))
    eps = float(np.finfo(dtype).eps)

    def summed(x):
        return fl.cox_loss(x, time, event, ties=ties, reduction="sum")

    got, found = jax.value_and_grad(summed)(jnp.asarray(x))
    each = fl.cox_loss(jnp.asarray(x), time, event, ties=ties, reduction="none")
    assert_close(got, total, rtol=4 * eps)
    # Of an event alone at its time all digits are there. With ties one that dominates
    # has a loss near 0, of numbers near 1, but then another's is large.
    alone = 1e-40 if times == 30 else 4 * eps
    assert_close(each, [float(x) for x in values], rtol=4 * eps, atol=alone)
    # A gradient is 1 less the shares of an individual in the events.
    assert_close(found, [float(x) for x in gradient], rtol=8 * eps, atol=8 * eps)
