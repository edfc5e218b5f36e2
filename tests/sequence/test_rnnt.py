"""RNN-T: losses and gradients worked by hand, and by writing all alignments out."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from funloss.sequence import rnnt_loss
from tests.assertions import assert_close, to_numpy
from tests.derivatives import WAYS

# Two frames, label 0, blank 1. The label comes in the first frame (1/4 * 1/2 * 1/3)
# or in the second (3/4 * 1/2 * 1/3): 1/6 in all, of which a quarter and three.
TWO = np.log([[[[1 / 4, 3 / 4], [1 / 2, 1 / 2]], [[1 / 2, 1 / 2], [2 / 3, 1 / 3]]]])
STEPS = np.asarray([[[[0.25, 0.75], [0, 0.25]], [[0.75, 0], [0, 1]]]])
SOFTMAX = np.asarray([[[[0, 0], [1, -1]], [[-3, 3], [16 / 3, -16 / 3]]]]) / 8
# Forward mode cannot represent a gradient that is nan in some directions alone.
REVERSE = {name: way for name, way in WAYS.items() if name != "jax-jvp"}


def probability(log_probs, target, blank=-1):
    """Add up all alignments, one after the other."""
    total, frames = 0.0, len(log_probs)
    count = frames - 1 + len(target)
    for places in itertools.combinations(range(count), len(target)):
        t, u, chance = 0, 0, 0.0
        for step in range(count + 1):
            emits = step in places
            chance += log_probs[t, u, target[u] if emits else blank]
            t, u = t + (not emits), u + emits
        total += math.exp(chance)
    return total


def draw(*shape):
    x = np.random.default_rng(0).standard_normal(shape)
    return x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))


def batch(xp, *targets, logits=None, frames=3):
    """Make padded targets and both lengths, all frames in use."""
    longest = max(map(len, targets))
    rows = [[*target, *[-9] * (longest - len(target))] for target in targets]
    x = draw(len(targets), frames, longest + 1, 4) if logits is None else logits
    return (
        xp.asarray(x.tolist(), dtype=xp.float64),
        xp.reshape(xp.asarray(rows, dtype=xp.int64), (len(targets), longest)),
        xp.asarray([x.shape[1]] * len(targets), dtype=xp.int32),
        xp.asarray([len(target) for target in targets], dtype=xp.uint8),
    )


def of_array(loss, **options):
    """Return a function of logits alone, with what else it needs in its library."""

    def function(x, *rest):
        kind = torch.asarray if isinstance(x, torch.Tensor) else jnp.asarray
        return loss(x, *map(kind, rest), **options)

    return function


@pytest.mark.parametrize("fused", [True, False])
def test_value_of_two_frames(any_xp, fused):
    args = batch(any_xp, [0], logits=TWO)
    assert_close(rnnt_loss(*args, fused_log_softmax=fused), math.log(6))


def test_scores_of_a_cell_count_up_to_a_number(any_xp):
    args = batch(any_xp, [0], logits=TWO + np.arange(4.0).reshape(1, 2, 2, 1))
    assert_close(rnnt_loss(*args), math.log(6))
    # As they are, three cells of each alignment have 0, 1 or 2, and 3 more.
    total = (math.exp(1) / 24 + 3 * math.exp(2) / 24) * math.exp(3)
    assert_close(rnnt_loss(*args, fused_log_softmax=False), -math.log(total))


def test_every_alignment_counts(any_xp):
    targets = [[1, 2], [0, 0], [2], [], [1, 2, 1]]
    args = batch(any_xp, *targets)
    x = draw(5, 3, 4, 4)
    expected = [-math.log(probability(x[n], y)) for n, y in enumerate(targets)]
    assert_close(rnnt_loss(*args, reduction="none"), expected)


@pytest.mark.parametrize("blank", [1, -3])
def test_blank_may_be_any_class(any_xp, blank):
    args = batch(any_xp, [0, 3], [2, 2])
    x = draw(2, 3, 3, 4)
    expected = [probability(x[n], y, 1) for n, y in enumerate([[0, 3], [2, 2]])]
    got = rnnt_loss(*args, blank=blank, reduction="none")
    assert_close(got, -np.log(expected))


def test_mean_is_that_of_samples(xp):
    args = batch(xp, [1, 2], [1], [])
    loss = to_numpy(rnnt_loss(*args, reduction="none"))
    assert_close(rnnt_loss(*args), loss.sum() / 3)
    assert_close(rnnt_loss(*args, reduction="sum"), loss.sum())


def test_what_lies_beyond_the_lengths_does_not_matter(derivative):
    x = draw(2, 3, 3, 4)
    x[0, 2], x[1, :, 2] = math.nan, math.inf
    rest = [[1, 99], [2, 3]], [2, 3], [1, 1]
    loss = of_array(rnnt_loss, reduction="none")
    expected = [probability(x[0, :2, :2], [1]), probability(x[1, :, :2], [2])]
    assert_close(loss(torch.asarray(x), *rest), -np.log(expected))
    got = to_numpy(derivative(lambda x: loss(x, *rest), x))
    assert np.all(np.concatenate([got[0, 2], got[0, :, 2], got[1, :, 2]]) == 0)
    assert_close(np.sum(got, -1), np.zeros((2, 3, 3)), atol=1e-15)


@pytest.mark.parametrize("kind", [list, tuple])
def test_lengths_may_be_python_integers(xp, kind):
    x, targets, _, _ = batch(xp, [1, 2], [2, 0])
    used, ends = kind([3, 2]), kind([2, 1])
    expected = rnnt_loss(x, targets, xp.asarray([3, 2]), xp.asarray([2, 1]))
    assert_close(rnnt_loss(x, targets, used, ends), to_numpy(expected))


def test_empty_targets_leave_blanks_alone(any_xp):
    args = batch(any_xp, [], [])
    blanks = np.sum(draw(2, 3, 1, 4)[:, :, 0, -1], axis=1)
    assert_close(rnnt_loss(*args, reduction="none"), -blanks)


def test_no_frames_leave_no_alignment(derivative):
    rest = [[1], [1], [1]], [0, 3, 0], [1, 1, 0]
    x = draw(3, 3, 2, 4)
    loss = of_array(rnnt_loss, reduction="none")
    expected = [math.inf, -math.log(probability(x[1], [1])), math.inf]
    assert_close(loss(torch.asarray(x), *rest), expected)
    got = to_numpy(derivative(lambda x: loss(x, *rest), x))
    assert_close(got[0::2], np.zeros((2, 3, 2, 4)))
    assert np.all(np.isfinite(got))


def test_gradient_is_minus_the_steps_taken(derivative):
    loss = of_array(rnnt_loss, fused_log_softmax=False)
    rest = [[0]], [2], [1]
    assert_close(derivative(lambda x: loss(x, *rest), TWO), -STEPS)


def test_gradient_in_scores_is_what_is_too_likely(derivative):
    loss, rest = of_array(rnnt_loss), ([[0]], [2], [1])
    assert_close(derivative(lambda x: loss(x, *rest), TWO), SOFTMAX, atol=1e-15)


SECOND = {
    "forward over reverse": jax.hessian,
    "reverse over reverse": lambda f: jax.jacrev(jax.jacrev(f)),
    "forward over forward": lambda f: jax.jacfwd(jax.jacfwd(f)),
    "compiled": lambda f: jax.jit(jax.hessian(f)),
}


@pytest.mark.parametrize("hessian", SECOND.values(), ids=SECOND)
def test_hessian_is_minus_the_covariance(hessian):
    loss = of_array(rnnt_loss, fused_log_softmax=False)
    got = hessian(lambda x: loss(x, [[0]], [2], [1]))(jnp.asarray(TWO))[0, :, :, :, 0]
    # The label is in the first frame or in the second, never in both.
    assert_close(got[0, 0, 0, 0, 0, 0], -3 / 16)
    assert_close(got[0, 0, 0, 1, 0, 0], 3 / 16)
    assert_close(got[1, 1, 1], np.zeros((2, 2, 2)), atol=1e-15)


def test_torch_and_jax_have_the_same_hessian_of_scores():
    x, rest = draw(2, 3, 3, 4), ([[1, 2], [0, 1]], [3, 2], [2, 1])
    loss = of_array(rnnt_loss)
    of_torch = torch.autograd.functional.hessian(
        lambda x: loss(x, *rest), torch.asarray(x)
    )
    got = jax.hessian(lambda x: loss(x, *rest))(jnp.asarray(x))
    assert_close(got, to_numpy(of_torch), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("derivative", REVERSE.values(), ids=REVERSE)
@pytest.mark.parametrize("fused", [True, False])
def test_impossible_targets_have_gradient_nan_in_their_cells(derivative, fused):
    x = draw(2, 3, 3, 4)
    x[0, :, 0, 1] = -math.inf
    loss = of_array(rnnt_loss, reduction="none", fused_log_softmax=fused)
    rest = [[1, 2], [1, 2]], [2, 2], [1, 2]
    assert_close(to_numpy(loss(torch.asarray(x), *rest))[0], math.inf)
    got = to_numpy(derivative(lambda x: loss(x, *rest), x))
    assert np.all(np.isnan(got[0, :2, :2]))
    assert np.all(np.concatenate([got[0, 2], got[0, :, 2]]) == 0)
    assert np.all(np.isfinite(got[1]))


def test_impossible_classes_leave_value_and_gradient_finite(derivative):
    x = draw(1, 3, 2, 4)
    x[0, 0, 0, 1] = x[0, 1, 1, 2] = -math.inf
    loss = of_array(rnnt_loss, fused_log_softmax=False)
    rest = [[1]], [3], [1]
    assert_close(loss(torch.asarray(x), *rest), -math.log(probability(x[0], [1])))
    got = to_numpy(derivative(lambda x: loss(x, *rest), x))
    assert_close(got[0, 0], [[0, 0, 0, -1], [0, 0, 0, 0]], atol=1e-15)
    assert_close(np.sum(got[0, 1:, :, 1]), -1.0)


@pytest.mark.parametrize("derivative", REVERSE.values(), ids=REVERSE)
def test_nan_reaches_value_and_gradient(derivative):
    x = draw(2, 3, 2, 4)
    x[0, 1, 1, 2] = math.nan
    loss, rest = of_array(rnnt_loss, reduction="none"), ([[1], [1]], [3, 3], [1, 1])
    assert_close(to_numpy(loss(torch.asarray(x), *rest))[0], math.nan)
    got = to_numpy(derivative(lambda x: loss(x, *rest), x))
    assert np.all(np.isnan(got[0]))
    assert np.all(np.isfinite(got[1]))


def test_masked_samples_have_loss_zero_whatever_they_hold(derivative):
    x = draw(3, 3, 3, 4)
    x[1] = math.nan
    rest = [[1, 2], [9, 9], [1, 0]], [3, 99, 3], [2, -1, 1]

    def loss(x):
        kind = torch.asarray if isinstance(x, torch.Tensor) else jnp.asarray
        keep = kind([True, False, True])
        return rnnt_loss(x, *map(kind, rest), where=keep)

    kept = [probability(x[0], [1, 2]), probability(x[2, :, :2], [1])]
    assert_close(loss(torch.asarray(x)), -np.mean(np.log(kept)))
    got = to_numpy(derivative(loss, x))
    assert_close(got[1], np.zeros((3, 3, 4)))
    assert np.all(np.isfinite(got))


def test_halves_are_computed_in_single_precision():
    x = jnp.asarray(draw(1, 20, 4, 5), jnp.bfloat16)
    args = jnp.asarray([[1, 2, 2]]), [20], [3]
    single = rnnt_loss(x.astype(jnp.float32), *args)
    assert_close(rnnt_loss(x, *args), single.astype(jnp.bfloat16))
    assert_close(rnnt_loss(x, *args, dtype=jnp.float32), single)
    assert jax.grad(lambda x: rnnt_loss(x, *args))(x).dtype == jnp.bfloat16
