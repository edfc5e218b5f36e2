"""The categorical Q-learning loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from tests.assertions import assert_close
from tests.reinforcement.arrays import atoms_and_logits, floats

NAN = math.nan
LOG2 = math.log(2)
LOG4 = math.log(4)
Q = fl.categorical_q_learning_loss


def test_the_best_action_follows(xp):
    atoms, logits = atoms_and_logits(xp)
    sure = 100 * xp.eye(3, dtype=xp.float64)
    here = xp.stack([logits, 0 * logits])
    after = xp.stack([sure[0, :], sure[2, :]])  # returns of 0 and of 2
    steps = (0.0, 1.0, after)
    for action, loss in ((0, LOG2), (1, math.log(3))):
        assert_close(Q(here, atoms, xp.asarray(action), *steps), loss)
    rates = xp.asarray([1.0, 0.0], dtype=xp.float64)
    assert_close(Q(here, atoms, xp.asarray(0), *steps, selector=rates), LOG4)


def test_one_atom_is_certain(xp):
    logits, atom = xp.zeros((1, 2, 1), dtype=xp.float64), xp.zeros(1, dtype=xp.float64)
    assert_close(Q(logits, atom, xp.asarray([1]), 1.0, 0.5, logits), 0)


def test_an_action_out_of_range_is_nan_in_value_and_gradient():
    x, atoms = jnp.zeros((1, 2, 2)), jnp.asarray([0.0, 1.0])
    value, derivative = jax.value_and_grad(Q)(x, atoms, jnp.asarray([2]), 0.0, 1.0, x)
    assert_close(value, NAN)
    assert np.all(np.isnan(derivative[0, 1, :]))


def test_a_masked_step_has_gradient_zero():
    rows = jnp.asarray([[[0.0, 0.0]], [[NAN, NAN]]])
    atoms, action = jnp.asarray([0.0, 1.0]), jnp.asarray([0, 9])
    steps = jnp.asarray([0.0, NAN]), 0.0, rows
    got = jax.grad(Q)(rows, atoms, action, *steps, where=jnp.asarray([True, False]))
    # The target is the first atom.
    assert_close(got, [[[-0.5, 0.5]], [[0, 0]]])


def test_nothing_of_a_masked_step_is_read(xp):
    (where, action), nan = (xp.asarray(x) for x in ([True, False], [0, 9])), [[NAN] * 2]
    rows = [[[0.0, 0.0]], nan]
    x, after = floats(xp, rows, rows)
    reward, selector, atoms = floats(xp, [0.0, NAN], [[1.0], [NAN]], [0.0, 1.0])
    got = Q(x, atoms, action, reward, 1.0, after, selector=selector, where=where)
    assert_close(got, LOG2)
