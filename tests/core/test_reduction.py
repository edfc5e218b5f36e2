"""The public reduce: weights, masks, axes, mapped axes and divisors."""

import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, PartitionSpec

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan


@pytest.fixture
def losses(xp):
    """Make losses, weights and a mask, the masked one nan."""
    return (
        xp.asarray([[1.0, 2.0, NAN], [4.0, 8.0, 16.0]], dtype=xp.float64),
        xp.asarray([3.0, 1.0, 2.0], dtype=xp.float64),
        xp.asarray([[True, True, False], [False, True, True]]),
    )


def test_mask_alone(losses):
    loss, _, where = losses
    assert_close(fl.reduce(loss, "none", where=where), [[1, 2, 0], [0, 8, 16]])
    assert_close(fl.reduce(loss, "sum", where=where), 27)
    assert_close(fl.reduce(loss, where=where), 27 / 4)
    assert_close(fl.reduce(loss, where=where, axis=0), [1, 5, 16])
    assert_close(fl.reduce(loss, where=where, axis=(-1,)), [1.5, 12])
    assert_close(fl.reduce(loss, where=where, axis=(0, 1)), 27 / 4)


@pytest.mark.parametrize(
    ("keep", "mean"),
    [
        ([[True, True, False], [False, True, True]], 27 / 4),
        ([[True], [False]], 6 / 3),
        ([True, False, True], 24 / 4),
        ([[False, True, False]], 10 / 2),
        (True, 34 / 6),
    ],
    ids=["full", "rows", "columns", "a row", "all"],
)
def test_a_mask_counts_as_often_as_it_is_repeated(xp, keep, mean):
    loss = xp.asarray([[1.0, 2.0, 3.0], [4.0, 8.0, 16.0]], dtype=xp.float64)
    where = xp.asarray(keep)
    assert_close(fl.l1_loss(loss, xp.zeros_like(loss), where=where), mean)
    assert_close(fl.reduce(loss, where=where), mean)


def test_weight_is_a_factor_and_its_sum_divides(losses):
    loss, weight, where = losses
    got = fl.reduce(loss, "none", weight=weight, where=where)
    assert_close(got, [[3, 2, 0], [0, 8, 32]])
    assert_close(fl.reduce(loss, "sum", weight=weight, where=where), 45)
    assert_close(fl.reduce(loss, weight=weight, where=where), 45 / 7)
    assert_close(fl.reduce(loss, weight=weight, where=where, axis=1), [5 / 4, 40 / 3])


def test_divisor_is_the_weight_the_count_or_a_number(losses):
    loss, weight, where = losses
    given = {"weight": weight, "where": where}
    assert_close(fl.reduce(loss, **given, divisor="weight"), 45 / 7)
    assert_close(fl.reduce(loss, **given, divisor="count"), 45 / 4)
    assert_close(fl.reduce(loss, **given, divisor=100), 0.45)
    assert_close(fl.reduce(loss, **given, divisor=weight, axis=0), [1, 10, 16])
    for divisor in (100, 2.0, "count", weight):
        for reduction in ("sum", "none"):
            message = f"^divisor belongs to 'mean', got reduction '{reduction}'"
            with pytest.raises(ValueError, match=message):
                fl.reduce(loss, reduction, **given, divisor=divisor)
    assert_close(fl.reduce(loss, "sum", **given, divisor="weight"), 45)


def test_a_mask_of_fewer_dimensions_counts_each_element(xp):
    loss = xp.asarray([[1.0, NAN], [3.0, NAN]], dtype=xp.float64)
    where = xp.asarray([True, False])
    assert_close(fl.reduce(loss, where=where), 2)
    assert_close(fl.reduce(loss, where=where, axis=1), [1, 3])
    assert_close(fl.reduce(loss[:, :1], where=xp.asarray(True)), 2)


