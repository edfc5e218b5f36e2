"""The adaptive softmax, worked by hand."""

import functools
import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss.classification._adaptive_log_softmax_with_loss import (
    adaptive_log_softmax_with_loss,
)
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2, LOG3 = math.log(2), math.log(3)

# One feature of 1: two frequent classes, clusters of two and of three rare ones.
# The head gives them 1/2, 1/8, 1/4, 1/8, the clusters 1/4, 3/4 and, of size 0, 1/3.
CUTOFFS = [2, 4]
HEAD = -LOG2 * np.asarray([[1.0], [3.0], [2.0], [3.0]])
TAIL = [
    (np.asarray([[2.0]]), np.asarray([[0.0], [LOG3 / 2]])),
    (np.zeros((0, 1)), np.zeros((3, 0))),
]
LOSSES = np.asarray([1, 3, 4, 4, 3, 3, 3]) * LOG2 + LOG3 * np.asarray(
    [0, 0, 0, -1, 1, 1, 1]
)
EVERY = np.arange(7)


def layers(xp, dtype="float64"):
    """Return the head and the tail in a library."""
    make = functools.partial(_made, xp, dtype)
    return make(HEAD), [tuple(map(make, pair)) for pair in TAIL]


def _made(xp, dtype, values):
    flat = xp.asarray(values.ravel().tolist(), dtype=getattr(xp, dtype))
    return xp.reshape(flat, values.shape)


def features(xp, count=7, dtype="float64"):
    """Return as many rows of one feature."""
    return xp.ones((count, 1), dtype=getattr(xp, dtype))


def test_values(any_xp):
    t = any_xp.asarray(EVERY.tolist())
    call = functools.partial(
        adaptive_log_softmax_with_loss,
        features(any_xp),
        t,
        *layers(any_xp),
        cutoffs=CUTOFFS,
    )
    output, loss = call()
    assert_close(output, -LOSSES)
    assert_close(loss, LOSSES.mean())
    assert_close(call(reduction="sum").loss, LOSSES.sum())
    assert_close(call(reduction="none").loss, LOSSES)
    # The probabilities of all classes add up to 1.
    assert_close(np.exp(-LOSSES).sum(), 1)


def test_bias(xp):
    bias = xp.asarray([-INF, 0.0, 0.0, 0.0], dtype=xp.float64)
    t = xp.asarray([0, 1, 6])
    output, loss = adaptive_log_softmax_with_loss(
        features(xp, 3), t, *layers(xp), cutoffs=CUTOFFS, head_bias=bias
    )
    assert_close(output, [-INF, -2 * LOG2, -2 * LOG2 - LOG3])
    assert_close(loss, INF)


def test_one_row(xp):
    head, tail = layers(xp)
    output, loss = adaptive_log_softmax_with_loss(
        xp.ones((1,), dtype=xp.float64), xp.asarray(3), head, tail, cutoffs=(2, 4)
    )
    assert_close(output, -LOSSES[3])
    assert_close(loss, LOSSES[3])


def test_one_cluster_of_one_class(xp):
    head, tail = layers(xp)
    pair = (tail[0][0], tail[0][1][:1, :])
    got = adaptive_log_softmax_with_loss(
        features(xp, 2), xp.asarray([1, 2]), head[:3, :], [pair], cutoffs=[2]
    )
    # Of 1/2, 1/8, 1/4.
    assert_close(got.output, [math.log(1 / 7), math.log(2 / 7)])


def test_masked_rows_do_not_count(xp):
    x = xp.asarray([[1.0], [NAN], [1.0]], dtype=xp.float64)
    where = xp.asarray([True, False, True])
    t = xp.asarray([0, 99, 3])
    call = functools.partial(adaptive_log_softmax_with_loss, x, t, *layers(xp))
    output, loss = call(cutoffs=CUTOFFS, where=where)
    assert_close(output, [-LOSSES[0], 0, -LOSSES[3]])
    assert_close(loss, (LOSSES[0] + LOSSES[3]) / 2)
    output, loss = call(cutoffs=CUTOFFS, where=False)
    assert_close(output, [0, 0, 0])
    assert_close(loss, NAN)


def test_no_rows(xp):
    t = xp.asarray([], dtype=xp.int64)
    output, loss = adaptive_log_softmax_with_loss(
        features(xp, 0), t, *layers(xp), cutoffs=CUTOFFS
    )
    assert output.shape == (0,)
    assert_close(loss, NAN)


def test_derivative_in_the_features(derivative):
    def call(x, labels):
        xp = fl.array_namespace(x)
        dtype = str(x.dtype).removeprefix("torch.")
        head, tail = layers(xp, dtype)
        t = xp.asarray(labels)
        return adaptive_log_softmax_with_loss(
            x, t, head, tail, cutoffs=CUTOFFS, reduction="sum"
        ).loss

    # Bits are 1, 3, 3 and 2 against 7 / 4 on average; the cluster adds LOG3 for
    # 3 / 4 less one if the label is its second class.
    got = derivative(functools.partial(call, labels=[0, 1, 6]), [[1.0]] * 3)
    assert_close(got, np.asarray([[-0.75], [1.25], [1.25]]) * LOG2)
    got = derivative(functools.partial(call, labels=[2, 3]), [[1.0]] * 2)
    assert_close(got, 0.25 * LOG2 + LOG3 * np.asarray([[0.75], [-0.25]]))


