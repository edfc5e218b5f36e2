"""Losses that divide by lengths, with vectors of any length: as float64 has them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close

A, B = np.asarray([[0.6, -1.7, 0.3]]), np.asarray([[0.8, -1.1, -0.9]])
LENGTHS = [
    (1.0, 1e-10),
    (1e-10, 1e-10),
    (1e-20, 1.0),
    (1e-20, 1e-20),
    (1e-30, 1e-30),
    (1e-37, 1e-37),
    (0.0, 1.0),
    (0.0, 0.0),
    (1e20, 1e20),
    (1e30, 1e-30),
    (1e30, 1e30),
]


def labelled(loss, a, b, **options):
    """Return the loss of three rows, the first two of one label."""
    xp = fl.array_namespace(a)
    other = xp.asarray([[0.25, 1.0, -0.5]], dtype=a.dtype)
    rows = xp.concat([a, b, other])
    return loss(rows, xp.asarray([0, 0, 1]), **options)


LOSSES = {
    "cosine_similarity": lambda a, b: fl.cosine_similarity(a, b).sum(),
    "cosine_distance": fl.cosine_distance,
    "cosine_embedding_loss": lambda a, b: fl.cosine_embedding_loss(
        a, b, fl.array_namespace(a).asarray([1])
    ),
    "pairwise_distance": lambda a, b: fl.pairwise_distance(a, b, eps=0.0).sum(),
    "triplet_margin_loss": lambda a, b: fl.triplet_margin_loss(a, b, -a, eps=0.0),
    "pdist": lambda a, b: fl.pdist(fl.array_namespace(a).concat([a, b])).sum(),
    "ntxent_loss": lambda a, b: labelled(fl.ntxent_loss, a, b),
    "circle_loss": lambda a, b: labelled(
        fl.circle_loss, a, b, gamma=2.0, constant_weights=False
    ),
}
every = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def on_torch(loss, arrays, dtype):
    arrays = [torch.asarray(x, dtype=dtype).requires_grad_() for x in arrays]
    value = loss(*arrays)
    derivatives = torch.autograd.grad(value, arrays)
    return value.detach().numpy(), [x.numpy() for x in derivatives]


def scaled(*lengths):
    return [np.float32(x * size) for x, size in zip((A, B), lengths, strict=True)]


@every
def test_value_and_gradient_are_those_of_float64(loss):
    program = jax.jit(jax.value_and_grad(loss, (0, 1)))
    for lengths in LENGTHS:
        arrays = scaled(*lengths)
        value, derivatives = on_torch(loss, arrays, torch.float64)
        assert np.isfinite(value)
        assert_close(loss(*arrays), value, rtol=1e-5, atol=1e-30)
        for got, gradients in (
            program(*map(jnp.asarray, arrays)),
            on_torch(loss, arrays, torch.float32),
        ):
            assert_close(got, value, rtol=1e-5, atol=1e-30)
            for x, y in zip(gradients, derivatives, strict=True):
                scale = np.max(np.abs(y))
                if scale < 1e38:  # the inverse of a length may be beyond float32
                    assert_close(x, y, rtol=0, atol=1e-4 * scale + 1e-34)


@every
def test_subnormal_vectors_count_or_are_zeros_where_xla_has_none(loss):
    for lengths in ((1e-42, 1e-42), (1e-42, 1.0)):
        arrays = scaled(*lengths)
        value, derivatives = on_torch(loss, arrays, torch.float64)
        # A subnormal number has few digits, and so has a length of it.
        assert_close(loss(*arrays), value, rtol=1e-2, atol=1e-42)
        got, gradients = on_torch(loss, arrays, torch.float32)
        assert_close(got, value, rtol=1e-2, atol=1e-42)
        for x, y in zip(gradients, derivatives, strict=True):
            scale = np.max(np.abs(y))
            if scale < 1e38:
                assert_close(x, y, rtol=0, atol=1e-2 * scale)
        zeros = [
            x if size == 1 else 0 * x for x, size in zip(arrays, lengths, strict=True)
        ]
        value, derivatives = jax.value_and_grad(loss, (0, 1))(*map(jnp.asarray, arrays))
        expected = jax.value_and_grad(loss, (0, 1))(*map(jnp.asarray, zeros))
        assert_close(value, expected[0], rtol=1e-6)
        for x, y in zip(derivatives, expected[1], strict=True):
            assert_close(x, y, rtol=1e-6)


def test_tiny_vectors_have_the_gradient_that_their_floor_gives():
    # Beside 1e-12 their squares vanish: each side adds -1e-30 / 1e-12.
    def function(a):
        return fl.cosine_embedding_loss(a, a + 0, jnp.ones(1))

    got = jax.grad(function)(jnp.full((1, 2), 1e-30, "float32"))
    assert_close(got, [[-2e-18, -2e-18]], rtol=1e-6)
