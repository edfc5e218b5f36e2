"""Losses of whole batches over mapped axes: each device has some of the rows."""

import contextlib
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

import funloss as fl
from benchmarks.collectives import collectives
from tests.assertions import assert_close
from tests.scale.test_uneven import KEPT, ROWS, SHARDS, in_shard_map, in_vmap

BATCH, WIDTH = SHARDS * ROWS, 5
KEEP = np.concatenate([np.arange(ROWS) < kept for kept in KEPT])
X, Y = np.random.default_rng(0).standard_normal((2, BATCH, WIDTH))
WIDE = np.random.default_rng(1).standard_normal((2, BATCH, 2 * BATCH + 2))
LABELS = np.arange(BATCH) * 7 % 11
NEGATIVES = X[:3, ::-1].copy()
INFO_NCE = functools.partial(fl.info_nce_loss, temperature=0.5)
CLIP = functools.partial(INFO_NCE, symmetric=True)
SIGLIP = functools.partial(fl.siglip_loss, temperature=0.5, bias=-1.0)
SUPCON = functools.partial(fl.supcon_loss, temperature=0.5)
BARLOW = functools.partial(fl.barlow_twins_loss, redundancy_weight=0.5)
VICREG = functools.partial(fl.vicreg_loss, invariance=2.0, variance=8.0)
CASES = {
    "info_nce": (INFO_NCE, (X, Y)),
    "clip": (CLIP, (X, Y)),
    "siglip": (SIGLIP, (X, Y)),
    "supcon": (SUPCON, (X, LABELS)),
    "barlow_twins": (BARLOW, (X, Y)),
    "barlow_twins of few rows": (BARLOW, tuple(WIDE)),
    "vicreg": (VICREG, (0.5 * X, Y)),
}
EACH = pytest.mark.parametrize(("loss", "arrays"), CASES.values(), ids=CASES)
SPREAD = pytest.mark.parametrize("spread", [in_shard_map, in_vmap])
GATHERS = ["info_nce", "clip", "siglip", "supcon"]


def wrt(arrays):
    return tuple(k for k, x in enumerate(arrays) if x.dtype.kind == "f")


def solved(loss, arrays, keep):
    # What does not count is nan, so that nothing of it can pass unseen.
    hidden = [
        np.where(keep.reshape(-1, *[1] * (x.ndim - 1)), x, np.nan)
        if x.dtype.kind == "f"
        else x
        for x in arrays
    ]
    program = jax.jit(jax.value_and_grad(loss, wrt(arrays)))
    return program(*map(jnp.asarray, (*hidden, keep)))


def check_equal(got, wanted):
    assert_close(got[0], wanted[0])
    for one, other in zip(got[1], wanted[1], strict=True):
        assert_close(one, other, rtol=1e-10, atol=1e-15)


@SPREAD
@EACH
def test_the_loss_of_all_rows_whatever_shards_keep(spread, loss, arrays):
    def total(*given, **options):
        *rows, keep = given
        return loss(*rows, where=keep, **options)

    program = spread(functools.partial(total, axis_name="data"))
    check_equal(solved(program, arrays, KEEP), solved(total, arrays, KEEP))


@EACH
def test_gradients_taken_on_each_device_are_those_of_its_rows(loss, arrays):
    def gradients(*shards):
        return jax.value_and_grad(loss, wrt(arrays))(*shards, axis_name="data")

    program = in_shard_map(gradients, out_specs=(P(), P("data")))
    got = jax.jit(program)(*map(jnp.asarray, arrays))
    wanted = jax.jit(jax.value_and_grad(loss, wrt(arrays)))(*arrays)
    check_equal(got, wanted)


@pytest.mark.parametrize("name", GATHERS)
def test_losses_of_rows_over_two_mapped_axes(name):
    loss, arrays = CASES[name]
    mesh = jax.make_mesh((2, 4), ("a", "b"), axis_types=(AxisType.Auto,) * 2)
    program = jax.shard_map(
        functools.partial(loss, axis_name=("a", "b"), reduction="none"),
        mesh=mesh,
        in_specs=P(("a", "b")),
        out_specs=P(("a", "b")),
    )
    got = jax.jit(program)(*map(jnp.asarray, arrays))
    assert_close(got, loss(*arrays, reduction="none"))