def test_nothing_to_average_is_nan_and_nothing_to_add_is_zero(xp):
    empty = xp.zeros((0, 2), dtype=xp.float64)
    assert_close(fl.reduce(empty), NAN)
    assert_close(fl.reduce(empty, "sum"), 0)
    assert_close(fl.reduce(empty, axis=0), [NAN, NAN])
    assert_close(fl.reduce(empty, "none"), np.zeros((0, 2)))
    loss = xp.ones(2, dtype=xp.float64)
    assert_close(fl.reduce(loss, where=False), NAN)
    assert_close(fl.reduce(loss, "sum", where=False), 0)
    assert_close(fl.reduce(loss, where=True), 1)


def test_result_keeps_the_dtype_of_the_loss(xp):
    loss = xp.ones(4, dtype=xp.float32)
    weight = xp.ones(4, dtype=xp.float64)
    for reduction in ("none", "mean", "sum"):
        assert fl.reduce(loss, reduction, weight=weight).dtype == xp.float32
    assert fl.reduce(loss, divisor=np.float64(3)).dtype == xp.float32


@pytest.mark.parametrize("options", [{}, {"where": False}, {"weight": np.ones(2)}])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_one_number_of_numpys_is_a_scalar(reduction, options):
    for dtype in (np.float32, np.float64):
        loss = np.ones(2, dtype)
        for where in ({}, {"where": np.asarray([True, False])}):
            assert type(fl.reduce(loss, reduction, **where | options)) is dtype
            divided = fl.reduce(loss, divisor=np.asarray(2.0), **where | options)
            assert type(divided) is dtype
    assert type(fl.reduce(np.asarray(1.0), "none")) is np.float64
    assert type(fl.mse_loss(np.asarray(1.0), 0.0, reduction="none")) is np.float64


def test_half_precision_is_added_up_in_single():
    loss = np.ones(70_000, np.float16)
    assert fl.reduce(loss) == 1
    assert fl.reduce(loss).dtype == np.float16


def test_derivatives(derivative):
    def function(x):
        space = fl.array_namespace(x)
        weight = space.asarray([3.0, 1.0, 5.0], dtype=x.dtype)
        where = space.asarray([True, True, False])
        return fl.reduce(x, weight=weight, where=where)

    assert_close(derivative(function, [1.0, 2.0, NAN]), [0.75, 0.25, 0])


def test_derivative_of_the_mean_of_nothing_is_zero(derivative):
    assert_close(derivative(lambda x: fl.reduce(x, where=False), [1.0, NAN]), [0, 0])


def test_derivative_in_the_weight_goes_through_the_divisor_too(derivative):
    def function(weight):
        space = fl.array_namespace(weight)
        loss = space.asarray([1.0, 5.0, NAN], dtype=weight.dtype)
        where = space.asarray([True, True, False])
        return fl.reduce(loss, weight=weight, where=where)

    # The mean is (1 * w1 + 5 * w2) / (w1 + w2) = 4, and (loss - mean) / 4 its
    # derivative.
    assert_close(derivative(function, [1.0, 3.0, NAN]), [-0.75, 0.25, 0])


LOSS = jnp.asarray([[1.0, 2.0], [4.0, NAN], [16.0, 32.0]])
KEEP = jnp.asarray([[True, True], [True, False], [False, True]])


def shards(reduce):
    """Reduce three shards under vmap; each holds the same result."""
    return jax.vmap(reduce, axis_name="batch")(LOSS, KEEP)


@pytest.mark.parametrize("transform", [lambda f: f, jax.jit], ids=["eager", "jit"])
def test_mean_over_a_mapped_axis_is_the_mean_of_all(transform):
    def reduce(loss, where):
        return fl.reduce(loss, where=where, axis_name="batch")

    mean = transform(jax.vmap(reduce, axis_name="batch"))
    assert_close(mean(LOSS, KEEP), [39 / 4] * 3)


def test_a_shard_without_any_element_leaves_the_mean_of_the_others():
    keep = jnp.asarray([[True, True], [False, False], [False, True]])

    def mean(loss):
        return jax.vmap(
            lambda x, where: fl.reduce(x, where=where, axis_name="batch"),
            axis_name="batch",
            out_axes=None,
        )(loss, keep)

    assert_close(mean(LOSS), 35 / 3)
    assert_close(jax.grad(mean)(LOSS), np.asarray(keep) / 3)
    assert_close(jax.jvp(mean, (LOSS,), (jnp.ones_like(LOSS),))[1], 1)


