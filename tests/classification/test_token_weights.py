"""Losses of tokens, each with a weight: the mean divides by the sum of the weights."""

import functools

import numpy as np
import pytest

import funloss as fl
from benchmarks.compiler import counts
from tests.assertions import assert_close

NAN = np.nan
# Two sequences of three tokens, of four classes. The last token of each is padding.
SCORES = np.asarray(
    [
        [[1.0, 0, 2, -1], [0, 3, 1, 1], [NAN, 0, 0, 0]],
        [[2.0, 2, 0, 1], [1, 0, 0, 4], [0, 0, 0, NAN]],
    ]
)
TOKENS = np.asarray([[2, 0, 9], [1, 3, 9]])
KEEP = np.asarray([[True, True, False], [True, True, False]])
WEIGHT = np.asarray([[0.5, 2.0, 7.0], [0.0, 1.5, NAN]])
KEPT = np.where(KEEP, WEIGHT, 0.0)
SHARE = KEPT / KEPT.sum()

FEATURES = np.asarray([[[1.0, 2], [0, 1], [NAN, 0]], [[2.0, 0], [-1, 1], [0, NAN]]])
LAYER = np.asarray([[1.0, 0], [0, 1], [1, 1], [-1, 2]])


def expected(scores):
    """Return the weighted mean, and its gradient in the scores, by their formulas."""
    safe = np.where(KEEP[..., None], scores, 0.0)
    p = np.exp(safe) / np.exp(safe).sum(-1, keepdims=True)
    onehot = np.arange(4) == TOKENS[..., None]
    losses = -np.log(np.where(onehot, p, 1.0)).sum(-1)
    return (SHARE * losses).sum(), SHARE[..., None] * (p - onehot)


def of_tokens(losses, xp, where):
    weight, keep = xp.asarray(WEIGHT), xp.asarray(KEEP)
    return fl.reduce(losses, weight=weight, where=keep if where else None)


def loss(x, xp, where=True):
    """Return the mean of cross-entropies."""
    options = {"where": xp.asarray(KEEP), "axis": -1, "reduction": "none"}
    return of_tokens(fl.cross_entropy(x, xp.asarray(TOKENS), **options), xp, where)


def linear_loss(x, xp, **options):
    """Return the same of a linear layer's scores."""
    options |= {"where": xp.asarray(KEEP), "reduction": "none"}
    arrays = xp.asarray(LAYER), xp.asarray(TOKENS)
    return of_tokens(fl.linear_cross_entropy(x, *arrays, **options), xp, True)


def test_the_mean_divides_by_the_weights_of_tokens_that_count(any_xp):
    assert_close(loss(any_xp.asarray(SCORES), any_xp), expected(SCORES)[0])
    scores = np.where(KEEP[..., None], FEATURES, 0.0) @ LAYER.T
    got = linear_loss(any_xp.asarray(FEATURES), any_xp)
    assert_close(got, expected(scores)[0])


def test_gradient_is_that_of_the_formula(derivative):
    def own(x):
        return loss(x, fl.array_namespace(x))

    assert_close(derivative(own, SCORES), expected(SCORES)[1], atol=1e-15)


@pytest.mark.parametrize("chunk_size", [3, None])
def test_gradient_in_features_is_that_of_the_formula(derivative, chunk_size):
    def own(x):
        return linear_loss(x, fl.array_namespace(x), chunk_size=chunk_size)

    scores = np.where(KEEP[..., None], FEATURES, 0.0) @ LAYER.T
    assert_close(derivative(own, FEATURES), expected(scores)[1] @ LAYER, atol=1e-15)


def test_a_mask_of_the_loss_alone_leaves_its_weights_in_the_divisor():
    # The losses are 0 where the loss is masked; what the mean counts, `reduce` is told.
    weight = np.where(KEEP, WEIGHT, 6.0)
    losses = fl.cross_entropy(SCORES, TOKENS, where=KEEP, axis=-1, reduction="none")
    total = (SHARE * KEPT.sum() * losses).sum()
    assert_close(fl.reduce(losses, weight=weight), total / (4 + 12))
    assert_close(fl.reduce(losses, weight=weight, where=KEEP), total / 4)


@pytest.mark.parametrize("name", ["cross_entropy", "linear_cross_entropy"])
def test_weights_cost_no_second_pass(name):
    own = getattr(fl, name)
    linear = name == "linear_cross_entropy"
    options = {"chunk_size": 512} if linear else {"axis": -1}
    shapes = ("f32[1024,64]", "f32[4096,64]") if linear else ("f32[1024,4096]",)

    def weighted(*arrays):
        *arrays, weight = arrays
        return fl.reduce(own(*arrays, reduction="none", **options), weight=weight)

    shapes += ("i32[1024]",)
    plain = counts(functools.partial(own, **options), shapes)
    found = counts(weighted, (*shapes, "f32[1024]"))
    assert found.bytes <= 1.02 * plain.bytes
    assert found.temporaries <= plain.temporaries + 0.05
    assert found.cpu_temporaries <= plain.cpu_temporaries + 0.05
