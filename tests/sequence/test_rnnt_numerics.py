"""RNN-T: digits, memory, and the transformations that it goes through."""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import PartitionSpec

from funloss.sequence import rnnt_loss
from tests.assertions import assert_close


def problem(samples, frames, labels, classes, scale=1.0):
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((samples, frames, labels + 1, classes))
    targets = rng.integers(0, classes - 1, (samples, labels))
    used = rng.integers(frames * 3 // 4, frames + 1, samples)
    ends = rng.integers(labels * 3 // 4, labels + 1, samples)
    return (scale * logits).astype(np.float32), targets, used, ends


def summed(logits, *rest):
    return rnnt_loss(logits, *rest, reduction="sum")


def row_by_row(steps, along):
    """Return log-sums over all ways to each cell, by one step down or some along."""
    shifted = np.cumsum(along, axis=1)
    row, rows = shifted[0], [shifted[0]]
    for before, offsets in zip(steps, shifted[1:], strict=True):
        row = np.logaddexp.accumulate(row + before - offsets) + offsets
        rows.append(row)
    return np.stack(rows)


def by_log_sums(logits, targets, frames, length):
    """Return loss and gradient of one sample, blank last, by logarithms in float64."""
    x = logits[:frames, : length + 1].astype(np.float64)
    x = x - np.max(x, -1, keepdims=True)
    log_p = x - np.log(np.sum(np.exp(x), -1, keepdims=True))
    blank, none = log_p[:, :, -1], np.zeros((frames, 1))
    label = log_p[:, range(length), targets[:length]]
    before = row_by_row(blank[:-1], np.hstack([none, label]))
    turned = blank[-2::-1, ::-1], np.hstack([none, label[::-1, ::-1]])
    after = row_by_row(*turned)[::-1, ::-1] + blank[-1, -1]
    loss, last = -after[0, 0], np.full((1, length + 1), -np.inf)
    last[0, -1] = 0.0
    by_blank = np.exp(before + blank + np.vstack([after[1:], last]) + loss)
    by_label = np.exp(before[:, :-1] + label + after[:, 1:] + loss)
    gradient = np.zeros(logits.shape)
    occupied = by_blank + np.hstack([by_label, none])
    used = gradient[:frames, : length + 1]
    used += occupied[..., None] * np.exp(log_p)
    used[:, :, -1] -= by_blank
    used[:, range(length), targets[:length]] -= by_label
    return loss, gradient


@pytest.mark.parametrize("scale", [1.0, 5.0])
def test_single_precision_keeps_its_digits_over_fifteen_hundred_frames(scale):
    x, targets, used, ends = problem(1, 1500, 80, 20, scale)
    used[:], ends[:] = 1500, 80
    args = (jnp.asarray(x), jnp.asarray(targets), used, ends)
    loss, gradient = jax.value_and_grad(summed)(*args)
    exact, expected = by_log_sums(x[0], targets[0], 1500, 80)
    assert loss.dtype == gradient.dtype == jnp.float32
    # Of 4000 and 9000 nats; an ulp of the largest of the gradients, of 1, is 1.2e-7.
    assert abs(float(loss) / exact - 1) < 2.0**-23
    assert np.max(np.abs(np.asarray(gradient[0]) - expected)) < 2e-6


def test_single_precision_is_a_few_ulp_off_in_short_sequences(xp):
    x, *rest = problem(3, 6, 3, 5)
    rest = [xp.asarray(y.tolist()) for y in rest]
    single, double = (
        rnnt_loss(xp.asarray(x.tolist(), dtype=dtype), *rest, reduction="none")
        for dtype in (xp.float32, xp.float64)
    )
    assert_close(single, double, rtol=4e-7)


def test_scores_far_from_zero_keep_their_digits():
    x, *rest = problem(2, 6, 3, 5)
    moved = np.float32(2.0**10) + np.round(x * 2**10) / np.float32(2**10)
    rest = [jnp.asarray(y) for y in rest]
    near = jax.value_and_grad(summed)(jnp.asarray(moved - np.float32(2.0**10)), *rest)
    far = jax.value_and_grad(summed)(jnp.asarray(moved), *rest)
    assert float(far[0]) == float(near[0])
    assert np.array_equal(far[1], near[1])


def confident(xp, loss):
    """Return five frames and a label whose one alignment has this loss a step."""
    x = np.full((1, 5, 2, 2), -40.0)
    x[:, :, :, 1] = -loss
    x[0, 2, 0] = [-loss, -40.0]
    return xp.asarray(x.tolist(), dtype=xp.float32), xp.asarray([[0]]), [5], [1]


def test_confident_losses_are_small_and_not_negative(xp):
    args = confident(xp, 1e-9)
    assert_close(rnnt_loss(*args, fused_log_softmax=False), 6e-9, rtol=1e-6)
    sure = xp.where(args[0] > -1, 0.0 * args[0], -math.inf)
    assert_close(rnnt_loss(sure, *args[1:], fused_log_softmax=False), 0.0)


def test_unlikely_alignments_are_not_lost(xp):
    # A label is likely in each frame, but there is none left: the one alignment has
    # exp(-5) in each of 400 frames.
    x = np.full((1, 400, 1, 2), -5.0)
    x[..., 0] = -0.01
    args = xp.asarray(x.tolist(), dtype=xp.float64), xp.zeros((1, 0), dtype=xp.int64)
    loss = rnnt_loss(*args, [400], [0], fused_log_softmax=False)
    assert_close(loss, 2000.0)
    # A column that is 2000 nats less likely than the one beside it, and must be left.
    x = np.full((1, 400, 2, 2), -5.0)
    x[0, :, 0], x[0, -1] = -0.01, [[-1.0, -400.0], [-5.0, -1.0]]
    args = xp.asarray(x.tolist(), dtype=xp.float64), xp.asarray([[0]])
    loss = rnnt_loss(*args, [400], [1], fused_log_softmax=False)
    assert_close(loss, 0.01 * 399 + 2.0 - math.log1p(math.exp(-10)), rtol=1e-2)


def test_vmap_agrees_with_a_batch():
    logits, *rest = (jnp.asarray(x) for x in problem(3, 6, 3, 4))
    batch = jax.grad(summed)(logits, *rest)
    each = jax.vmap(jax.grad(lambda *args: summed(*(x[None] for x in args))))
    assert_close(each(logits, *rest), batch, rtol=1e-6, atol=1e-7)


def test_shard_map_takes_a_part_of_the_batch_each():
    logits, *rest = (jnp.asarray(x) for x in problem(2, 6, 3, 4))
    mesh = jax.make_mesh((1,), ("n",), axis_types=(jax.sharding.AxisType.Auto,))
    parts = jax.shard_map(
        functools.partial(rnnt_loss, reduction="none"),
        mesh=mesh,
        in_specs=(PartitionSpec("n"),) * 4,
        out_specs=PartitionSpec("n"),
    )
    gradient = jax.grad(lambda x: jnp.sum(parts(x, *rest)))(logits)
    assert_close(gradient, jax.grad(summed)(logits, *rest), rtol=1e-6, atol=1e-7)


def test_traced_lengths_and_targets_do_not_compile_again():
    logits, *rest = (jnp.asarray(x) for x in problem(2, 6, 3, 4))
    count = []

    @jax.jit
    def loss(*args):
        count.append(1)
        return rnnt_loss(*args, reduction="none")

    loss(logits, *rest)
    targets, frames, ends = rest
    one = loss(logits, targets, frames - 1, ends - 1)[1]
    shape = frames[1].item() - 1, ends[1].item() - 1
    small = logits[1:, : shape[0], : shape[1] + 1], targets[1:, : shape[1]]
    assert_close(one, rnnt_loss(*small, shape[:1], shape[1:]), rtol=1e-6)
    assert len(count) == 1


@pytest.mark.parametrize(
    ("loss", "dtype"),
    [
        (jax.value_and_grad(rnnt_loss), "float32"),
        (rnnt_loss, "float32"),
        (rnnt_loss, "bfloat16"),
    ],
    ids=["gradient", "value", "value of halves"],
)
def test_memory_is_that_of_a_few_arrays_of_cells(loss, dtype):
    shape = (4, 50, 21, 500)
    struct = [jax.ShapeDtypeStruct(shape, dtype)]
    struct += [jax.ShapeDtypeStruct(s, jnp.int32) for s in ((4, 20), (4,), (4,))]
    compiled = jax.jit(loss).lower(*struct).compile()
    scores = math.prod(shape) * jnp.dtype(dtype).itemsize
    # No softmax: less than a twentieth of the scores.
    memory: Any = compiled.memory_analysis()
    assert memory.temp_size_in_bytes < scores / 20


def test_program_does_not_grow_with_the_number_of_frames():
    def size(frames):
        x = jnp.zeros((2, frames, 3, 3))
        args = jnp.ones((2, 2), int), jnp.asarray([1, 1]), jnp.asarray([1, 1])
        return str(jax.make_jaxpr(jax.grad(rnnt_loss))(x, *args)).count(" = ")

    assert size(7) == size(70)
