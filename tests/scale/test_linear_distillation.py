"""Distillation of linear layers in blocks, of rows and classes on several devices."""

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
LAYOUTS = {
    "rows": ((8,), ("rows",), "rows", None),
    "classes": ((8,), ("classes",), None, "classes"),
    "both": ((2, 4), ("rows", "classes"), "rows", "classes"),
    "same": ((8,), ("all",), "all", "all"),
}


def loss(x, layer, t, teacher, bias):
    options = {"linear_bias": bias, "beta": 0.25, "chunk_size": 8}
    return fl.linear_distillation_loss(x, layer, t, teacher, **options)


BOTH = jax.jit(jax.value_and_grad(loss, (0, 1, 4)))


@pytest.fixture(scope="module")
def problem():
    random = np.random.default_rng(0)
    shapes = (16, 3), (32, 3), (16, 2), (32, 2), (32,)
    arrays = [random.standard_normal(shape) for shape in shapes]
    with jax.set_mesh(jax.make_mesh((1,), ("device",))):
        return arrays, jax.device_get(BOTH(*map(jnp.asarray, arrays)))


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(
    ("kind", "known"),
    [(AUTO, False), (AUTO, True), (EXPLICIT, True)],
    ids=["auto", "auto-known", "explicit"],
)
def test_parts_give_what_the_whole_gives(problem, layout, kind, known):
    (arrays, expected), (sizes, names, rows, classes) = problem, layout
    mesh = jax.make_mesh(sizes, names, axis_types=(kind,) * len(names))
    specs = (rows, classes, rows, classes, classes)
    with jax.set_mesh(mesh) if known else contextlib.nullcontext():
        placed = [
            jax.device_put(array, NamedSharding(mesh, P(spec)))
            for array, spec in zip(arrays, specs, strict=True)
        ]
        found = jax.device_get(BOTH(*placed))
    jax.tree.map(lambda a, b: assert_close(a, b, atol=1e-15), found, expected)
