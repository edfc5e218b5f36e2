"""Softmax cross-entropy in blocks of classes: memory, rounding, derivatives on JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from funloss._algorithms._linear_cross_entropy import choose_chunk
from funloss.classification._linear_cross_entropy import linear_cross_entropy
from tests.assertions import assert_close


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_rounded_once(dtype):
    """A block's gradients are added up in float32, and the matrix stays as it is."""
    rng = np.random.default_rng(0)
    x, layer, bias = (
        jnp.asarray(rng.standard_normal(shape), dtype) for shape in [(6, 4), (9, 4), 9]
    )
    t = jnp.asarray(rng.integers(0, 9, 6))

    def loss(x, layer, bias, chunk):
        return linear_cross_entropy(x, layer, t, linear_bias=bias, chunk_size=chunk)

    exact = [a.astype("float64") for a in (x, layer, bias)]
    places = (0, 1, 2)
    expected = jax.value_and_grad(loss, places)(*exact, None)
    got = jax.value_and_grad(loss, places)(x, layer, bias, 2)
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        assert a.dtype == dtype
        # The nearest number, or its neighbour where float32 rounds to the middle.
        assert_close(a, b.astype(dtype), rtol=float(jnp.finfo(dtype).eps))
    change = jax.jvp(lambda x: loss(x, layer, bias, 2), (x,), (x,))[1]
    expected = (expected[1][0] * exact[0]).sum()
    assert_close(change, expected, rtol=float(jnp.finfo(dtype).eps))


def test_blocks_and_whole_agree_under_transforms():
    rng = np.random.default_rng(0)
    x, layer = rng.standard_normal((2, 3, 2)), rng.standard_normal((8, 2))
    options = {"weight": rng.random(8), "label_smoothing": 0.1}
    t = jnp.asarray([7, -100, 2])

    def loss(x, layer, chunk=3):
        return linear_cross_entropy(x, layer, t, chunk_size=chunk, **options)

    def whole(x, layer):
        return loss(x, layer, None)

    for transform in (
        lambda f: jax.jit(jax.value_and_grad(f, (0, 1))),
        lambda f: jax.jit(jax.hessian(f, (0, 1))),
    ):
        expected = [transform(whole)(a, layer) for a in x]
        expected = jax.tree.map(lambda *rows: jnp.stack(rows), *expected)
        got = jax.vmap(transform(loss), (0, None))(x, layer)
        jax.tree.map(
            lambda a, b: assert_close(a, b, rtol=1e-11, atol=1e-14), got, expected
        )


def test_the_chunk_is_chosen_from_the_shapes():
    assert choose_chunk(1, 1_000_000, 1) == 1_000_000
    assert choose_chunk(64, 50_000, 1) == 50_000
    assert choose_chunk(1024, 16_384, 1) == 256
    assert choose_chunk(4096, 131_072, 1) == 256
    assert choose_chunk(16_384, 262_144, 1) == 512
    assert choose_chunk(32_768, 512, 1) == 64
    assert choose_chunk(32, 262_144, 1) == 2048
    assert choose_chunk(2048, 131_072, 8) == 8 * 256


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    ("rows", "features", "classes", "most"),
    [
        (4096, 1024, 131_072, 60e6),
        (4096, 1024, 131_071, 60e6),
        (16_384, 2048, 262_144, 400e6),
    ],
    ids=["large", "prime", "huge"],
)
def test_memory(rows, features, classes, most, dtype):
    """Value and gradients need a fraction of the scores' bytes: 2 and 17 GB."""

    def of(*shape, dtype=dtype):
        return jax.ShapeDtypeStruct(shape, dtype)

    def loss(x, layer, t, bias, weight):
        return linear_cross_entropy(
            x, layer, t, linear_bias=bias, weight=weight, label_smoothing=0.1
        )

    arrays = of(rows, features), of(classes, features), of(rows, dtype="int32")
    run = jax.jit(jax.value_and_grad(loss, (0, 1)))
    with jax.set_mesh(jax.make_mesh((1,), ("device",))):
        compiled = run.lower(*arrays, of(classes), of(classes)).compile()
    assert compiled.memory_analysis().temp_size_in_bytes <= most
