"""CTC: losses and gradients worked by hand, and by writing all alignments out."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from funloss.sequence import ctc_loss
from tests.assertions import assert_close, to_numpy
from tests.derivatives import WAYS

# Two frames, blank 0: label 1 has the probabilities 1/4 and 1/2. Target "1" is
# spelt by 1 1 (1/8), 1 0 (1/8) and 0 1 (3/8), so its probability is 5/8.
TWO = np.log([[0.75, 0.25], [0.5, 0.5]])
DERIVATIVE = -np.asarray([[0.6, 0.4], [0.2, 0.8]])
# Forward mode cannot represent a gradient that is nan in some directions alone.
REVERSE = {name: way for name, way in WAYS.items() if name != "jax-jvp"}


def probability(log_probs, target, blank=0):
    """Add up all alignments, one after the other."""
    total = 0.0
    frames, classes = log_probs.shape
    for path in itertools.product(range(classes), repeat=frames):
        merged = [label for label, _ in itertools.groupby(path)]
        if [label for label in merged if label != blank] == list(target):
            total += math.exp(sum(log_probs[t, label] for t, label in enumerate(path)))
    return total


def draw(*shape):
    x = np.random.default_rng(0).standard_normal(shape)
    return x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))


def batch(xp, *targets, log_probs=None):
    """Make four frames, the padded targets and both lengths, all frames in use."""
    longest = max(map(len, targets))
    rows = [[*target, *[0] * (longest - len(target))] for target in targets]
    x = draw(4, len(targets), 3) if log_probs is None else log_probs
    return (
        xp.asarray(x.tolist(), dtype=xp.float64),
        xp.reshape(xp.asarray(rows, dtype=xp.int64), (len(targets), longest)),
        xp.asarray([x.shape[0]] * len(targets), dtype=xp.int32),
        xp.asarray([len(target) for target in targets], dtype=xp.uint8),
    )


def test_value_of_two_frames(any_xp):
    args = batch(any_xp, [1], log_probs=TWO[:, None])
    assert_close(ctc_loss(*args), -math.log(5 / 8))


def test_every_alignment_counts(any_xp):
    targets = [[1, 2], [1, 1], [2], [], [1, 2, 1], [2, 2, 1]]
    args = batch(any_xp, *targets)
    x = draw(4, 6, 3)
    expected = [-math.log(probability(x[:, n], y)) for n, y in enumerate(targets)]
    assert_close(ctc_loss(*args, reduction="none"), expected)


def test_blank_may_be_any_class(any_xp):
    x = draw(4, 2, 3)
    args = batch(any_xp, [0, 2], [2, 2], log_probs=x)
    expected = [
        -math.log(probability(x[:, n], y, 1)) for n, y in enumerate([[0, 2], [2, 2]])
    ]
    assert_close(ctc_loss(*args, blank=1, reduction="none"), expected)


def test_mean_divides_by_target_lengths_and_by_one_for_none(xp):
    args = batch(xp, [1, 2], [1], [])
    loss = to_numpy(ctc_loss(*args, reduction="none"))
    assert_close(ctc_loss(*args), (loss[0] / 2 + loss[1] + loss[2]) / 3)
    assert_close(ctc_loss(*args, reduction="sum"), loss.sum())


def test_frames_and_labels_beyond_the_lengths_do_not_matter(xp):
    x = draw(4, 2, 3)
    x[3, 0] = math.nan
    args = batch(xp, [1, -7], [2, 1], log_probs=x)
    got = ctc_loss(*args[:2], xp.asarray([3, 4]), xp.asarray([1, 2]), reduction="none")
    expected = [probability(x[:3, 0], [1]), probability(x[:, 1], [2, 1])]
    assert_close(got, -np.log(expected))


def test_targets_may_be_concatenated(any_xp):
    log_probs, padded, frames, ends = batch(any_xp, [1, 2], [], [2, 2, 1])
    flat = any_xp.asarray([1, 2, 2, 2, 1])
    expected = to_numpy(ctc_loss(log_probs, padded, frames, ends, reduction="none"))
    assert_close(ctc_loss(log_probs, flat, frames, ends, reduction="none"), expected)
    none = any_xp.asarray([0, 0, 0])
    blanks = ctc_loss(log_probs, flat[:0], frames, none, reduction="none")
    assert_close(blanks, -np.sum(draw(4, 3, 3)[:, :, 0], axis=0))


@pytest.mark.parametrize("kind", [list, tuple])
def test_lengths_may_be_python_integers(xp, kind):
    x, targets, frames, ends = batch(xp, [1, 2], [2])
    expected = to_numpy(ctc_loss(x, targets, frames, ends))
    assert_close(ctc_loss(x, targets, kind([4, 4]), kind([2, 1])), expected)
    flat = xp.asarray([1, 2, 2])
    assert_close(ctc_loss(x, flat, kind([4, 4]), kind([2, 1])), expected)


@pytest.mark.parametrize("wrap", [int, lambda n: [n], np.int64, np.asarray])
def test_one_sample_needs_no_batch(wrap):
    x = jnp.asarray(TWO)
    for targets in ([1], [[1, 5]]):
        loss = ctc_loss(x, jnp.asarray(targets), wrap(2), wrap(1), reduction="none")
        assert_close(loss, -math.log(5 / 8))


def test_no_frames_spell_the_empty_target_alone(xp):
    x, targets, _, ends = batch(xp, [1], [])
    none = xp.asarray([0, 0])
    assert_close(ctc_loss(x, targets, none, ends, reduction="none"), [math.inf, 0.0])


def test_repeats_need_a_frame_more(xp):
    args = batch(xp, [1, 1], [1, 2], log_probs=draw(2, 2, 3))
    got = to_numpy(ctc_loss(*args, reduction="none"))
    assert_close(got, [math.inf, -draw(2, 2, 3)[0, 1, 1] - draw(2, 2, 3)[1, 1, 2]])
    assert_close(ctc_loss(*args, reduction="none", zero_infinity=True), [0.0, got[1]])
    assert_close(ctc_loss(*args, zero_infinity=True), got[1] / 4)


def test_more_labels_than_frames_cannot_be_aligned(any_xp):
    args = batch(any_xp, [1, 2, 1], [1], log_probs=draw(2, 2, 3))
    got = to_numpy(ctc_loss(*args, reduction="none"))
    assert got[0] == math.inf
    assert math.isfinite(got[1])


def test_gradient_is_minus_the_posteriors(derivative):
    def loss(x):
        kind = torch.asarray if isinstance(x, torch.Tensor) else jnp.asarray
        return ctc_loss(x, kind([1]), (2,), (1,))

    # 1 is in the first frame of 1 1 and 1 0: (1/8 + 1/8) / (5/8).
    assert_close(derivative(loss, TWO), DERIVATIVE)
    # Not only of log-probabilities: two times a frame's cancels.
    assert_close(derivative(loss, TWO + 2.0), DERIVATIVE)


SECOND = {
    "forward over reverse": jax.hessian,
    "reverse over reverse": lambda f: jax.jacrev(jax.jacrev(f)),
    "forward over forward": lambda f: jax.jacfwd(jax.jacfwd(f)),
    "compiled": lambda f: jax.jit(jax.hessian(f)),
}


@pytest.mark.parametrize("hessian", SECOND.values(), ids=SECOND)
def test_hessian_is_minus_the_covariance(hessian):
    got = hessian(lambda x: ctc_loss(x, jnp.asarray([1]), 2, 1))(jnp.asarray(TWO))
    # 1 in both frames: 1 1, that is 1/5 of all; apart they have 0.4 and 0.8.
    assert_close(got[0, 1, 1, 1], 0.4 * 0.8 - 0.2)
    assert_close(got[0, 1, 0, 1], 0.4 * 0.4 - 0.4)
    assert_close(got[0, 1, 0, 0], 0.4 * 0.6)


def test_torch_has_the_same_hessian():
    got = torch.autograd.functional.hessian(
        lambda x: ctc_loss(x, torch.asarray([1]), (2,), (1,)), torch.asarray(TWO)
    )
    assert_close(got[0, 1, 1, 1], 0.12)
    assert_close(got[0, 1, 0, 1], -0.24)


def test_derivatives_of_many_classes_are_those_of_the_few_in_use():
    x, (targets, *lengths) = (
        draw(5, 2, 600),
        ([[1, 599, 599], [5, 5, 0]], [5, 4], [3, 2]),
    )
    used = np.asarray([0, 1, 5, 599])

    def product(x, targets):
        def loss(x):
            return ctc_loss(x, jnp.asarray(targets), *lengths)

        x, direction = jnp.asarray(x), jnp.cos(jnp.asarray(x))
        return jax.jvp(jax.value_and_grad(loss), (x,), (direction,))

    few = product(x[:, :, used], [[1, 3, 3], [2, 2, 0]])
    (value, derivative), (change, bend) = product(x, targets)
    assert_close(value, few[0][0])
    assert_close(derivative[:, :, used], few[0][1])
    assert_close(change, few[1][0])
    assert_close(bend[:, :, used], few[1][1], atol=1e-14)
    assert_close(
        jnp.sum(derivative), -9 / 3 / 2 + 9 / 6 / 2 - 5 / 3 / 2 - 4 / 2 / 2 + 0.75
    )


@pytest.mark.parametrize("derivative", REVERSE.values(), ids=REVERSE)
@pytest.mark.parametrize("zero_infinity", [False, True])
def test_impossible_targets_have_gradient_nan_or_zero_in_their_frames(
    derivative, zero_infinity
):
    def loss(x):
        kind = torch.asarray if isinstance(x, torch.Tensor) else jnp.asarray
        targets = kind([[1, 1], [1, 2]])
        return ctc_loss(
            x, targets, (2, 3), (2, 2), reduction="none", zero_infinity=zero_infinity
        )

    got = to_numpy(derivative(loss, draw(4, 2, 3)))
    assert np.all(got[:2, 0] == 0 if zero_infinity else np.isnan(got[:2, 0]))
    assert np.all(got[2:, 0] == 0)
    assert np.all(got[3:, 1] == 0)
    assert_close(np.sum(got[:3, 1], axis=-1), [-1.0, -1.0, -1.0])


def test_impossible_classes_leave_value_and_gradient_finite(derivative):
    x = draw(4, 1, 3)
    x[:, 0, 2] = -math.inf
    x[2, 0, 1] = -math.inf

    def loss(x):
        kind = torch.asarray if isinstance(x, torch.Tensor) else jnp.asarray
        return ctc_loss(x, kind([[1]]), (4,), (1,))

    assert_close(loss(torch.asarray(x)), -math.log(probability(x[:, 0], [1])))
    got = to_numpy(derivative(loss, x))
    assert_close(np.sum(got, axis=-1), -np.ones((4, 1)))
    assert_close(got[:, 0, 2], np.zeros(4))
    assert_close(got[2, 0], [-1.0, 0.0, 0.0])


@pytest.mark.parametrize("derivative", REVERSE.values(), ids=REVERSE)
@pytest.mark.parametrize("zero_infinity", [False, True])
def test_nan_reaches_value_and_gradient_even_with_zero_infinity(
    derivative, zero_infinity
):
    x = draw(4, 2, 3)
    x[1, 0, 1] = math.nan

    def loss(x):
        kind = torch.asarray if isinstance(x, torch.Tensor) else jnp.asarray
        targets = kind([[1], [1]])
        return ctc_loss(
            x, targets, (3, 4), (1, 1), reduction="none", zero_infinity=zero_infinity
        )

    assert_close(to_numpy(loss(torch.asarray(x)))[0], math.nan)
    got = to_numpy(derivative(loss, x))
    assert np.all(np.isnan(got[:3, 0]))
    assert not np.any(np.isnan(got[:, 1]))


def test_masked_samples_have_loss_zero_whatever_they_hold(derivative):
    x = draw(4, 3, 3)
    x[:, 1] = math.nan

    def loss(x):
        kind = torch.asarray if isinstance(x, torch.Tensor) else jnp.asarray
        targets, keep = kind([[1, 2], [9, 9], [1, 0]]), kind([True, False, True])
        return ctc_loss(x, targets, kind([4, 99, 4]), kind([2, -1, 1]), where=keep)

    kept = [probability(x[:, 0], [1, 2]) ** 0.5, probability(x[:, 2], [1])]
    assert_close(loss(torch.asarray(x)), -np.mean(np.log(kept)))
    got = to_numpy(derivative(loss, x))
    assert_close(got[:, 1], np.zeros((4, 3)))
    assert_close(np.sum(got, axis=(0, 2)), [-1.0, 0.0, -2.0])


def test_halves_are_computed_in_single_precision():
    x = jnp.asarray(draw(40, 1, 3), jnp.bfloat16)
    args = jnp.asarray([[1, 2, 2]]), [40], [3]
    single = ctc_loss(x.astype(jnp.float32), *args)
    assert_close(ctc_loss(x, *args), single.astype(jnp.bfloat16))
    assert_close(ctc_loss(x, *args, dtype=jnp.float32), single)
    assert jax.grad(lambda x: ctc_loss(x, *args))(x).dtype == jnp.bfloat16
