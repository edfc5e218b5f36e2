"""The categorical TD loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.reinforcement.arrays import atoms_and_logits, floats

INF, NAN = math.inf, math.nan
LOG2 = math.log(2)
LOG4 = math.log(4)
TD = fl.categorical_td_loss


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
def test_a_probability_between_atoms_is_split_between_them(any_xp, reward, shares):
    atoms, logits = atoms_and_logits(any_xp)
    sure = any_xp.asarray([0.0, -INF, -INF], dtype=any_xp.float64)
    got = TD(logits, atoms, reward, 1.0, sure)
    assert_close(got, shares[0] * LOG4 + shares[1] * LOG4 + shares[2] * LOG2)


def test_a_small_share_of_the_next_atom_has_its_digits(any_xp):
    atoms = any_xp.asarray([0.0, 1.0, 2.0], dtype=any_xp.float32)
    logits = any_xp.asarray([0.0, -1e6, -1e6], dtype=any_xp.float32)
    sure = any_xp.asarray([0.0, -INF, -INF], dtype=any_xp.float32)
    # The share is the reward, of which 1 less the rest would leave 2.98e-7.
    assert_close(TD(logits, atoms, 3e-7, 1.0, sure), 0.3, rtol=1e-6)


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


def test_only_the_logits_have_a_gradient():
    atoms, logits = atoms_and_logits(jnp)
    arrays = logits, atoms, jnp.asarray(0.25), jnp.asarray(0.5), logits
    gradients = jax.grad(TD, (0, 1, 2, 3, 4))(*arrays)
    # Probabilities of 1/4, 1/4 and 1/2 at 0.25, 0.75 and 1.25: the target is 1/4, 5/8
    # and 1/8.
    assert_close(gradients[0], [0, 0.25 - 0.625, 0.5 - 0.125])
    for gradient in gradients[1:]:
        assert not gradient.any()


def test_atoms_must_increase():
    for atoms in ([0.0, 2.0, 1.0], [0.0, 1.0, 1.0], [NAN]):
        x = np.zeros(len(atoms))
        with pytest.raises(ValueError, match="atoms must be increasing"):
            TD(x, np.asarray(atoms), 0.0, 1.0, x)
    bad, x = jnp.asarray([0.0, 2.0, 1.0]), jnp.zeros(3)
    value, derivative = jax.value_and_grad(TD)(x, bad, 0.0, 1.0, x)
    assert_close(value, NAN)
    assert_close(derivative, [NAN] * 3)


def test_nothing_of_a_masked_step_is_read(xp):
    where, rows = xp.asarray([True, False]), [[0.0, 0.0], [NAN, NAN]]
    x, after = floats(xp, rows, rows)
    reward, atoms = floats(xp, [0.0, NAN], [0.0, 1.0])
    assert_close(TD(x, atoms, reward, 1.0, after, where=where), LOG2)


def test_a_masked_step_has_gradient_zero():
    rows, where = jnp.asarray([[0.0, 0.0], [NAN, NAN]]), jnp.asarray([True, False])
    arrays = rows, jnp.asarray([0.0, 1.0]), jnp.asarray([0.0, NAN]), 0.0, rows
    # The target is the first atom.
    assert_close(jax.grad(TD)(*arrays, where=where), [[-0.5, 0.5], [0, 0]])
