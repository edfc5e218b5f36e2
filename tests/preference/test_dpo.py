"""Direct preference optimisation, worked by hand."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF = math.inf
# Log-ratios of log(3) and 0 at beta 1: the sigmoid of their difference is 3/4.
LOG3 = math.log(3)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, -math.log(3 / 4)),
        # A quarter of the pairs is the wrong way round.
        ({"label_smoothing": 0.25}, -0.75 * math.log(3 / 4) - 0.25 * math.log(1 / 4)),
        (
            {"loss_type": "robust", "label_smoothing": 0.25},
            (-0.75 * math.log(3 / 4) + 0.25 * math.log(1 / 4)) / 0.5,
        ),
        ({"loss_type": "hinge", "margin": LOG3}, 1),
        ({"loss_type": "hinge"}, 0),
        ({"loss_type": "ipo"}, (LOG3 - 0.5) ** 2),
        # The policy's preference is 3/4, that of the labels 7/8.
        (
            {"loss_type": "exo_pair", "label_smoothing": 0.125},
            0.75 * math.log(6 / 7) + 0.25 * math.log(2),
        ),
        ({"loss_type": "exo_pair", "label_smoothing": 0.25}, 0),
        (
            {"loss_type": "nca_pair"},
            math.log(4 / 3) + math.log(4) / 2 + math.log(2) / 2,
        ),
        ({"loss_type": "bco_pair"}, math.log(4 / 3) + math.log(2)),
        ({"loss_type": "sppo_hard"}, (LOG3 - 0.5) ** 2 + 0.25),
        ({"loss_type": "apo_zero"}, 1 / 4 + 1 / 2),
        ({"loss_type": "apo_down"}, 3 / 4 + 1 / 4),
    ],
    ids=str,
)
def test_each_type(options, expected):
    # The reference says -2 and -1.
    c, r, a, b = (np.asarray([x]) for x in (LOG3 - 2, -1.0, -2.0, -1.0))
    assert_close(fl.dpo_loss(c, r, a, b, beta=1.0, **options), expected, atol=1e-15)


def test_the_mean_divides_by_the_number_of_pairs(xp):
    c, w = (xp.asarray(x, dtype=xp.float64) for x in ([LOG3, 0.0], [3.0, 5.0]))
    got = fl.dpo_loss(c, 0.0, beta=1.0, weight=w)
    assert_close(got, (3 * math.log(4 / 3) + 5 * math.log(2)) / 2)


@pytest.mark.parametrize(
    ("loss_type", "chosen", "rejected"),
    [
        ("sigmoid", -1 / 4, 1 / 4),
        ("hinge", 0, 0),
        ("ipo", 2 * LOG3 - 1, 1 - 2 * LOG3),
        ("bco_pair", -1 / 4, 1 / 2),
        ("apo_zero", -3 / 16, 1 / 4),
        ("apo_down", 0, 3 / 16),
    ],
)
def test_gradients_in_both_answers(derivative, loss_type, chosen, rejected):
    def of_both(x):
        options = {"loss_type": loss_type, "beta": 1.0, "reduction": "sum"}
        return fl.dpo_loss(x[:1], x[1:], **options)

    got = derivative(of_both, [LOG3, 0.0])
    assert_close(got, [chosen, rejected], atol=1e-15)


def test_the_hinge_has_its_gradient_at_the_kink(derivative):
    def of_chosen(x):
        return fl.dpo_loss(x, 0.0, loss_type="hinge", beta=0.5, reduction="sum")

    assert_close(derivative(of_chosen, [1.0, 2.0, 3.0]), [-0.5, -0.5, 0])


def test_gradients_in_the_options(derivative):
    def of_options(x):
        c = fl.array_namespace(x).asarray([LOG3], dtype=x.dtype)
        return fl.dpo_loss(c, 0.0, beta=x[0], margin=x[1], label_smoothing=x[2])

    # z = log(3): -(1/4 - s) * c in beta, the same over c in the margin, z in s.
    assert_close(
        derivative(of_options, [1.0, 0.0, 0.125]), [-LOG3 / 8, 1 / 8, LOG3], atol=1e-15
    )


@pytest.mark.parametrize(
    ("options", "right", "wrong"),
    [
        ({}, 0, INF),
        ({"label_smoothing": 0.25}, INF, INF),
        ({"label_smoothing": jnp.asarray(0.0)}, 0, INF),
        ({"loss_type": "robust", "label_smoothing": 0.25}, -INF, INF),
        # All of the policy's preference, over 3/4 or 1/4 of the labels'.
        ({"loss_type": "exo_pair", "label_smoothing": 0.25}, LOG3 - math.log(9 / 4), 2),
    ],
    ids=str,
)
def test_answers_that_are_impossible(options, right, wrong):
    chosen = jnp.asarray([0.0, -INF])
    rejected = jnp.asarray([-INF, 0.0])
    got = fl.dpo_loss(chosen, rejected, beta=1.0, reduction="none", **options)
    wrong = math.log(4) if wrong == 2 else wrong
    assert_close(got, [right, wrong])


def test_tails_keep_their_digits(derivative):
    def of_chosen(x):
        return fl.dpo_loss(x, 0.0, beta=1.0, reduction="sum")

    x = np.asarray([40.0, 700.0], np.float64)
    assert_close(fl.dpo_loss(x, 0.0, beta=1.0, reduction="none"), np.exp(-x))
    assert_close(derivative(of_chosen, x.tolist()), -np.exp(-x))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"ref_chosen": np.zeros(1)},
            "ref_chosen and ref_rejected must come together, got ref_rejected None",
        ),
        (
            {"loss_type": "ipo", "margin": 0.5},
            "margin belongs to loss_type 'sigmoid', 'robust' or 'hinge', got loss_type",
        ),
        (
            {"loss_type": "hinge", "label_smoothing": np.asarray(0.1)},
            "label_smoothing belongs to loss_type 'sigmoid', 'robust' or 'exo_pair'",
        ),
        ({"loss_type": "exo_pair"}, "label_smoothing must be > 0 and < 1, got 0.0"),
    ],
)
def test_what_does_not_belong_together_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        fl.dpo_loss(np.zeros(1), np.zeros(1), **options)