def test_curvature(curvature):
    def call(x):
        xp = fl.array_namespace(x)
        t = xp.asarray([1])
        return adaptive_log_softmax_with_loss(x, t, *layers(xp), cutoffs=CUTOFFS).loss

    # The variance of 1, 3, 2, 3 bits with 1/2, 1/8, 1/4, 1/8.
    assert_close(curvature(call, [[1.0]]), [[(3.75 - 1.75**2) * LOG2**2]])


def test_derivatives_in_the_layers_come_in_their_own_shape():
    head, tail = layers(jnp)
    x, t = features(jnp, 2), jnp.asarray([2, 3])

    @jax.jit
    def call(head, tail):
        return adaptive_log_softmax_with_loss(x, t, head, tail, cutoffs=CUTOFFS).loss

    derivatives = jax.grad(call, (0, 1))(head, tail)
    assert_close(derivatives[0], [[0.5], [0.125], [-0.75], [0.125]])
    # The last cluster has no label; it has derivatives all the same.
    assert_close(derivatives[1][0][1], [[-0.5], [0.5]], atol=1e-15)
    assert derivatives[1][1][0].shape == (0, 1)
    assert derivatives[1][1][1].shape == (3, 0)
    # The same where only the layers are traced.
    rows = np.ones((2, 1)), np.asarray([2, 3])
    again = jax.grad(
        lambda tail: (
            adaptive_log_softmax_with_loss(*rows, HEAD, tail, cutoffs=CUTOFFS).loss
        )
    )(tail)
    jax.tree.map(assert_close, again, derivatives[1])


@pytest.mark.parametrize("library", ["jax", "torch"])
def test_nan_does_not_leave_a_cluster_without_labels(library):
    xp = {"jax": jnp}.get(library) or pytest.importorskip("torch")
    head = _made(xp, "float64", HEAD)
    good = tuple(_made(xp, "float64", a) for a in TAIL[0])
    bad = (xp.full((2, 1), NAN), xp.full((3, 2), INF))
    arrays = [features(xp, 2), head, *good, *bad]

    def call(x, head, *tail):
        pairs = [tail[:2], tail[2:]]
        t = xp.asarray([1, 3])
        return adaptive_log_softmax_with_loss(x, t, head, pairs, cutoffs=CUTOFFS).loss

    if library == "jax":
        derivatives = jax.grad(call, tuple(range(6)))(*arrays)
    else:
        arrays = [a.double().requires_grad_() for a in arrays]
        derivatives = xp.autograd.grad(call(*arrays), arrays)
    assert_close(call(*arrays), (LOSSES[1] + LOSSES[3]) / 2)
    for got in derivatives[:4]:
        assert np.isfinite(np.asarray(got)).all()
    assert_close(derivatives[4], np.zeros((2, 1)))
    assert_close(derivatives[5], np.zeros((3, 2)))


def test_a_label_out_of_range_is_a_fault():
    x, t = features(np, 3), np.asarray([0, 7, 3])
    call = functools.partial(adaptive_log_softmax_with_loss, cutoffs=CUTOFFS)
    message = re.escape("target must be in 0..6, got 7 at (1,)")
    with pytest.raises(ValueError, match=message):
        call(x, t, HEAD, TAIL)
    head, tail = layers(jnp)
    with fl.debug_values(), pytest.raises(ValueError, match=message):
        call(jnp.asarray(x), t, head, tail)
    output, loss = call(jnp.asarray(x), t, head, tail)
    assert_close(output, [-LOSSES[0], NAN, -LOSSES[3]])
    assert_close(loss, NAN)
    derivative = jax.grad(lambda x: call(x, t, head, tail).loss)(jnp.asarray(x))
    assert_close(np.isnan(derivative), [[False], [True], [False]])


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_dtypes(dtype):
    head, tail = layers(jnp, dtype)
    call = functools.partial(adaptive_log_softmax_with_loss, cutoffs=CUTOFFS)
    x, t = features(jnp, 7, dtype), jnp.asarray(EVERY, "int8")
    got = call(x, t, head, tail)
    assert {got.output.dtype, got.loss.dtype} == {jnp.dtype(dtype)}
    assert_close(got.output, -LOSSES, rtol=2 * float(jnp.finfo(dtype).eps))
    assert call(x, t, layers(jnp)[0], tail).loss.dtype == "float64"
    assert call(x, t, head, tail, dtype="float64").output.dtype == "float64"


def test_vmap():
    head, tail = layers(jnp)
    x, t = jnp.asarray([[1.0], [0.5], [-2.0]]), jnp.asarray([1, 3, 4])
    call = functools.partial(adaptive_log_softmax_with_loss, cutoffs=CUTOFFS)
    got = jax.vmap(call, (0, 0, None, None))(x, t, head, tail)
    assert_close(got.loss, -call(x, t, head, tail).output)
