"""The load-balancing loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOG3, INF, NAN = math.log(3), math.inf, math.nan
BALANCE = fl.load_balancing_loss
# Probabilities 3/4 and 1/4, then 1/2 each: of equal scores the first is chosen.
SCORES = [[LOG3, 0.0], [0.0, 0.0]]


def test_shares_of_tokens_times_mean_probabilities(any_xp):
    x = any_xp.asarray([SCORES, [[LOG3, 0.0], [0.0, LOG3]]], dtype=any_xp.float64)
    # Shares (1, 0) and means (5/8, 3/8); in balance, 1/2 all of them.
    assert_close(BALANCE(x, reduction="none"), [1.25, 1.0])
    assert_close(BALANCE(x), 1.125)
    assert_close(BALANCE(x, reduction="sum"), 2.25)


def test_choices_may_be_given(any_xp):
    x = any_xp.asarray(SCORES, dtype=any_xp.float64)
    # Shares (1/2, 1/2); (1/2, 3/2) of two choices a token, one of them made twice.
    assert_close(BALANCE(x, any_xp.asarray([[0], [1]])), 1.0)
    assert_close(BALANCE(x, any_xp.asarray([[0, 1], [1, 1]])), 1.75)


def test_gradient_is_that_of_the_probabilities_alone(derivative):
    # Each token's p * (f - sum(f * p)), with f of (1, 0).
    expected = [[3 / 16, -3 / 16], [1 / 4, -1 / 4]]
    assert_close(derivative(BALANCE, SCORES), expected)


def test_several_choices_take_equal_scores_in_their_order(xp):
    x = xp.asarray([[0.0, 0.0, 0.0, LOG3]], dtype=xp.float64)
    # Probabilities of 1/6 and 1/2; chosen are the last and the first.
    assert_close(BALANCE(x, top_k=2), 4 * (1 / 2 + 1 / 6))
    assert_close(BALANCE(x, top_k=3), 4 * (1 / 2 + 2 / 6))
    assert_close(BALANCE(x, top_k=4), 4.0)


def test_an_impossible_expert_is_chosen_last(any_xp):
    x = any_xp.asarray([[-INF, LOG3, -INF, 0.0]], dtype=any_xp.float64)
    assert_close(BALANCE(x), 4 * 3 / 4)
    assert_close(BALANCE(x, top_k=3), 4.0)
    assert_close(BALANCE(x, top_k=4), 4.0)
    # No expert is chosen twice: with all of them, the loss is their number.
    x = any_xp.asarray([[-INF, 0.0, -INF], [0.0, 0.0, 0.0]], dtype=any_xp.float64)
    assert_close(BALANCE(x, top_k=3), 3.0)


def test_balance_costs_as_many_as_are_chosen(xp):
    x = np.zeros((4, 4))
    for k in range(4):
        x[k, [k, (k + 1) % 4]] = 1.0
    assert_close(BALANCE(xp.asarray(x.tolist(), dtype=xp.float64), top_k=2), 2.0)


def test_padding_counts_in_neither_mean(xp):
    x = xp.asarray([[*SCORES, [NAN, INF]], [[NAN, 0.0]] * 3], dtype=xp.float64)
    where = xp.asarray([[True, True, False], [False] * 3])
    assert_close(BALANCE(x, where=where, reduction="none"), [1.25, 0.0])
    assert_close(BALANCE(x, where=where), 1.25)
    assert_close(BALANCE(x, where=xp.asarray(False)), NAN)


def test_gradients_of_padding_are_zero():
    x = jnp.asarray([[*SCORES, [NAN, INF]], [[NAN, 0.0]] * 3])
    target = jnp.asarray([[[0], [0], [7]], [[-1]] * 3])
    where = jnp.asarray([[True, True, False], [False] * 3])
    expected = [[[3 / 16, -3 / 16], [1 / 4, -1 / 4], [0, 0]], [[0, 0]] * 3]
    assert_close(jax.grad(BALANCE)(x, where=where), expected)
    assert_close(jax.grad(BALANCE)(x, target, where=where), expected)


def test_axis_of_the_experts(xp):
    x = xp.asarray([[LOG3, 0.0, 0.0], [0.0, 0.0, 0.0]], dtype=xp.float64)
    # Three tokens of two experts: shares (1, 0), means (7/12, 5/12).
    assert_close(BALANCE(x, axis=0), 7 / 6)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((3,), {}, r"input must have tokens and experts, got shape \(3,\)"),
        ((0, 3), {}, r"input must have tokens and experts, got shape \(0, 3\)"),
        ((2, 3), {"target": [[0, 1], [1, 2]], "top_k": 2}, "top_k is the number of"),
        ((2, 3), {"top_k": 4}, r"top_k must be in 1\.\.3, got 4"),
    ],
)
def test_faults_say_what_fits(shape, options, message):
    if "target" in options:
        options = options | {"target": np.asarray(options["target"])}
    with pytest.raises(ValueError, match=message):
        BALANCE(np.zeros(shape), **options)


def test_a_bad_choice_makes_its_group_nan_under_jit():
    x, target = jnp.asarray([SCORES, SCORES]), jnp.asarray([[[0], [0]], [[0], [2]]])
    loss = jax.jit(lambda x, t: BALANCE(x, t, reduction="none"))(x, target)
    assert_close(loss, [1.25, NAN])
    gradient = jax.grad(jax.jit(BALANCE))(x, target)
    assert np.isnan(gradient[1]).all()
    assert np.isfinite(gradient[0]).all()


def by_mixtral(layers, top_k, mask=None):
    """Return what Mixtral's load_balancing_loss_func computes, in NumPy."""
    scores = np.concatenate(layers)
    p = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    chosen = np.argsort(-p, -1, kind="stable")[:, :top_k]
    one_hot = np.eye(p.shape[-1])[chosen]
    keep = np.ones(len(p)) if mask is None else np.tile(mask.reshape(-1), len(layers))
    share = (one_hot * keep[:, None, None]).sum(0) / keep.sum()
    mean = (p * keep[:, None]).sum(0) / keep.sum()
    return (share * mean).sum() * p.shape[-1]


def test_mixtral_has_one_group_of_the_tokens_of_all_layers():
    layers = np.random.default_rng(0).standard_normal((2, 6, 4))
    mask = np.asarray([[1, 1, 0], [1, 0, 1]])
    assert_close(BALANCE(layers.reshape(-1, 4), top_k=2), by_mixtral([*layers], 2))
    where = np.tile(mask.reshape(-1), 2) > 0
    got = BALANCE(layers.reshape(-1, 4), top_k=2, where=where)
    assert_close(got, by_mixtral([*layers], 2, mask))
