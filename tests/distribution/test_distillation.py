"""Distillation of a teacher, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, LOG3 = math.inf, math.log(3)
# A student who does not know, p = (1/2, 1/2), and a teacher with q = (3/4, 1/4).
STUDENT, TEACHER = np.log([[0.5, 0.5]]), np.log([[0.75, 0.25]])
# KL(q || p), KL(p || q), and the means of both's from (9/16, 7/16) and (5/8, 3/8).
FORWARD = 0.75 * math.log(3 / 2) + 0.25 * math.log(1 / 2)
REVERSE = 0.5 * math.log(2 / 3) + 0.5 * math.log(2)
QUARTER = 0.25 * (0.75 * math.log(4 / 3) + 0.25 * math.log(4 / 7)) + 0.75 * (
    0.5 * math.log(8 / 9) + 0.5 * math.log(8 / 7)
)
HALF = 0.5 * (0.75 * math.log(6 / 5) + 0.25 * math.log(2 / 3)) + 0.5 * (
    0.5 * math.log(4 / 5) + 0.5 * math.log(4 / 3)
)
LOSSES = {0: FORWARD, 1: REVERSE, 0.25: QUARTER, 0.5: HALF}
# The first of two opposite derivatives, in the scores of the student and the teacher.
DERIVATIVES = {
    0: (-0.25, 3 / 16 * LOG3),
    1: (-0.25 * LOG3, 0.25),
    0.5: (0.125 * math.log(3 / 5), 3 / 32 * math.log(9 / 5)),
}


def pair(xp, student=STUDENT, teacher=TEACHER):
    return (
        xp.asarray(np.asarray(x).tolist(), dtype=xp.float64) for x in (student, teacher)
    )


@pytest.mark.parametrize(("beta", "loss"), LOSSES.items())
def test_values(any_xp, beta, loss):
    x, t = pair(any_xp)
    assert_close(fl.distillation_loss(x, t, beta=beta), loss)
    # Scores count up to a constant; log-probabilities are scores.
    got = fl.distillation_loss(x + 3.0, t - 1.0, beta=beta, reduction="none")
    assert_close(got, [loss])
    other = 1 - beta
    assert_close(fl.distillation_loss(t, x, beta=other), loss)


@pytest.mark.parametrize(("beta", "derivatives"), DERIVATIVES.items())
def test_gradients_of_both(derivative, beta, derivatives):
    def of_student(x):
        _, t = pair(fl.array_namespace(x))
        return fl.distillation_loss(x, t, beta=beta)

    def of_teacher(t):
        x, _ = pair(fl.array_namespace(t))
        return fl.distillation_loss(x, t, beta=beta)

    one, other = derivatives
    assert_close(derivative(of_student, STUDENT.tolist()), [[one, -one]])
    assert_close(derivative(of_teacher, TEACHER.tolist()), [[other, -other]])


def test_gradient_in_beta_is_the_difference_of_the_divergences(derivative):
    def loss(beta):
        x, t = pair(fl.array_namespace(beta))
        return fl.distillation_loss(x, t, beta=beta)

    from_q = 0.75 * math.log(6 / 5) + 0.25 * math.log(2 / 3)
    from_p = 0.5 * math.log(4 / 5) + 0.5 * math.log(4 / 3)
    assert_close(derivative(loss, 0.5), from_q - from_p)


def test_temperature_divides_the_scores(xp):
    x, t = pair(xp)
    assert_close(fl.distillation_loss(2 * x, 2 * t, temperature=2.0), FORWARD)


def test_gradient_in_the_temperature(derivative):
    def loss(temperature):
        x, t = pair(fl.array_namespace(temperature))
        return fl.distillation_loss(x, t, temperature=temperature)

    # The student's scores are equal; those of the teacher are log(3) apart.
    assert_close(derivative(loss, 1.0), -3 / 16 * LOG3 * LOG3)


@pytest.mark.parametrize("beta", [0, 0.5, 1])
def test_what_is_impossible_for_both_does_not_count(xp, beta):
    x, t = pair(xp, [[*STUDENT[0], -INF]], [[*TEACHER[0], -INF]])
    assert_close(fl.distillation_loss(x, t, beta=beta), LOSSES[beta])


def test_what_is_impossible_for_one_costs_by_the_direction(xp):
    some, one = [[0.0, 0.0]], [[0.0, -INF]]
    by_half = 0.5 * (math.log(4 / 3) + 0.5 * math.log(2 / 3) + 0.5 * math.log(2))
    x, t = pair(xp, some, one)
    for beta, loss in {0: math.log(2), 1: INF, 0.5: by_half}.items():
        assert_close(fl.distillation_loss(x, t, beta=beta), loss)
        assert_close(fl.distillation_loss(t, x, beta=1 - beta), loss)


def test_gradient_is_finite_where_the_student_excludes_what_the_teacher_has(derivative):
    def loss(x):
        return fl.distillation_loss(x, fl.array_namespace(x).zeros_like(x))

    assert_close(derivative(loss, [[0.0, -INF]]), [[0.5, -0.5]])


def test_weighted_and_masked_rows(xp):
    x, t = pair(xp, [*STUDENT, *STUDENT, [math.nan] * 2], [*TEACHER, *STUDENT, [0, 0]])
    where = xp.asarray([True, True, False])
    weight = xp.asarray([4.0, 1.0, 1.0], dtype=xp.float64)
    got = fl.distillation_loss(x, t, weight=weight, where=where)
    assert_close(got, 4 * FORWARD / 2)


def test_classes_on_another_axis(xp):
    x, t = pair(xp, STUDENT.T, TEACHER.T)
    assert_close(fl.distillation_loss(x, t, axis=0, reduction="none"), [FORWARD])
    assert_close(fl.distillation_loss(x[:, 0], t[:, 0]), FORWARD)


def test_an_array_lies_between_0_and_1():
    x, t = pair(np)
    for beta in (0.0, 1.0):
        with pytest.raises(ValueError, match="beta must be > 0 and < 1, got"):
            fl.distillation_loss(x, t, beta=np.asarray(beta))


def test_it_is_a_jensen_shannon_divergence_unlike_that_of_easydel():
    x, t = pair(np, [[0.0, -INF]], [[-INF, 0.0]])
    # Nothing in common: the entropy of the mixture's weights, here 9/10 and 1/10. With
    # these swapped in the mean of the divergences it exceeds every such divergence.
    entropy = -0.1 * math.log(0.1) - 0.9 * math.log(0.9)
    swapped = -0.9 * math.log(0.1) - 0.1 * math.log(0.9)
    assert_close(fl.distillation_loss(x, t, beta=0.1), entropy)
    assert swapped > 6 * entropy


def test_the_cross_entropy_of_torchtune_is_more_by_the_entropy_of_the_teacher():
    x, t = pair(np)
    entropy = -0.75 * math.log(0.75) - 0.25 * math.log(0.25)
    cross = fl.cross_entropy(x, np.exp(t))
    assert_close(cross - fl.distillation_loss(x, t), entropy)
