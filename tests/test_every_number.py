"""What holds for every loss: whether one number may stand for all targets."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close, to_numpy
from tests.table import LABELLED

# A number and the options with which it may stand for every element's target.
TAKES = {
    "l1_loss": (0.5, {}),
    "mse_loss": (0.5, {}),
    "huber_loss": (0.5, {}),
    "smooth_l1_loss": (0.5, {}),
    "poisson_nll_loss": (2.0, {}),
    "gaussian_nll_loss": (0.5, {}),
    "log_cosh_loss": (0.5, {}),
    "mean_absolute_percentage_error": (0.5, {}),
    "mean_squared_logarithmic_error": (0.5, {}),
    "expectile_loss": (0.625, {}),
    "quantile_loss": (0.625, {}),
    "hinge_loss": (-1.0, {}),
    "binary_sparsemax_loss": (1.0, {}),
    "binary_cross_entropy": (1.0, {}),
    "binary_cross_entropy_with_logits": (1.0, {}),
    "multilabel_soft_margin_loss": (1.0, {}),
    "soft_margin_loss": (-1.0, {}),
    "sigmoid_focal_loss": (1.0, {}),
    "dice_loss": (1.0, {"axis": None}),
    "tversky_loss": (1.0, {"axis": None}),
    "hinge_embedding_loss": (-1.0, {}),
    "cosine_embedding_loss": (-1.0, {}),
    "cosine_distance": (0.5, {}),
    "margin_ranking_loss": (1.0, {}),
    "kl_div": (0.5, {}),
    "generalized_kl_divergence": (0.5, {}),
}

LABEL = "a label is an integer of one row"
DISTRIBUTION = "one number is no distribution over classes"
LIST = "items that are all as relevant have no order to learn"
REFUSES = {
    "multiclass_hinge_loss": LABEL,
    "entmax_loss": DISTRIBUTION,
    "fenchel_young_loss": "a target is a point, which the regularizer takes",
    "cross_entropy": DISTRIBUTION,
    "nll_loss": LABEL,
    "multi_margin_loss": LABEL,
    "multilabel_margin_loss": LABEL,
    "softmax_focal_loss": DISTRIBUTION,
    "poly_loss": DISTRIBUTION,
    "generalized_cross_entropy": DISTRIBUTION,
    "smooth_labels": DISTRIBUTION,
    "linear_cross_entropy": DISTRIBUTION,
    "adaptive_log_softmax_with_loss": LABEL,
    "dice_loss": "with a class axis a number might be a label",
    "tversky_loss": "with a class axis a number might be a label",
    "generalized_dice_loss": "a number might be a label",
    "ntxent_loss": LABEL,
    "circle_loss": LABEL,
    "ranking_softmax_loss": LIST,
    "poly1_softmax_loss": LIST,
    "unique_softmax_loss": LIST,
    "listmle_loss": LIST,
    "pairwise_hinge_loss": LIST,
    "pairwise_logistic_loss": LIST,
    "pairwise_soft_zero_one_loss": LIST,
    "pairwise_mse_loss": LIST,
    "pairwise_quantile_loss": LIST,
    "approx_ndcg_loss": LIST,
    "quantile_huber_loss": "a sample of returns lies along an axis of its own",
}

WITH_TARGETS = {name: row for name, row in LABELLED.items() if "target" in row.arrays}


def takes(row):
    """Tell whether the row's targets are those of elements, not labels of rows."""
    elements = row.values()["target"].ndim >= len(row.mask_shape)
    return row.loss.__name__ in TAKES and elements


def those(chosen):
    kept = {name: row for name, row in WITH_TARGETS.items() if chosen(row)}
    return pytest.mark.parametrize("row", kept.values(), ids=kept)


def with_target(row, xp, target):
    """Return the row's arrays, with this target."""
    arrays = row.made(xp)
    arrays[list(row.arrays).index("target")] = target
    return arrays


def test_every_loss_of_targets_takes_a_number_or_has_a_reason():
    names = {row.loss.__name__ for row in WITH_TARGETS.values()}
    assert names == TAKES.keys() | REFUSES.keys()
    both = TAKES.keys() & REFUSES.keys()
    assert {name for name, (_, options) in TAKES.items() if options} == both


@those(takes)
@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_a_number_stands_for_all_targets(xp, row):
    number, options = TAKES[row.loss.__name__]
    loss = row.with_options(**options, reduction="none")
    shape = row.values()["target"].shape
    full = with_target(row, xp, xp.full(shape, number, dtype=xp.float64))
    expected = to_numpy(loss(*full))
    given = [number, xp.asarray(number, dtype=xp.float64)]
    for one in [*given, np.float64(number)] if xp is np else given:
        got = loss(*with_target(row, xp, one))
        assert got.shape == expected.shape
        assert_close(got, expected)


@those(takes)
def test_a_number_as_target_leaves_the_gradient(row):
    number, options = TAKES[row.loss.__name__]
    loss, place = row.with_options(**options), list(row.arrays).index("target")
    shape = row.values()["target"].shape
    full = with_target(row, jnp, jnp.full(shape, number))
    one = with_target(row, jnp, jnp.asarray(number))
    value, derivatives = jax.value_and_grad(loss, (0, place))(*full)
    got, found = jax.value_and_grad(loss, (0, place))(*one)
    assert_close(got, value)
    assert_close(found[0], derivatives[0])
    assert_close(found[1], derivatives[1].sum(), rtol=1e-12, atol=1e-15)
    arrays = with_target(row, torch, number)
    x = arrays[0].requires_grad_()
    loss(*arrays).backward()
    assert_close(x.grad, derivatives[0])


@those(lambda row: row.loss.__name__ in REFUSES)
def test_a_number_is_refused_where_it_would_say_nothing(row):
    options = {"ignore_index": -100} if row.has("ignore_index") else {}
    options |= {"ignore_index": None} if row.loss is fl.linear_cross_entropy else {}
    for number in (1.0, np.asarray(1.0)):
        with pytest.raises((TypeError, ValueError), match=r"\b(target|axis)\b"):
            row.with_options(**options)(*with_target(row, np, number))