def test_negatives_are_those_of_the_rows_here():
    program = in_shard_map(
        lambda x, y, n: INFO_NCE(x, y, n, axis_name="data"),
        in_specs=(P("data"), P("data"), P()),
    )
    got = jax.jit(program)(*map(jnp.asarray, (X, Y, NEGATIVES)))
    assert_close(got, INFO_NCE(X, Y, NEGATIVES))


@EACH
def test_means_of_the_losses_of_shards_are_another_number(loss, arrays):
    program = in_shard_map(lambda *shards: lax.pmean(loss(*shards), "data"))
    got = jax.jit(program)(*map(jnp.asarray, arrays))
    assert abs(got / loss(*arrays) - 1) > 0.01


@EACH
@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_mapped_axes_need_jax(loss, arrays, xp):
    made = [xp.asarray(x) for x in arrays]
    more = {} if loss in (BARLOW, VICREG) else {"reduction": "none"}
    with pytest.raises(ValueError, match="axis_name needs jax arrays, got axis_name"):
        loss(*made, axis_name="data", **more)


def exchanged(loss, arrays):
    """Return the kind and the numbers of what is exchanged, beyond single numbers."""
    program = in_shard_map(functools.partial(loss, axis_name="data"))
    made = [jnp.asarray(x, "f4" if x.dtype.kind == "f" else "i4") for x in arrays]
    with jax.enable_x64(False):
        text = jax.jit(jax.value_and_grad(program, wrt(arrays))).lower(*made).compile()
    found = [(x.kind, x.bytes // 4) for x in collectives(str(text.as_text()))]
    return sorted(x for x in found if x[1] > 8)


NUMBERS, OWN, ALL = BATCH, ROWS * WIDTH, BATCH * WIDTH


@pytest.mark.parametrize("name", GATHERS)
def test_rows_are_gathered_once_and_their_gradients_scattered(name):
    # In the other direction it is the rows of the other side.
    sides = 2 if name == "clip" else 1
    numbers = [("all-gather", NUMBERS)] * 2
    rows = [("all-gather", ALL)] * sides + [("reduce-scatter", OWN)] * sides
    assert exchanged(*CASES[name]) == numbers + rows


def test_statistics_of_columns_are_added_up():
    for name in ("barlow_twins", "vicreg"):
        found = exchanged(*CASES[name])
        assert {kind for kind, _ in found} == {"all-reduce"}
        # The tables of both sides, twice, and a few rows.
        assert sum(size for _, size in found) <= 4 * WIDTH**2 + 14 * WIDTH


def test_few_rows_are_gathered_in_place_of_a_table_of_columns():
    width = WIDE.shape[2]
    found = exchanged(*CASES["barlow_twins of few rows"])
    rows = [x for x in found if x[0] != "all-reduce"]
    every, own = BATCH * width, ROWS * width
    assert rows == [("all-gather", every)] * 2 + [("reduce-scatter", own)] * 2
    assert all(size <= 2 * width for kind, size in found if kind == "all-reduce")


@pytest.mark.parametrize("kind", [AxisType.Auto, AxisType.Explicit], ids=str)
@pytest.mark.parametrize("name", list(CASES)[4:])
def test_sharded_arrays_under_jit_need_no_axis_name(name, kind):
    loss, arrays = CASES[name]
    mesh = jax.make_mesh((SHARDS,), ("data",), axis_types=(kind,))
    place = NamedSharding(mesh, P("data"))

    def total(*given):
        *rows, keep = (jax.device_put(x, place) for x in given)
        return loss(*rows, where=keep)

    wanted = solved(lambda *x: loss(*x[:-1], where=x[-1]), arrays, KEEP)
    explicit = kind is AxisType.Explicit
    with jax.set_mesh(mesh) if explicit else contextlib.nullcontext():
        check_equal(solved(total, arrays, KEEP), wanted)
