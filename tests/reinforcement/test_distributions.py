"""Losses of distributions of returns, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
TD, Q = fl.categorical_td_loss, fl.categorical_q_learning_loss
QUANTILE, QUANTILE_Q = fl.quantile_huber_loss, fl.quantile_q_learning_loss
LOG2, LOG4 = math.log(2), math.log(4)


def atoms_and_logits(xp):
    atoms = xp.asarray([0.0, 1.0, 2.0], dtype=xp.float64)
    # Probabilities of 1/4, 1/4 and 1/2.
    return atoms, xp.asarray([-LOG4, -LOG4, -LOG2], dtype=xp.float64)


@pytest.mark.parametrize(
    ("reward", "shares"),
    [
        (1.0, [0, 1, 0]),  # an atom
        (0.75, [0.25, 0.75, 0]),
        (1.25, [0, 0.75, 0.25]),
        (-3.0, [1, 0, 0]),  # beyond either end
        (9.0, [0, 0, 1]),
    ],
)
def test_a_mass_between_atoms_is_shared_by_them(any_xp, reward, shares):
    atoms, logits = atoms_and_logits(any_xp)
    sure = any_xp.asarray([0.0, -INF, -INF], dtype=any_xp.float64)
    got = TD(logits, atoms, reward, 1.0, sure)
    assert_close(got, shares[0] * LOG4 + shares[1] * LOG4 + shares[2] * LOG2)


def test_an_end_of_an_episode_leaves_the_reward(xp):
    atoms, logits = atoms_and_logits(xp)
    assert_close(TD(logits, atoms, 2.0, 0.0, logits), LOG2)


def test_other_atoms_and_a_shift(xp):
    atoms, logits = atoms_and_logits(xp)
    places = xp.asarray([4.0, 0.0], dtype=xp.float64)
    even = xp.zeros(2, dtype=xp.float64)
    # 0.5 + 4/4 = 1.5 and 0.5, each with a half: 1/4 at 0, 1/2 at 1, 1/4 at 2.
    got = TD(logits, atoms, 0.5, 0.25, even, next_atoms=places)
    assert_close(got, 0.25 * LOG4 + 0.5 * LOG4 + 0.25 * LOG2)


def test_only_the_logits_have_a_slope():
    atoms, logits = atoms_and_logits(jnp)
    arrays = logits, atoms, jnp.asarray(0.25), jnp.asarray(0.5), logits
    slopes = jax.grad(TD, (0, 1, 2, 3, 4))(*arrays)
    # Masses of 1/4, 1/4 and 1/2 at 0.25, 0.75 and 1.25: a target of 1/4, 5/8 and 1/8.
    assert_close(slopes[0], [0, 0.25 - 0.625, 0.5 - 0.125])
    for slope in slopes[1:]:
        assert not slope.any()


def test_atoms_must_increase():
    for atoms in ([0.0, 2.0, 1.0], [0.0, 1.0, 1.0], [NAN]):
        x = np.zeros(len(atoms))
        with pytest.raises(ValueError, match="atoms must be increasing"):
            TD(x, np.asarray(atoms), 0.0, 1.0, x)
    bad, x = jnp.asarray([0.0, 2.0, 1.0]), jnp.zeros(3)
    value, slope = jax.value_and_grad(TD)(x, bad, 0.0, 1.0, x)
    assert_close(value, NAN)
    assert_close(slope, [NAN] * 3)


def test_the_best_action_follows(xp):
    atoms, logits = atoms_and_logits(xp)
    sure = 100 * xp.eye(3, dtype=xp.float64)
    here = xp.stack([logits, 0 * logits])
    after = xp.stack([sure[0, :], sure[2, :]])  # returns of 0 and of 2
    steps = (0.0, 1.0, after)
    for action, cost in ((0, LOG2), (1, math.log(3))):
        assert_close(Q(here, atoms, xp.asarray(action), *steps), cost)
    rates = xp.asarray([1.0, 0.0], dtype=xp.float64)
    assert_close(Q(here, atoms, xp.asarray(0), *steps, selector=rates), LOG4)


def test_errors_of_quantiles_weigh_by_their_levels(any_xp):
    x = any_xp.asarray([0.0, 4.0], dtype=any_xp.float64)
    t = any_xp.asarray([2.0, 4.0], dtype=any_xp.float64)
    # Levels 1/4 and 3/4. Errors of 2 and 4 above the first; 2 below the second, and 0.
    assert_close(QUANTILE(x, t, delta=0.0), 0.25 * 3 + 0.25 * 1)
    assert_close(QUANTILE(x, t), 0.25 * (1.5 + 3.5) / 2 + 0.25 * 1.5 / 2)
    # delta 2: e**2 / 4 up to 2, then e - 1.
    assert_close(QUANTILE(x, t, delta=2.0), 0.25 * (1 + 3) / 2 + 0.25 * 1 / 2)
    tau = any_xp.asarray([0.5, 1.0], dtype=any_xp.float64)
    assert_close(QUANTILE(x, t, delta=0.0, tau=tau), 0.5 * 3)


def test_slopes_of_quantiles_at_the_corners(slope):
    def cost(x, delta):
        xp = fl.array_namespace(x)
        sample = xp.zeros_like(x[:1])
        tau = 0.25 + 0 * x
        return QUANTILE(x, sample, tau=tau, delta=delta)

    point = [-1.0, 0.0, 0.5, 1.0, 3.0]
    assert_close(slope(lambda x: cost(x, 0.0), point), [-0.25, 0, 0.75, 0.75, 0.75])
    slopes = [-0.25, 0, 0.375, 0.75, 0.75]
    assert_close(slope(lambda x: cost(x, 1.0), point), slopes)


@pytest.mark.parametrize("level", [1.5, -0.5])
def test_levels_lie_between_zero_and_one(level):
    x, tau = np.zeros(2), np.asarray([0.5, level])
    message = rf"tau must be in 0..1, got {level} at \(1,\)"
    with pytest.raises(ValueError, match=message):
        QUANTILE(x, x, tau=tau)
    value = QUANTILE(jnp.zeros(2), jnp.zeros(2), tau=jnp.asarray(tau))
    assert_close(value, NAN)


def test_quantiles_of_the_action_that_follows(any_xp):
    value = any_xp.asarray([[[0.0], [5.0]]], dtype=any_xp.float64)
    after = any_xp.asarray([[[1.0, 1.0], [2.0, 4.0]]], dtype=any_xp.float64)
    action = any_xp.asarray([0])
    arrays = value, action, 1.0, 0.5, after
    # The median of action 0 is drawn to 2 and 3.
    assert_close(QUANTILE_Q(*arrays, delta=0.0), 0.5 * 2.5)
    rates = any_xp.asarray([[1.0, 0.0]], dtype=any_xp.float64)
    assert_close(QUANTILE_Q(*arrays, delta=0.0, selector=rates), 0.5 * 1.5)
    # Expected Sarsa: 1.5 with probability 3/4, 2 or 3 with 1/4.
    policy = any_xp.asarray([[0.75, 0.25]], dtype=any_xp.float64)
    got = QUANTILE_Q(*arrays, delta=0.0, policy=policy)
    assert_close(got, 0.5 * (0.75 * 1.5 + 0.25 * 2.5))


def test_targets_of_quantiles_are_constants():
    arrays = [jnp.asarray(x) for x in (
        [[[0.0], [5.0]]], [0], [1.0], [0.5], [[[1.0, 1.0], [2.0, 4.0]]],
    )]  # fmt: skip
    slopes = jax.grad(QUANTILE_Q, (0, 2, 3, 4))(*arrays)
    assert_close(slopes[0], [[[-0.5], [0]]])
    assert not any(slope.any() for slope in slopes[1:])


@pytest.mark.parametrize("loss", ["categorical", "quantile", "expected"])
def test_what_is_out_of_range_spoils_value_and_slope(loss):
    x, good, bad = jnp.zeros((1, 2, 2)), jnp.asarray([1]), jnp.asarray([2])
    rates = jnp.asarray([[0.5, 1.5]])

    def cost(x):
        if loss == "categorical":
            return Q(x, jnp.asarray([0.0, 1.0]), bad, 0.0, 1.0, x)
        action, policy = (bad, None) if loss == "quantile" else (good, rates)
        return QUANTILE_Q(x, action, 0.0, 1.0, x, policy=policy)

    value, slope = jax.value_and_grad(cost)(x)
    assert_close(value, NAN)
    assert np.all(np.isnan(slope[0, 1, :]))


def test_nothing_of_a_masked_step_of_a_distribution_is_read(xp):
    (where, action), nan = (xp.asarray(x) for x in ([True, False], [0, 9])), [[NAN] * 2]
    rows = [[[0.0, 0.0]], nan]
    x, after = (xp.asarray(rows, dtype=xp.float64) for _ in range(2))
    reward, policy, tau = (
        xp.asarray(x, dtype=xp.float64)
        for x in ([0.0, NAN], [[1.0], [NAN]], [[0.5, 0.5], [NAN, 9.0]])
    )
    atoms = xp.asarray([0.0, 1.0], dtype=xp.float64)
    got = Q(x, atoms, action, reward, 1.0, after, selector=policy, where=where)
    assert_close(got, LOG2)
    got = TD(x[:, 0, :], atoms, reward, 1.0, after[:, 0, :], where=where)
    assert_close(got, LOG2)
    options = {"tau": tau, "where": where, "reduction": "none"}
    # Both quantiles are one below the samples: 1/2 * 1/2 each.
    target = after[:, 0, :] + 1
    assert_close(QUANTILE(x[:, 0, :], target, **options), [0.5, 0])
    got = QUANTILE_Q(x, action, 1 + reward, 1.0, after, policy=policy, **options)
    assert_close(got, [0.5, 0])


def test_one_level_may_be_a_number(xp):
    x, t = (xp.full((6, 1), v, dtype=xp.float64) for v in (0.0, 1.0))
    for tau in (0.1, xp.asarray(0.1, dtype=xp.float64)):
        assert_close(fl.quantile_huber_loss(x, t, tau=tau), 0.05)
    x = xp.asarray([[0.0, 2.0]], dtype=xp.float64)
    # Half the square of the error, a tenth of it above and nine tenths below.
    got = fl.quantile_huber_loss(x, t[:1, :], tau=0.1, reduction="none")
    assert_close(got, [0.5])
