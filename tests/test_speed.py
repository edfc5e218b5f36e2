"""A call outside jit costs little more than the same loss written by hand."""

import time

import jax
import jax.numpy as jnp
import pytest

import funloss as fl

X, Y = (
    jnp.asarray([[2.0, 0.0, 1.0]], "float32"),
    jnp.asarray([[0.5, 0.25, 1.0]], "float32"),
)
LABEL = jnp.asarray([2])


@jax.jit
def cross_entropy(x, t):
    chosen = jnp.take_along_axis(x, t[:, None], 1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(x, axis=1) - chosen)


@jax.jit
def mse(x, t):
    return jnp.mean(jnp.square(x - t))


@jax.jit
def binary(x, t):
    return jnp.mean(jax.nn.softplus(x) - x * t)


@jax.jit
def triplet(a, p, n):
    near, far = (jnp.sqrt(jnp.sum(jnp.square(a - x + 1e-6), -1)) for x in (p, n))
    return jnp.mean(jax.nn.relu(1.0 + near - far))


def seconds(function, arrays, calls=50):
    """Return the processor time of one call; other processes do not add to it."""
    start = time.thread_time()
    for _ in range(calls):
        function(*arrays)
    return (time.thread_time() - start) / calls


@pytest.mark.parametrize(
    ("ours", "by_hand", "arrays"),
    [
        (fl.cross_entropy, cross_entropy, (X, LABEL)),
        (fl.mse_loss, mse, (X, Y)),
        (fl.binary_cross_entropy_with_logits, binary, (X, Y)),
        (fl.triplet_margin_loss, triplet, (X, Y, -Y)),
    ],
    ids=["cross_entropy", "mse", "binary", "triplet"],
)
def test_a_call_costs_at_most_three_times_one_by_hand(ours, by_hand, arrays):
    assert jnp.allclose(ours(*arrays), by_hand(*arrays), rtol=1e-5)
    # Interleaved, and the least of many: noise only ever adds.
    rounds = [(seconds(ours, arrays), seconds(by_hand, arrays)) for _ in range(100)]
    least, least_by_hand = map(min, zip(*rounds, strict=True))
    assert least <= 3 * least_by_hand


def test_a_call_with_options_costs_no_more_than_without():
    def smoothed(x, t):
        return fl.cross_entropy(x, t, reduction="sum", label_smoothing=0.1, axis=-1)

    smoothed(X, LABEL)
    rounds = [
        (seconds(smoothed, (X, LABEL)), seconds(cross_entropy, (X, LABEL)))
        for _ in range(100)
    ]
    least, least_by_hand = map(min, zip(*rounds, strict=True))
    assert least <= 3 * least_by_hand