def test_a_row_without_any_element_is_nan_with_derivative_zero(derivative):
    def function(x):
        space = fl.array_namespace(x)
        where = space.asarray([[True, True], [False, False]])
        mean = fl.reduce(x, where=where, axis=1)
        return space.where(space.isnan(mean), 0.0, mean)

    assert_close(derivative(function, [[1.0, 2.0], [NAN, 3.0]]), [[0.5, 0.5], [0, 0]])


def test_sums_weights_and_divisors_over_a_mapped_axis():
    def reduce(reduction="mean", **options):
        return shards(
            lambda loss, where: fl.reduce(
                loss, reduction, where=where, axis_name="batch", **options
            )
        )

    weight = jnp.asarray([1.0, 3.0])
    assert_close(reduce("sum"), [39] * 3)
    assert_close(reduce("none"), [[1, 2], [4, 0], [0, 32]])
    assert_close(reduce(weight=weight), [(5 + 102) / 8] * 3)
    assert_close(reduce(weight=weight, divisor="count"), [(5 + 102) / 4] * 3)
    assert_close(reduce(divisor=10.0), [3.9] * 3)
    assert_close(reduce(axis=0), [39 / 4] * 3)


def test_gradient_of_a_mapped_mean_is_that_of_the_whole():
    def mean(loss):
        return jax.vmap(
            lambda x, where: fl.reduce(x, where=where, axis_name="batch"),
            axis_name="batch",
            out_axes=None,
        )(loss, KEEP)

    assert_close(jax.grad(mean)(LOSS), np.asarray(KEEP) / 4)


def test_mean_over_a_sharded_axis():
    mesh = jax.make_mesh((1,), ("shard",), axis_types=(AxisType.Auto,))
    spec = PartitionSpec("shard")
    mean = jax.shard_map(
        lambda loss, where: fl.reduce(loss, where=where, axis_name="shard"),
        mesh=mesh,
        in_specs=(spec, spec),
        out_specs=PartitionSpec(),
    )
    assert_close(mean(LOSS, KEEP), 39 / 4)
    assert_close(jax.grad(mean)(LOSS, KEEP), np.asarray(KEEP) / 4)


CHOICES = "'none', 'mean' or 'sum'"
FAULTS = [
    ({"reduction": "avg"}, ValueError, f"reduction must be {CHOICES}, got 'avg'"),
    ({"divisor": "n"}, ValueError, "divisor must be 'weight' or 'count', got 'n'"),
    ({"axis": 2}, ValueError, "axis must be an integer in -2..1, got 2"),
    ({"axis": (0, 5)}, ValueError, "axis must be an integer in -2..1, got 5"),
    ({"weight": np.ones(3)}, ValueError, "weight must broadcast to (2, 2), got (3,)"),
    (
        {"where": np.ones((3, 2, 2), bool)},
        ValueError,
        "where must broadcast to (2, 2), got (3, 2, 2)",
    ),
    (
        {"where": np.ones(2)},
        TypeError,
        "where must be a boolean array, got float64: mask.astype(bool) or mask != 0",
    ),
    (
        {"axis_name": "i"},
        ValueError,
        "axis_name needs jax arrays, got axis_name 'i' and numpy",
    ),
    (
        {"loss": [1.0]},
        TypeError,
        "at least one argument must be an array, got loss list",
    ),
    (
        {"loss": np.ones(2, int)},
        TypeError,
        "at least one array must be real floating, got loss int64",
    ),
]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    FAULTS,
    ids=[f"{next(iter(row[0]))}-{k}" for k, row in enumerate(FAULTS)],
)
def test_what_does_not_fit_is_named(given, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        fl.reduce(**{"loss": np.ones((2, 2))} | given)


@pytest.mark.parametrize("axis", [(0, 0), (0, -2)], ids=["same", "counted twice"])
def test_an_axis_given_twice_is_refused(axis):
    with pytest.raises(ValueError, match="axis"):
        fl.reduce(np.ones((2, 2)), axis=axis)
