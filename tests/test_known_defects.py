"""What other loss libraries were seen to get wrong, on every library where it shows.

Bad labels, masks and faults of arguments are in `test_every_loss.py` and
`test_every_fault.py`; here are the cases of particular numbers.
"""

import math
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close, to_numpy

INF, NAN = math.inf, math.nan

HALVES = pytest.mark.parametrize(
    ("library", "dtype"),
    [
        (np, np.float16),
        (np, ml_dtypes.bfloat16),
        (torch, torch.float16),
        (torch, torch.bfloat16),
        (jnp, jnp.float16),
        (jnp, jnp.bfloat16),
    ],
    ids=lambda x: getattr(x, "__name__", str(x)),
)


@HALVES
@pytest.mark.parametrize("label", [301, 2049])
def test_a_label_that_half_precision_cannot_hold_is_kept(library, dtype, label):
    scores = np.zeros((1, 4096), np.float32)
    scores[0, label] = 20.0
    x = jnp.asarray(scores, dtype) if library is jnp else None
    if library is torch:
        x = torch.asarray(scores).to(dtype)
    if library is np:
        x = scores.astype(dtype)
    loss = fl.cross_entropy(x, library.asarray([label]), dtype="float32")
    # log(1 + 4095 / e**20), far from the 20 of any other class. The sum is close to 1
    # and rounds there, by parity's 16 ulps of float32 at most.
    assert_close(loss, math.log1p(4095 * math.exp(-20)), rtol=0, atol=16 * 2**-23)


@pytest.mark.parametrize("label", [4, 100, -1, -4, -5])
@pytest.mark.parametrize("transform", [lambda f: f, jax.jit], ids=["eager", "jit"])
def test_a_label_out_of_range_neither_wraps_nor_trains(label, transform):
    x, t = jnp.asarray([[1.0, 2.0, 3.0, 4.0]]), jnp.asarray([label])
    value, derivative = transform(jax.value_and_grad(fl.cross_entropy))(x, t)
    assert_close(value, NAN)
    assert_close(derivative, [[NAN] * 4])


@pytest.mark.parametrize("loss", [fl.cross_entropy, fl.nll_loss])
def test_minus_100_is_no_class_among_128(loss):
    x, t = jnp.zeros((2, 128)), jnp.asarray([-100, 5])
    assert_close(loss(x, t, ignore_index=-1), NAN)
    assert_close(loss(x, t, reduction="none")[0], 0)
    for library in (np, torch):
        with pytest.raises(ValueError, match=r"in 0\.\.127, got -100 at \(0,\)"):
            loss(library.zeros((2, 128)), library.asarray([-100, 5]), ignore_index=-1)


def test_the_ignored_label_may_be_a_class(xp):
    x = xp.asarray([[0.0, 0.0], [50.0, 0.0]], dtype=xp.float64)
    got = fl.cross_entropy(x, xp.asarray([1, 0]), ignore_index=0)
    assert_close(got, math.log(2))


def test_masking_rows_of_a_cross_entropy_never_makes_it_negative(derivative):
    def loss(x):
        space = fl.array_namespace(x)
        where, t = space.asarray([True, False]), space.asarray([1, 0])
        return fl.cross_entropy(x, t, where=where)

    x = [[0.0, 0.0], [NAN, INF]]
    assert_close(loss(jnp.asarray(x)), math.log(2))
    assert_close(derivative(loss, x), [[0.5, -0.5], [0, 0]])


def test_label_smoothing_does_not_count_ignored_rows(xp):
    x = xp.asarray([[0.0, 2.0], [9.0, 0.0]], dtype=xp.float64)
    both = fl.cross_entropy(x, xp.asarray([0, -100]), label_smoothing=0.3)
    alone = fl.cross_entropy(x[:1, :], xp.asarray([0]), label_smoothing=0.3)
    assert_close(both, to_numpy(alone))


