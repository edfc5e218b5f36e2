"""A mean over shards or micro-batches that hold different numbers of rows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

import funloss as fl
from tests.assertions import assert_close

SHARDS, ROWS, CLASSES, IGNORED = 8, 4, 5, 255
BATCH = SHARDS * ROWS
WEIGHT = np.linspace(0.25, 2, CLASSES)

# Shard k keeps as many rows as stand here; two keep none.
KEPT = [4, 1, 0, 3, 2, 4, 0, 1]
KEEP = np.concatenate([np.arange(ROWS) < kept for kept in KEPT])
LABELS = np.where(KEEP, np.arange(BATCH) * 7 % CLASSES, IGNORED)
# What does not count is nan, so that nothing of it can pass unseen.
SCORES = np.cos(np.arange(BATCH * CLASSES)).reshape(BATCH, CLASSES)
SCORES = np.where(KEEP[:, None], SCORES, np.nan)


def make_mesh(kind=AxisType.Auto):
    return jax.make_mesh((SHARDS,), ("data",), axis_types=(kind,))


def in_shard_map(loss, **options):
    """Run `losses` on each device's rows; all must return the same."""
    specs = {"in_specs": P("data"), "out_specs": P(), "check_vma": True}
    return jax.shard_map(loss, mesh=make_mesh(), **specs | options)


def in_vmap(loss):
    """Run `losses` on parts of the rows, as `jax.pmap` did."""

    def run(*arrays):
        parts = [jnp.reshape(x, (SHARDS, -1, *x.shape[1:])) for x in arrays]
        return jax.vmap(loss, axis_name="data", out_axes=None)(*parts)

    return run


SPREAD = pytest.mark.parametrize("spread", [in_shard_map, in_vmap])


def class_weights(labels):
    """Return each row's class weight, and which rows count."""
    keep = labels != IGNORED
    return jnp.asarray(WEIGHT)[jnp.where(keep, labels, 0)], keep


def masked(scores, labels, **shared):
    losses = fl.cross_entropy(scores, labels, ignore_index=IGNORED, reduction="none")
    return fl.reduce(losses, where=labels != IGNORED, **shared)


def weighted(scores, labels, **shared):
    weight, keep = class_weights(labels)
    losses = fl.cross_entropy(scores, labels, ignore_index=IGNORED, reduction="none")
    return fl.reduce(losses, weight=weight, where=keep, **shared)


def smoothed(scores, labels, **shared):
    # Smoothing weighs each class by itself, so the losses come weighted already.
    weight, keep = class_weights(labels)
    losses = fl.cross_entropy(
        scores,
        labels,
        weight=jnp.asarray(WEIGHT),
        label_smoothing=0.1,
        ignore_index=IGNORED,
        reduction="none",
    )
    divisor = fl.reduce(weight, "sum", where=keep, **shared)
    return fl.reduce(losses, where=keep, divisor=divisor, **shared)


LOSSES = [
    (masked, {}),
    (weighted, {"weight": WEIGHT}),
    (smoothed, {"weight": WEIGHT, "label_smoothing": 0.1}),
]
EACH = pytest.mark.parametrize(
    ("loss", "options"), LOSSES, ids=[loss.__name__ for loss, _ in LOSSES]
)


def solved(loss, scores=SCORES, labels=LABELS):
    return jax.jit(jax.value_and_grad(loss))(jnp.asarray(scores), jnp.asarray(labels))


def whole(**options):
    """Return the mean on one device."""
    return lambda x, y: fl.cross_entropy(x, y, ignore_index=IGNORED, **options)


def check_equal(got, wanted):
    for one, other in zip(got, wanted, strict=True):
        assert_close(one, other, atol=1e-16)


@SPREAD
@EACH
def test_mean_over_uneven_shards_is_the_mean_of_all_rows(spread, loss, options):
    program = spread(lambda x, y: loss(x, y, axis_name="data"))
    check_equal(solved(program), solved(whole(**options)))


@SPREAD
def test_averaging_the_means_of_shards_is_another_number(spread):
    program = spread(
        lambda x, y: lax.pmean(jnp.nan_to_num(masked(x, y)), axis_name="data")
    )
    value, wanted = solved(program)[0], solved(whole())[0]
    assert abs(value / wanted - 1) > 0.05


@SPREAD
@EACH
def test_one_row_in_all_shards_is_enough(spread, loss, options):
    program = spread(lambda x, y: loss(x, y, axis_name="data"))
    labels = np.full(BATCH, IGNORED)
    labels[13] = 2
    scores = np.where(labels[:, None] == IGNORED, np.nan, WEIGHT)
    value, derivative = solved(program, scores, labels)
    check_equal((value, derivative), solved(whole(**options), scores, labels))
    assert np.isfinite(value)
    assert not np.delete(derivative, 13, 0).any()


