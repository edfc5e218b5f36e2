"""Losses of sequences by their advantages, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close

INF, NAN, LOG2 = math.inf, math.nan, math.log(2)
GRPO = fl.grpo_loss
# Ratios of 1, 2 and 1/2; of 2 and two more of padding.
RATIOS = [[1.0, 2.0, 0.5], [2.0, 1.0, 1.0]]
WRITTEN = [[True, True, True], [True, False, False]]


def of_ratios(xp, ratios=RATIOS, gain=(1.0, -1.0), written=WRITTEN):
    x = xp.log(xp.asarray(ratios, dtype=xp.float64))
    gain = xp.asarray(gain, dtype=xp.float64)
    return (x, xp.zeros_like(x), gain), {"where": xp.asarray(written)}


def test_means_of_sequences_or_of_tokens(any_xp):
    arrays, where = of_ratios(any_xp)
    # Tokens have -1, -1.2, -0.5 and 2; by default each sequence counts as much.
    for per, each, mean in (
        ("sequence", [-0.9, 2.0], 0.55),
        ("token", [-2.7, 2.0], -0.175),
        (4.0, [-0.675, 0.5], -0.0875),
    ):
        assert_close(GRPO(*arrays, **where, per=per, reduction="none"), each)
        assert_close(GRPO(*arrays, **where, per=per), mean)
        assert_close(GRPO(*arrays, **where, per=per, reduction="sum"), sum(each))


def test_gradients_of_both_means(derivative):
    def loss(x, per):
        xp = fl.array_namespace(x)
        gain = xp.asarray([1.0, -1.0], dtype=x.dtype)
        where = xp.asarray(WRITTEN)
        return GRPO(x, 0.0, gain, per=per, where=where)

    point = np.log(RATIOS).tolist()
    expected = np.asarray([[-1.0, 0.0, -0.5], [2.0, 0.0, 0.0]])
    weights = np.asarray([[1 / 6], [1 / 2]])
    assert_close(derivative(lambda x: loss(x, "sequence"), point), expected * weights)
    assert_close(derivative(lambda x: loss(x, "token"), point), expected / 4)


def test_ratios_of_sequences_are_geometric_means(any_xp):
    arrays, where = of_ratios(any_xp, [[4.0, 0.5, 1.0], [2.0, 1.0, 1.0]])
    # Ratios of 2 ** (1/3), clipped at 1.2, and of 2.
    got = GRPO(*arrays, **where, level="sequence", reduction="none")
    assert_close(got, [-1.2, 2.0])


def test_gradients_of_a_ratio_of_a_sequence(derivative):
    def loss(x):
        gain = fl.array_namespace(x).asarray([-1.0, 1.0], dtype=x.dtype)
        return GRPO(x, 0.0, gain, level="sequence", reduction="sum")

    # ratio * advantage / tokens of a ratio of 2, and none of one that is clipped.
    point = [[2 * LOG2, 0.0], [LOG2, LOG2]]
    assert_close(derivative(loss, point), [[1.0, 1.0], [0.0, 0.0]])


def test_advantages_may_be_of_tokens(xp):
    x = xp.log(xp.asarray([[1.0, 2.0]], dtype=xp.float64))
    gain = xp.asarray([[3.0, -1.0]], dtype=xp.float64)
    assert_close(GRPO(x, 0.0, gain), (-3 + 2) / 2)
    got = GRPO(x, 0.0, gain, level="sequence", epsilon=1.0)
    assert_close(got, -math.sqrt(2))


def test_cispo_weights_logarithms_by_a_capped_ratio(derivative):
    def loss(x):
        return GRPO(x, -2.0, 0.5, objective="cispo", ratio_max=2.0, reduction="sum")

    # Ratios of 1 and 4, which counts as 2 and has a gradient all the same.
    point = [-2.0, -2.0 + 2 * LOG2]
    assert_close(derivative(loss, point), [-0.25, -0.5])
    got = loss(jnp.asarray(point))
    assert_close(got, -(0.5 * -2.0 + 1.0 * (2 * LOG2 - 2)) / 2)


def test_cispo_in_the_first_step_is_the_policy_gradient():
    x, gain = jnp.asarray([[-1.0, -2.0]]), jnp.asarray([3.0])
    got, gradient = jax.value_and_grad(GRPO)(x, None, gain, objective="cispo")
    assert_close(got, 4.5)
    assert_close(gradient, [[-1.5, -1.5]])


def test_without_old_all_ratios_are_one():
    x, gain = jnp.asarray([[-1.0, -2.0]]), jnp.asarray([3.0])
    for level in ("token", "sequence"):
        got, gradient = jax.value_and_grad(GRPO)(x, None, gain, level=level)
        assert_close(got, -3)
        assert_close(gradient, [[-1.5, -1.5]])


def test_the_divergence_is_added_to_each_token(xp):
    arrays, where = of_ratios(xp)
    reference = xp.zeros_like(arrays[0])
    # exp(d) - 1 - d with d of 0, -log(2) and log(2), then -log(2).
    half, double = LOG2 - 0.5, 1 - LOG2
    got = GRPO(*arrays, reference, beta=0.5, **where, reduction="none")
    assert_close(got, [-0.9 + (half + double) / 6, 2 + half / 2])
    got = GRPO(*arrays, reference, beta=0.5, estimator="k1", per="token", **where)
    assert_close(got, -0.175 + 0.5 * LOG2 / 4)


def test_weights_are_of_the_policy_term_and_constants():
    x, zero = jnp.asarray([[0.0, LOG2]]), jnp.zeros((1, 2))

    def loss(x, weight):
        options = {"beta": 1.0, "estimator": "k2", "reduction": "sum"}
        return GRPO(x, 0.0, -1.0, zero, weight=weight, **options)

    got, gradients = jax.value_and_grad(loss, (0, 1))(x, jnp.asarray([[3.0, 0.5]]))
    assert_close(got, (3 + 1 + LOG2**2 / 2) / 2)
    assert_close(gradients[0], [[1.5, (1 + LOG2) / 2]])
    assert_close(gradients[1], [[0.0, 0.0]])
    assert_close(loss(x, jnp.asarray([2.0])), (2 + 4 + LOG2**2 / 2) / 2)


@pytest.mark.parametrize("options", [{}, {"level": "sequence"}, {"objective": "cispo"}])
def test_nothing_of_padding_is_read(options):
    x = jnp.asarray([[-1.0, -INF], [-INF, NAN]])
    gain, weight = jnp.asarray([2.0, NAN]), jnp.asarray([[1.0, INF], [NAN, NAN]])
    where = jnp.asarray([[True, False], [False, False]])
    given = {"beta": 1.0, "weight": weight, "where": where}

    def loss(x, reduction):
        return GRPO(x, x, gain, x, **given, **options, reduction=reduction)

    each = loss(x, "none")
    assert np.isfinite(each).all()
    # A sequence without tokens has loss 0 and does not count.
    assert_close(each[1], 0)
    got, gradient = jax.value_and_grad(loss)(x, "mean")
    assert_close(got, each[0])
    assert_close(gradient, [[-2, 0], [0, 0]])


@pytest.mark.parametrize("per", ["sequence", "token", 2.0])
def test_without_any_token_the_mean_is_nan(per):
    arrays = jnp.zeros((2, 0)), None, jnp.zeros(2)
    assert_close(GRPO(*arrays, per=per, reduction="none"), [0, 0])
    assert_close(GRPO(*arrays, per=per), NAN)
    x = jnp.zeros((2, 3))
    assert_close(GRPO(x, None, 1.0, per=per, where=jnp.asarray(False)), NAN)


def test_a_ratio_that_overflows_has_a_gradient():
    x, old = jnp.asarray([[-5.0]], "float32"), jnp.asarray([[-100.0]], "float32")
    got, gradient = jax.value_and_grad(GRPO)(x, old, jnp.ones(1, "float32"))
    assert_close(got, -1.2, rtol=1e-6)
    assert_close(gradient, [[0.0]])


def test_large_numpy_arrays_in_blocks():
    x = np.log(np.tile(np.asarray([1.0, 2.0, 0.5, 1.0], "f"), (2**10, 2**9)))
    gain = np.where(np.arange(2**10) % 2, -1.0, 1.0).astype("f")
    # -1, -1.2, -0.5, -1 and 1, 2, 0.8, 1, in the mean.
    assert_close(GRPO(x, 0.0, gain), (-3.7 + 4.8) / 8, rtol=1e-5)
    got = GRPO(x, 0.0, gain, per="token", weight=gain, where=x < 0.5)
    assert_close(got, -(2.5 + 2.8) / 6, rtol=1e-5)


def test_torch_min_has_no_gradient_where_the_ratio_overflows():
    x = torch.tensor([-5.0], requires_grad=True)
    ratio = (x + 100).exp()
    loss = -torch.min(ratio * 1.0, ratio.clamp(0.8, 1.2) * 1.0).sum()
    loss.backward()
    assert_close(loss, -1.2, rtol=1e-6)
    assert torch.isnan(x.grad).all()
    x.grad = None
    GRPO(x, torch.full((1,), -100.0), 1.0).backward()
    assert_close(x.grad, [0.0])


def test_a_ratio_that_is_no_constant_has_another_gradient_than_cispo():
    def easydel(x, old, gain):
        return -(jnp.minimum(jnp.exp(x - old), 5.0) * gain[:, None] * x).mean()

    arrays = jnp.asarray([[-0.5]]), jnp.asarray([[-0.5]]), jnp.asarray([1.0])
    # The value is the same, the gradient -ratio * (1 + x) in place of -ratio.
    assert_close(easydel(*arrays), 0.5)
    assert_close(GRPO(*arrays, objective="cispo"), 0.5)
    assert_close(jax.grad(easydel)(*arrays), [[-0.5]])
    assert_close(jax.grad(GRPO)(*arrays, objective="cispo"), [[-1.0]])


def test_the_cap_of_cispo_is_not_beside_one():
    x = jnp.asarray([[-1.0]])
    arrays = x, x - math.log(8), 1.0
    # What TRL and Liger call epsilon_high=5.0: a ratio of 8 counts as 5, not as 6.
    assert_close(GRPO(*arrays, objective="cispo", ratio_max=5.0), 5.0)
    assert_close(GRPO(*arrays, epsilon_high=5.0), -6.0)


def test_sequences_without_tokens_count_in_trl():
    def trl(losses, mask):
        means = (losses * mask).sum(-1) / jnp.maximum(mask.sum(-1), 1.0)
        return means.mean()

    where = jnp.asarray([[True, True], [False, False]])
    assert_close(trl(-jnp.ones((2, 2)), where.astype(float)), -0.5)
    assert_close(GRPO(jnp.zeros((2, 2)), None, 1.0, where=where), -1.0)


def test_padding_of_the_batch_changes_no_mean():
    (x, _, gain), where = of_ratios(jnp)
    wide, more = jnp.pad(x, ((0, 2), (0, 1))), jnp.pad(gain, (0, 2))
    padded = jnp.pad(where["where"], ((0, 2), (0, 1)))
    for per in ("sequence", "token", 4.0):
        got = GRPO(wide, 0.0, more, per=per, where=padded)
        assert_close(got, GRPO(x, 0.0, gain, per=per, **where))
