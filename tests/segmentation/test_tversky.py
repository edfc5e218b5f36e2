"""The Tversky loss, worked by hand."""

import jax
import jax.numpy as jnp
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.segmentation.arrays import regions

DICE = fl.dice_loss
TVERSKY = fl.tversky_loss


def test_false_positives_weigh_alpha_and_false_negatives_beta(any_xp):
    # Two false negatives of three pixels, no false positive; and the reverse.
    missed = any_xp.asarray([[1.0, 0.0, 0.0]]), any_xp.asarray([[1.0, 1.0, 1.0]])
    for (p, t), alpha, beta in ((missed, 0, 1), (missed[::-1], 1, 0)):
        loss = TVERSKY(p, t, axis=None, alpha=float(alpha), beta=float(beta))
        assert_close(loss, 2 / 3, rtol=1e-6)
        loss = TVERSKY(p, t, axis=None, alpha=float(beta), beta=float(alpha))
        assert_close(loss, 0)


def test_dice_is_tversky_with_halves(xp):
    p, t = regions(xp)
    assert_close(TVERSKY(p, t, smooth=0.5), DICE(p, t, smooth=1.0))


@pytest.mark.parametrize("loss", [DICE, TVERSKY])
def test_empty_target_and_prediction_are_a_perfect_fit(loss):
    nothing = jnp.zeros((1, 1, 3))
    value, derivative = jax.value_and_grad(loss)(nothing, nothing)
    assert_close(value, 0)
    assert_close(derivative, nothing)