@SPREAD
@EACH
def test_no_row_in_any_shard_is_nan_with_derivative_zero(spread, loss, options):
    program = spread(lambda x, y: loss(x, y, axis_name="data"))
    value, derivative = solved(program, SCORES, np.full(BATCH, IGNORED))
    assert np.isnan(value)
    assert not derivative.any()


def test_a_weight_that_all_shards_share():
    scores, weight = jnp.where(KEEP[:, None], SCORES, 0.5), jnp.asarray(WEIGHT)

    def mean(x, w, **shared):
        return fl.reduce(jnp.square(x), weight=w, **shared)

    program = in_shard_map(
        lambda x, w: mean(x, w, axis_name="data"), in_specs=(P("data"), P())
    )
    for function in (program, mean):
        got = jax.value_and_grad(function, (0, 1))(scores, weight)
        assert_close(got[0], np.average(np.square(scores).mean(0), weights=WEIGHT))
        derivatives = (np.square(scores).mean(0) - got[0]) / WEIGHT.sum()
        assert_close(got[1][1], derivatives, rtol=1e-11)


# Micro-batches of 5, 0, 20 and 7 rows.
CUTS = [5, 5, 25]


@EACH
def test_micro_batches_are_divided_once(loss, options):
    total, divisor, derivative = 0.0, 0.0, np.zeros_like(SCORES)
    start = 0
    for rows in np.split(np.arange(BATCH), CUTS):
        part = whole(reduction="sum", **options)
        value, change = jax.value_and_grad(part)(SCORES[rows], LABELS[rows])
        weight, keep = class_weights(jnp.asarray(LABELS[rows]))
        mass = weight if "weight" in options else jnp.ones_like(weight)
        total += value
        divisor += fl.reduce(mass, "sum", where=keep)
        derivative[start : start + len(rows)] = change
        start += len(rows)
    check_equal((total / divisor, derivative / divisor), solved(whole(**options)))


def test_micro_batches_with_a_divisor_known_before():
    count = float(KEEP.sum())

    @jax.jit
    def accumulated(bias):
        def step(carry, part):
            def loss(bias):
                return masked(part[0] + bias[None, :], part[1], divisor=count)

            return jax.tree.map(jnp.add, carry, jax.value_and_grad(loss)(bias)), None

        parts = SCORES.reshape(SHARDS, ROWS, CLASSES), LABELS.reshape(SHARDS, ROWS)
        start = jnp.zeros(()), jnp.zeros_like(bias)
        return lax.scan(step, start, tuple(map(jnp.asarray, parts)))[0]

    bias = jnp.linspace(-1, 1, CLASSES)

    def at_once(bias):
        return whole()(SCORES + bias[None, :], LABELS)

    wanted = jax.value_and_grad(at_once)(bias)
    check_equal(accumulated(bias), wanted)


KINDS = pytest.mark.parametrize("kind", [AxisType.Auto, AxisType.Explicit], ids=str)


def placed(mesh, x, *parts):
    return jax.device_put(x, NamedSharding(mesh, P(*parts)))


@KINDS
@pytest.mark.parametrize("parts", [("data", None), (None, "data")], ids=str)
def test_scores_and_labels_may_lie_differently(kind, parts):
    mesh = make_mesh(kind)
    with jax.set_mesh(mesh):
        scores, labels = placed(mesh, SCORES, parts[0]), placed(mesh, LABELS, parts[1])
        for options in ({}, {"weight": jnp.asarray(WEIGHT)}):
            got = solved(whole(**options), scores, labels)
            check_equal(got, solved(whole(**options)))


def test_devices_in_another_order_are_refused():
    mesh = make_mesh()
    turned = Mesh(np.flip(mesh.devices), ("data",))
    with pytest.raises(ValueError, match="incompatible devices"):
        fl.cross_entropy(placed(mesh, SCORES, "data"), placed(turned, LABELS, "data"))


def test_rows_that_the_devices_cannot_share_are_refused():
    reason = r"(partitioned|divisible by) 8.* 13 \(full shape"
    with pytest.raises(ValueError, match=reason):
        placed(make_mesh(), SCORES[:13], "data")


def test_an_axis_that_is_not_mapped_is_refused_by_name():
    with pytest.raises(NameError, match="data"):
        masked(jnp.asarray(SCORES), jnp.asarray(LABELS), axis_name="data")