def test_an_impossible_class_without_mass_costs_nothing(derivative):
    def soft(x):
        t = fl.array_namespace(x).asarray([[0.0, 1.0]], dtype=x.dtype)
        return fl.cross_entropy(x, t)

    def hard(x):
        return fl.cross_entropy(x, fl.array_namespace(x).asarray([1]))

    for loss in (soft, hard):
        assert_close(loss(jnp.asarray([[-INF, 3.0]])), 0)
        assert_close(derivative(loss, [[-INF, 3.0]]), [[0, 0]])


def test_divergence_with_zeros_and_impossible_predictions_is_finite(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([0.0, 0.0, 1.0], dtype=x.dtype)
        return fl.kl_div(x, t, reduction="sum")

    x = [-INF, -1.0, -2.0]
    assert_close(loss(jnp.asarray(x)), 2)
    assert_close(derivative(loss, x), [0, 0, -1])


def test_divergence_of_tiny_probabilities_is_not_clipped(xp):
    x = xp.asarray([math.log(1e-30), math.log(0.5)], dtype=xp.float64)
    t = xp.asarray([0.5, 0.5], dtype=xp.float64)
    expected = 0.5 * math.log(0.5 / 1e-30)
    assert_close(fl.kl_div(x, t, reduction="sum"), expected)


@pytest.mark.parametrize("p", [1.0, 1.5, 3.0])
def test_triplet_of_negative_differences_has_an_absolute_norm(xp, p):
    anchor = xp.asarray([[0.0, 0.0]], dtype=xp.float64)
    positive = xp.asarray([[1.0, 0.0]], dtype=xp.float64)
    # Differences -2 and -4 to the negative.
    negative = xp.asarray([[2.0, 4.0]], dtype=xp.float64)
    far = (2**p + 4**p) ** (1 / p)
    got = fl.triplet_margin_loss(anchor, positive, negative, p=p, eps=0.0, margin=6.0)
    assert_close(got, 6 + 1 - far)


def test_average_of_a_million_halves_does_not_stop_growing():
    x = np.full(1_000_000, 0.1, np.float32)
    one = to_numpy(jnp.asarray(0.1, jnp.bfloat16))
    squared = to_numpy(jnp.asarray(one**2, jnp.bfloat16))
    for half in (
        jnp.asarray(x, jnp.bfloat16),
        torch.asarray(x).bfloat16(),
        x.astype(ml_dtypes.bfloat16),
    ):
        assert_close(fl.mse_loss(half, 0.0), squared)
        assert_close(fl.l1_loss(half, 0.0), one)
        total = fl.l1_loss(half, 0.0, reduction="sum", dtype="float32")
        assert_close(total, one * 1e6, rtol=1e-5)


def test_average_of_many_float16_does_not_overflow():
    for x in (np.ones(100_000, np.float16), torch.ones(100_000).half()):
        assert_close(fl.l1_loss(x, 0.0), 1)
        assert_close(fl.mse_loss(x * 200, 0.0), 40_000)
    rows, labels = np.zeros((70_000, 2), np.float16), np.zeros(70_000, np.int64)
    assert_close(fl.cross_entropy(rows, labels), np.float16(math.log(2)))


@pytest.mark.parametrize("loss", [fl.l1_loss, fl.mse_loss])
def test_a_column_and_a_row_are_not_broadcast_silently(xp, loss):
    x, t = xp.zeros((4, 1), dtype=xp.float64), xp.zeros(4, dtype=xp.float64)
    message = r"^shapes must be equal, got input \(4, 1\), target \(4,\)"
    for case in (loss, fl.binary_cross_entropy, fl.binary_cross_entropy_with_logits):
        with pytest.raises(ValueError, match=message):
            case(x, t)


def test_confident_logits_keep_their_digits(xp):
    x = xp.asarray([-20.0, 20.0], dtype=xp.float32)
    t = xp.asarray([0.0, 1.0], dtype=xp.float32)
    got = fl.binary_cross_entropy_with_logits(x, t, reduction="none")
    assert_close(got, [math.log1p(math.exp(-20))] * 2, rtol=1e-6)


def test_infinite_logits_on_the_right_side_cost_nothing(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([1.0, 0.0], dtype=x.dtype)
        return fl.binary_cross_entropy_with_logits(x, t, reduction="sum")

    assert_close(loss(jnp.asarray([INF, -INF])), 0)
    assert_close(derivative(loss, [INF, -INF]), [0, 0])


def test_a_certain_wrong_probability_still_trains(derivative):
    def loss(p):
        truth = fl.array_namespace(p).ones_like(p)
        return fl.binary_cross_entropy(p, truth, reduction="sum")

    assert (to_numpy(derivative(loss, [0.0, 1e-9])) < -1e8).all()


@pytest.mark.parametrize(("dtype", "large"), [("float64", 1e200), ("float32", 1e20)])
@pytest.mark.parametrize("p", [1.5, 2.0, 3.0])
def test_norms_do_not_overflow(derivative, dtype, large, p):
    def distance(x):
        return fl.pairwise_distance(x, 0 * x, p=p, eps=0.0)

    expected = 2 ** (1 / p)
    got = fl.pairwise_distance(
        jnp.full((1, 2), large, dtype), jnp.zeros((1, 2), dtype), p=p, eps=0.0
    )
    digits = 1e-12 if dtype == "float64" else 1e-6
    assert_close(to_numpy(got) / large, [expected], rtol=digits)
    got = derivative(distance, [[large, large]], dtype)
    assert_close(got, [[expected / 2, expected / 2]], rtol=digits)


@pytest.mark.parametrize("p", [1, 2, 3, INF])
def test_equal_rows_have_no_derivative_but_a_distance_of_zero(derivative, p):
    def distance(x):
        return fl.pairwise_distance(x, 0 * x + 1.0, p=p, eps=0.0)

    assert_close(distance(jnp.ones((2, 3))), [0, 0])
    assert_close(derivative(distance, [[1.0] * 3] * 2), np.zeros((2, 3)))


def test_a_row_of_weights_zero_is_left_out_of_the_mean(xp):
    x = xp.asarray([1.0, 3.0], dtype=xp.float64)
    weight = xp.asarray([0.0, 1.0], dtype=xp.float64)
    assert_close(fl.mse_loss(x, 0.0, weight=weight), 9)


def test_two_libraries_work_in_one_process():
    losses = [
        fl.cross_entropy(library.asarray([[0.5, 2.0]]), library.asarray([0]))
        for library in (np, jnp, torch)
    ]
    assert_close(losses[0], math.log1p(math.exp(1.5)))
    for loss in losses[1:]:
        assert_close(loss, to_numpy(losses[0]), rtol=1e-6)


SHARDED = """
import jax, jax.numpy as jnp
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
import funloss as fl

scores = jnp.sin(jnp.arange(64.0)).reshape(8, 8)
labels = jnp.arange(8) * 3 % 8
mesh = jax.make_mesh((2, 4), ("rows", "classes"), axis_types=2 * (AxisType.Explicit,))
for smoothing in (0.0, 0.25):
    def loss(scores, labels):
        return fl.cross_entropy(scores, labels, label_smoothing=smoothing)
    whole = jax.value_and_grad(loss)(scores, labels)
    with jax.set_mesh(mesh):
        parts = (
            jax.device_put(scores, NamedSharding(mesh, P("rows", "classes"))),
            jax.device_put(labels, NamedSharding(mesh, P("rows"))),
        )
        found = jax.jit(jax.value_and_grad(loss))(*parts)
    print(*(float(abs(a - b).max()) for a, b in zip(whole, jax.device_get(found))))
"""


def test_classes_sharded_over_devices_are_not_gathered():
    flags = "--xla_force_host_platform_device_count=8"
    run = subprocess.run(
        [sys.executable, "-c", SHARDED],
        env=os.environ | {"XLA_FLAGS": flags},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    errors = [float(word) for word in run.stdout.split()]
    assert len(errors) == 4, run.stderr
    assert max(errors) < 1e-6
