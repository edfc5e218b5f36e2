"""Identities that hold for any shape and any numbers, tried on drawn ones."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import funloss as fl
from funloss.testing.strategies import labelled, masks, pairs, shapes
from tests.assertions import assert_close

settings.register_profile("funloss", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("funloss")


def in_unit(x):
    return 1 / (1 + np.exp2(-x))


def signs(x):
    return np.where(x > 0, 1.0, -1.0)


# Each takes two arrays of one shape and returns the arguments of the loss.
ELEMENTWISE = {
    "l1": (fl.l1_loss, lambda x, y: (x, y)),
    "mse": (fl.mse_loss, lambda x, y: (x, y)),
    "huber": (fl.huber_loss, lambda x, y: (x, y)),
    "smooth_l1": (fl.smooth_l1_loss, lambda x, y: (x, y)),
    "poisson": (fl.poisson_nll_loss, lambda x, y: (x, in_unit(y))),
    "gaussian": (fl.gaussian_nll_loss, lambda x, y: (x, y, in_unit(x - y))),
    "bce": (fl.binary_cross_entropy, lambda x, y: (in_unit(x), in_unit(y))),
    "bce_with_logits": (
        fl.binary_cross_entropy_with_logits,
        lambda x, y: (x, in_unit(y)),
    ),
    "soft_margin": (fl.soft_margin_loss, lambda x, y: (x, signs(y))),
    "hinge_embedding": (fl.hinge_embedding_loss, lambda x, y: (x, signs(y))),
    "margin_ranking": (fl.margin_ranking_loss, lambda x, y: (x, y, signs(x + y))),
    "kl_div": (fl.kl_div, lambda x, y: (-np.abs(x), in_unit(y))),
}
elementwise = pytest.mark.parametrize(
    ("loss", "arguments"), ELEMENTWISE.values(), ids=ELEMENTWISE
)


@elementwise
@given(data=st.data())
def test_mean_is_sum_over_count(loss, arguments, data):
    arrays = arguments(*data.draw(pairs(extremes=False)))
    losses = loss(*arrays, reduction="none")
    assert losses.shape == arrays[0].shape
    assert_close(loss(*arrays, reduction="sum"), losses.sum(), rtol=1e-12, atol=1e-12)
    assert_close(loss(*arrays), losses.sum() / losses.size, rtol=1e-12, atol=1e-12)


@elementwise
@given(data=st.data())
def test_a_mask_is_the_same_as_dropping(loss, arguments, data):
    x, y = data.draw(pairs(extremes=False))
    keep = data.draw(masks(x.shape))
    dropped = arguments(x[keep], y[keep])
    with np.errstate(invalid="ignore"):
        arrays = arguments(np.where(keep, x, np.nan), np.where(keep, y, np.inf))
    for reduction in ("mean", "sum"):
        masked = loss(*arrays, where=keep, reduction=reduction)
        assert_close(
            masked, loss(*dropped, reduction=reduction), rtol=1e-12, atol=1e-12
        )


@elementwise
@given(data=st.data())
def test_float32_is_close_to_float64(loss, arguments, data):
    arrays = arguments(*data.draw(pairs(extremes=False)))
    narrow = [x.astype(np.float32) for x in arrays]
    losses = loss(*narrow, reduction="none")
    exact = loss(*(x.astype(np.float64) for x in narrow), reduction="none")
    assert losses.dtype == np.float32
    scale = sum(np.abs(x) for x in arrays).max() + 3000.0
    assert_close(losses, exact, rtol=4e-6, atol=1e-7 * scale)


@pytest.mark.parametrize("loss", [fl.mse_loss, fl.l1_loss, fl.huber_loss])
@given(arrays=pairs(extremes=False))
def test_weight_of_one_is_no_weight(loss, arrays):
    assert_close(loss(*arrays, weight=np.ones_like(arrays[0])), loss(*arrays))


@given(drawn=labelled(extremes=False), shift=st.floats(-1e3, 1e3, width=16))
def test_cross_entropy_does_not_feel_a_shift(drawn, shift):
    scores, labels = drawn
    moved = fl.cross_entropy(scores + shift, labels, reduction="none")
    assert_close(moved, fl.cross_entropy(scores, labels, reduction="none"), atol=1e-11)


@given(drawn=labelled(extremes=False), seed=st.integers(0, 99))
def test_order_of_the_rows_does_not_matter(drawn, seed):
    scores, labels = drawn
    order = np.random.default_rng(seed).permutation(len(labels))
    for loss in (fl.cross_entropy, fl.multi_margin_loss, fl.nll_loss):
        assert_close(
            loss(scores[order], labels[order]), loss(scores, labels), atol=1e-12
        )


@given(drawn=labelled(extremes=False), smoothing=st.floats(0, 1, width=16))
def test_a_label_is_all_probability_on_one_class(drawn, smoothing):
    scores, labels = drawn
    sure = np.eye(scores.shape[1])[labels]
    by_label = fl.cross_entropy(scores, labels, label_smoothing=smoothing)
    assert_close(
        fl.cross_entropy(scores, sure, label_smoothing=smoothing), by_label, atol=1e-12
    )


@given(drawn=labelled(extremes=False))
def test_cross_entropy_is_nll_of_log_softmax(drawn):
    scores, labels = drawn
    log_p = fl.array_namespace(scores).log_softmax(scores, 1)
    weight = np.linspace(0.5, 2, scores.shape[1])
    for options in ({}, {"weight": weight}, {"reduction": "sum"}):
        assert_close(
            fl.cross_entropy(scores, labels, **options),
            fl.nll_loss(log_p, labels, **options),
            atol=1e-12,
        )


@given(drawn=labelled(extremes=False), data=st.data())
def test_an_ignored_label_is_the_same_as_dropping_the_row(drawn, data):
    scores, labels = drawn
    keep = data.draw(masks(len(labels)))
    ignored = np.where(keep, labels, 255)
    for loss in (fl.cross_entropy, fl.nll_loss):
        assert_close(
            loss(scores, ignored, ignore_index=255),
            loss(scores[keep], labels[keep]),
            atol=1e-12,
        )


@given(drawn=labelled(extremes=False))
def test_the_class_axis_may_lie_anywhere(drawn):
    scores, labels = drawn
    for loss in (fl.cross_entropy, fl.nll_loss, fl.multi_margin_loss):
        assert_close(loss(scores.T, labels, axis=0), loss(scores, labels), atol=1e-12)


@given(arrays=pairs(shapes(2, 2), extremes=False))
def test_distances_are_symmetric(arrays):
    x, y = arrays
    assert_close(
        fl.pairwise_distance(x, y, eps=0.0), fl.pairwise_distance(y, x, eps=0.0)
    )
    assert_close(fl.cosine_similarity(x, y), fl.cosine_similarity(y, x), atol=1e-15)


@elementwise
def test_jit_is_eager_and_vmap_is_a_loop(loss, arguments):
    rng = np.random.default_rng(7)
    arrays = [jnp.asarray(a) for a in arguments(*rng.standard_normal((2, 3, 4)))]
    derivative = jax.grad(loss)
    looped = jnp.stack([derivative(*row) for row in zip(*arrays, strict=True)])
    assert_close(jax.vmap(derivative)(*arrays), looped, rtol=1e-12, atol=1e-15)
    assert_close(
        jax.jit(derivative)(*arrays), derivative(*arrays), rtol=1e-12, atol=1e-15
    )
