"""Every loss and its gradient lower for GPUs and TPUs, from a machine without them.

What is lowered is not run: this shows that the program is one for such a device, and
that all of it stays there.
"""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.sampling import COMPILED
from tests.settings import by_default
from tests.table import rows

PLATFORMS = ("cuda", "rocm", "tpu")
# A loss is lowered for all of them at once, which takes a quarter of the time.
EACH = pytest.mark.parametrize("platforms", [*zip(PLATFORMS), PLATFORMS], ids="-".join)
DTYPES = pytest.mark.parametrize("dtype", ["float32", "bfloat16"])

# Double precision is emulated on TPUs and slow on most GPUs. Calls lead to the host
# or to one platform's libraries; no loss needs any.
FOREIGN = re.compile(r"f64|custom_call @[\w.]+|stablehlo\.(?:send|recv|infeed|outfeed)")


def traced(function, arrays):
    """Return the program of a value and its gradient, before it is lowered."""
    floats = [jnp.issubdtype(x.dtype, jnp.floating) for x in arrays]
    places = tuple(k for k, floating in enumerate(floats) if floating)

    def loss(*arrays):
        return sum(x.sum() for x in jax.tree.leaves(function(*arrays)))

    return jax.jit(jax.value_and_grad(loss, places)).trace(*arrays)


def foreign(program, platforms):
    """Return what such devices lack of a program."""
    lowered = program.lower(lowering_platforms=platforms)
    return set(FOREIGN.findall(lowered.as_text()))


def assert_stays(function, arrays):
    """Assert that no platform lacks anything."""
    assert not foreign(traced(function, arrays), PLATFORMS)


@rows(one_in=COMPILED)
@DTYPES
def test_every_loss_stays_on_the_device(row, dtype):
    assert_stays(row.with_options(), row.made(jnp, dtype))


@rows("where", "reduction", one_in=COMPILED)
def test_masked_losses_stay_on_the_device(row):
    keep = np.arange(np.prod(row.mask_shape)).reshape(row.mask_shape) > 0
    keep = jnp.asarray(keep)
    loss = row.with_options(where=keep, reduction="none")
    assert_stays(loss, row.made(jnp, "bfloat16"))


def made(*shapes):
    """Return arguments of these shapes; those of integers are called so."""
    return [
        jax.ShapeDtypeStruct(shape, jnp.int32 if labels else jnp.float32)
        for shape, labels in shapes
    ]


# Programs that the small inputs of the table do not lead to.
LARGE = {
    "blocks of classes": (
        lambda *x: fl.linear_cross_entropy(*x, chunk_size=64),
        made(((32, 8), False), ((1000, 8), False), ((32,), True)),
    ),
    "smoothed cross-entropy": (
        lambda *x: fl.cross_entropy(*x, label_smoothing=0.1, ignore_index=0),
        made(((64, 5000, 7), False), ((64, 7), True)),
    ),
    "many classes": (
        lambda *x: fl.ctc_loss(*x, zero_infinity=True),
        made(((50, 4, 600), False), ((4, 9), True), ((4,), True), ((4,), True)),
    ),
    "any norm": (lambda x: fl.pdist(x, p=3.0), made(((200, 5), False))),
    "largest norm": (lambda x: fl.pdist(x, p=float("inf")), made(((200, 5), False))),
    "sorted scores": (
        fl.multilabel_margin_loss,
        made(((8, 500), False), ((8, 500), True)),
    ),
}


@pytest.mark.parametrize(("loss", "arrays"), LARGE.values(), ids=LARGE)
def test_large_arrays_stay_on_the_device(loss, arrays):
    assert_stays(loss, arrays)


def with_a_double(x):
    """Multiply by a NumPy number, which is never weak."""
    with by_default():
        return (x * np.float64(2)).mean()


def with_a_selected_double(x):
    """Select by a Python number, which is float64 until it is narrowed."""
    return jnp.where(x > 0, x, 0.5)


def by_a_library(x):
    """Factorise, which every platform does by a call."""
    return jnp.linalg.qr(jnp.outer(x, x)).R


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (with_a_double, "f64"),
        (with_a_selected_double, "f64"),
        (by_a_library, "custom_call"),
    ],
    ids=lambda x: x.__name__ if callable(x) else x,
)
@EACH
def test_what_leaves_the_device_is_seen(fault, found, platforms):
    seen = foreign(traced(fault, [jnp.ones(3, jnp.float32)]), platforms)
    assert any(word.startswith(found) for word in seen)


def on_the_host(x):
    """Compute on the host."""
    fixed = jax.lax.stop_gradient(x)
    return x * jax.pure_callback(np.exp, jax.typeof(fixed), fixed)


@EACH
def test_a_callback_to_the_host_does_not_lower(platforms):
    message = "multi-platform" if len(platforms) > 1 else f"platform {platforms[0]}"
    with pytest.raises((NotImplementedError, ValueError), match=message):
        foreign(traced(on_the_host, [jnp.ones(3, jnp.float32)]), platforms)
