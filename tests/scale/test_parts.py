"""The linear cross-entropy of a matrix that lies in parts is that of the whole."""

import contextlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

import funloss as fl
from tests.assertions import assert_close

AUTO, EXPLICIT = AxisType.Auto, AxisType.Explicit
CLASSES, BOTH = ((8,), ("classes",)), ((2, 4), ("rows", "classes"))


@pytest.mark.parametrize(
    ("kinds", "count"),
    [((AUTO, AUTO), 8), ((AUTO, EXPLICIT), 2), ((EXPLICIT, EXPLICIT), 1)],
    ids=["auto", "both", "explicit"],
)
def test_rows_may_lie_where_the_compiler_chooses(kinds, count):
    x = jnp.zeros((16, 3))
    with jax.set_mesh(jax.make_mesh(*BOTH, axis_types=kinds)):
        assert fl.array_namespace(x).num_shards(x) == count
        assert fl.array_namespace(x).num_shards(x[1:]) == 1


@pytest.mark.parametrize(
    ("layout", "specs"),
    [
        (CLASSES, [(), ("classes",), ()]),
        (CLASSES, [("classes",), ("classes",), ("classes",)]),
        (BOTH, [("rows",), ("classes",), ("rows",)]),
        (BOTH, [("rows",), (("rows", "classes"),), ("rows",)]),
        (BOTH, [("rows",), (), ("rows",)]),
    ],
    ids=["classes", "same", "both", "both-on-both", "rows"],
)
@pytest.mark.parametrize(
    ("kind", "known"),
    [(AUTO, False), (AUTO, True), (EXPLICIT, True)],
    ids=["auto", "auto-known", "explicit"],
)
def test_linear_cross_entropy_of_parts_is_that_of_the_whole(layout, specs, kind, known):
    random = np.random.default_rng(0)
    x, layer = random.standard_normal((8, 3)), random.standard_normal((32, 3))
    labels = np.asarray([0, 31, 5, -100, 17, 8, 8, 30])
    bias, weight = random.standard_normal(32), random.random(32)

    def loss(x, layer, labels, bias, weight):
        return fl.linear_cross_entropy(
            x,
            layer,
            labels,
            linear_bias=bias,
            weight=weight,
            label_smoothing=0.1,
            chunk_size=16,
        )

    arrays, wrt = (x, layer, labels, bias, weight), (0, 1, 3)
    whole = jax.jit(jax.value_and_grad(loss, wrt))
    with jax.set_mesh(jax.make_mesh((1,), ("device",))):
        expected = jax.device_get(whole(*map(jnp.asarray, arrays)))
    mesh = jax.make_mesh(*layout, axis_types=(kind,) * len(layout[1]))
    more = [specs[1][:1], specs[1][:1]]
    with jax.set_mesh(mesh) if known else contextlib.nullcontext():
        placed = [
            jax.device_put(array, NamedSharding(mesh, P(*spec)))
            for array, spec in zip(arrays, [*specs, *more], strict=True)
        ]
        found = jax.device_get(jax.jit(jax.value_and_grad(loss, wrt))(*placed))
    jax.tree.map(lambda a, b: assert_close(a, b, atol=1e-15), found, expected)


@pytest.mark.parametrize("kind", [AUTO, EXPLICIT], ids=["auto", "explicit"])
def test_batches_of_tokens_lie_by_batch_on_the_devices(kind):
    random = np.random.default_rng(0)
    x, layer = random.standard_normal((4, 2, 3)), random.standard_normal((32, 3))
    labels = random.integers(0, 32, (4, 2))

    def loss(x, layer, labels):
        return fl.linear_cross_entropy(x, layer, labels, chunk_size=16)

    both = jax.jit(jax.value_and_grad(loss, (0, 1)))
    expected = jax.device_get(both(*map(jnp.asarray, (x, layer, labels))))
    mesh = jax.make_mesh(*BOTH, axis_types=(kind, kind))
    with jax.set_mesh(mesh):
        placed = [
            jax.device_put(array, NamedSharding(mesh, P(place)))
            for array, place in ((x, "rows"), (layer, "classes"), (labels, "rows"))
        ]
        found = jax.device_get(both(*placed))
    jax.tree.map(lambda a, b: assert_close(a, b, atol=1e-15), found, expected)
