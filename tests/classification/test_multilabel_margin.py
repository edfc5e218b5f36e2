"""Margins over several true classes: worked by hand, and against all pairs."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan

SCORES = [
    [0.0, 1.0, 0.5, 3.0],  # above the bar of -1 stand 2 and 1.5, 3 is listed
    [0.0, -1.0, 0.5, 2.0],  # -1 just keeps its distance
    [1.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 0.0, 0.0],
]
LABELS = [
    [0, 3, -1, 0],  # bars at -1 and 2
    [0, -1, 3, 3],  # bar at -1
    [2, 2, -1, -1],  # the bar of 0 counts twice
    [-1, 0, 1, 2],  # no bar
]
# (1 - -1) + (0.5 - -1) | (0.5 - -1) + (2 - -1) | 2 * (1 + 1 + 1) | 0, over 4 classes.
LOSSES = [3.5 / 4, 4.5 / 4, 6 / 4, 0]
DERIVATIVES = [[-2, 1, 1, 0], [-2, 0, 1, 1], [2, 2, -6, 2], [0, 0, 0, 0]]


def loss(x, target=LABELS, **options):
    target = fl.array_namespace(x).asarray(target)
    options = {"reduction": "none"} | options
    return fl.multilabel_margin_loss(x, target, **options)


def all_pairs(scores, labels):
    """Return loss and derivative of one row, by its definition."""
    listed = labels[: labels.index(-1)] if -1 in labels else labels
    total, derivative = 0.0, np.zeros(len(scores))
    for k in listed:
        for i in set(range(len(scores))) - set(listed):
            lack = 1 - scores[k] + scores[i]
            if lack > 0:
                total += lack / len(scores)
                derivative[[i, k]] += np.asarray([1, -1]) / len(scores)
    return total, derivative


def drawn(seed, classes, *, rows=3, step=0.25):
    """Return scores that tie and lie on hinges often, and lists of labels."""
    rng = np.random.default_rng(seed)
    scores = step * np.round(rng.standard_normal((rows, classes)) / step)
    labels = rng.integers(-1, classes, (rows, classes))
    labels[0, classes // 3 :] = -1
    return scores, labels


def test_losses(any_xp):
    assert_close(loss(any_xp.asarray(SCORES, dtype=any_xp.float64)), LOSSES)


def test_derivative_at_the_hinge_and_of_repeated_labels(derivative):
    assert_close(derivative(loss, SCORES), np.asarray(DERIVATIVES) / 4)


def test_curvature_comes_from_around_the_loss_alone(curvature):
    # The Hessian of loss**2 / 2 is the outer product of the derivative with itself.
    point = [[0.0, 1.0, 0.5, 3.0]]
    got = curvature(lambda x: loss(x, [[0, -1, -1, -1]]) ** 2 / 2, point)
    assert_close(got, [[0, 0, 0, 0]])
    got = curvature(lambda x: loss(2 * x * x, [[0, -1, -1, -1]]), point)
    assert_close(got, [[-3, 1, 1, 1]])


@pytest.mark.parametrize(
    ("scores", "expected", "derivatives"),
    [
        ([NAN, 1.0, 0.0, 0.5], 0, [0, 0, 0, 0]),
        ([0.0, NAN, 0.0, 0.5], 2.5, [-2, 0, 1, 1]),
        ([-INF, 1.0, -INF, 0.5], INF, [-2, 1, 0, 1]),
        ([0.0, INF, -INF, 0.5], INF, [-2, 1, 0, 1]),
        ([0.0, INF, INF, 0.5], INF, [-3, 1, 1, 1]),
        ([INF, INF, -INF, 0.5], 0, [0, 0, 0, 0]),
    ],
    ids=[
        "listed",
        "other",
        "at-the-bottom",
        "at-the-top",
        "two-at-the-top",
        "all-at-the-top",
    ],
)
def test_nan_costs_nothing_and_infinity_is_a_score(xp, scores, expected, derivatives):
    x = xp.asarray([scores], dtype=xp.float64)
    assert_close(4 * loss(x, [[0, -1, -1, -1]]), [expected])
    gradient = jax.grad(lambda x: loss(x, [[0, -1, -1, -1]])[0])(jnp.asarray([scores]))
    assert_close(4 * gradient, [derivatives])


@pytest.mark.parametrize("classes", [1, 2, 7, 64, 129])
def test_all_pairs(any_xp, classes):
    for seed in range(3):
        scores, labels = drawn(seed, classes)
        expected = [
            all_pairs(*row)[0] for row in zip(scores, labels.tolist(), strict=True)
        ]
        got = loss(any_xp.asarray(scores), labels)
        assert_close(got, expected, rtol=1e-13)


@pytest.mark.parametrize("classes", [1, 2, 7, 64, 129])
def test_derivatives_of_all_pairs(derivative, classes):
    scores, labels = drawn(classes, classes)
    pairs = zip(scores, labels.tolist(), strict=True)
    expected = [all_pairs(*row)[1] for row in pairs]
    assert_close(derivative(lambda x: loss(x, labels), scores), expected, rtol=1e-13)


def test_scores_far_from_zero_keep_their_digits(xp):
    scores, labels = drawn(0, 129, step=2.0**-6)
    far = xp.asarray(scores + 2.0**16, dtype=xp.float32)
    expected = loss(scores, labels)
    assert_close(loss(far, labels), expected, rtol=1e-6)


def test_rows_may_be_mapped():
    scores, labels = (jnp.asarray(array) for array in drawn(0, 9, rows=6))
    mapped = jax.vmap(jax.value_and_grad(loss))(scores, labels)
    assert_close(mapped[0], loss(scores, labels))
    expected = jax.grad(lambda x: loss(x, labels, reduction="sum"))(scores)
    assert_close(mapped[1], expected)


def test_memory():
    """Value and derivatives need a few arrays like the scores, not a table of pairs."""
    x = jax.ShapeDtypeStruct((64, 4000), "float32")
    target = jax.ShapeDtypeStruct((64, 4000), "int32")
    run = jax.jit(jax.value_and_grad(fl.multilabel_margin_loss))
    memory = run.lower(x, target).compile().memory_analysis()
    assert memory.temp_size_in_bytes <= 16 * 4 * 64 * 4000
