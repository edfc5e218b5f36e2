"""Distillation of linear layers, worked by hand, as a whole and in blocks."""

import functools
import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN, LOG3 = math.inf, math.nan, math.log(3)
# Three rows of features pick three rows of scores: log-probabilities of two classes,
# the student's (1/2, 1/2), (3/4, 1/4) and (1/2, 1/2).
FEATURES = np.eye(3)
LAYER = np.log([[0.5, 0.75, 0.5], [0.5, 0.25, 0.5]])
# The teacher's are (3/4, 1/4), (1/2, 1/2) and (1/2, 1/2), by other features.
OTHERS = np.asarray([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
TEACHER = np.log([[3.0, 1.0], [1.0, 1.0]])
FORWARD = 0.75 * math.log(3 / 2) + 0.25 * math.log(1 / 2)
REVERSE = 0.5 * math.log(2 / 3) + 0.5 * math.log(2)
HALF = 0.5 * (0.75 * math.log(6 / 5) + 0.25 * math.log(2 / 3)) + 0.5 * (
    0.5 * math.log(4 / 5) + 0.5 * math.log(4 / 3)
)
LOSSES = {0: [FORWARD, REVERSE, 0], 1: [REVERSE, FORWARD, 0], 0.5: [HALF, HALF, 0]}

CHUNKS = pytest.mark.parametrize("chunk", [None, 2])


def made(xp, *arrays):
    """Return NumPy's arrays as a library's."""
    return [xp.asarray(x.tolist(), dtype=xp.float64) for x in arrays]


def given(xp):
    return made(xp, FEATURES, LAYER, OTHERS, TEACHER)


@pytest.mark.parametrize("chunk", [None, 1, 2, 9])
@pytest.mark.parametrize(("beta", "losses"), LOSSES.items())
def test_values(any_xp, beta, losses, chunk):
    loss = functools.partial(
        fl.linear_distillation_loss, *given(any_xp), beta=beta, chunk_size=chunk
    )
    assert_close(loss(reduction="none"), losses, atol=1e-16)
    assert_close(loss(), np.mean(losses))
    # The same for all classes changes nothing.
    bias, other = made(any_xp, np.full(2, 7.0), np.full(2, -3.0))
    assert_close(loss(linear_bias=bias, teacher_bias=other), np.mean(losses))


@CHUNKS
def test_biases_are_scores(xp, chunk):
    x, layer, t, teacher = given(xp)
    one, other = made(xp, np.zeros(2), np.asarray([LOG3, 0.0]))
    loss = functools.partial(fl.linear_distillation_loss, chunk_size=chunk)
    # Without features only the biases are left: (1/2, 1/2) and (3/4, 1/4).
    got = loss(0 * x, layer, 0 * t, teacher, linear_bias=one, teacher_bias=other)
    assert_close(got, FORWARD)
    got = loss(0 * x, layer, 0 * t, teacher, linear_bias=other, teacher_bias=one)
    assert_close(got, REVERSE)


@CHUNKS
def test_what_is_impossible(xp, chunk):
    x, layer, t, teacher = given(xp)
    (bias,) = made(xp, np.asarray([0.0, -INF]))
    loss = functools.partial(
        fl.linear_distillation_loss, x, layer, t, teacher, chunk_size=chunk
    )
    both = loss(linear_bias=bias, teacher_bias=bias, reduction="none")
    assert_close(both, [0, 0, 0])
    assert_close(loss(linear_bias=bias, reduction="none"), [INF] * 3)
    # A student of (1/2, 1/2), (3/4, 1/4) and (1/2, 1/2), a teacher sure of the first.
    got = loss(teacher_bias=bias, reduction="none")
    assert_close(got, -np.log([0.5, 0.75, 0.5]))
    assert_close(loss(teacher_bias=bias, beta=1, reduction="none"), [INF] * 3)


@CHUNKS
def test_gradients_of_the_student(derivative, chunk):
    def loss(x, w, beta):
        xp = fl.array_namespace(x)
        _, _, *teacher = given(xp)
        options = {"beta": beta, "reduction": "sum", "chunk_size": chunk}
        return fl.linear_distillation_loss(x, w, *teacher, **options)

    def constant(like, values):
        return fl.array_namespace(like).asarray(values.tolist(), dtype=like.dtype)

    # Of the scores: p - q, in reverse p times what log(p / q) is above its mean.
    for beta, first, second in ((0, -1 / 4, 1 / 4), (1, -LOG3 / 4, 3 * LOG3 / 16)):
        rows = np.asarray([[first, -first], [second, -second], [0, 0]])
        got = derivative(
            lambda w, beta=beta: loss(constant(w, FEATURES), w, beta), LAYER.tolist()
        )
        assert_close(got, rows.T @ FEATURES, rtol=1e-11, atol=1e-15)
        got = derivative(
            lambda x, beta=beta: loss(x, constant(x, LAYER), beta), FEATURES.tolist()
        )
        assert_close(got, rows @ LAYER, rtol=1e-11, atol=1e-15)


@CHUNKS
def test_gradients_in_options(derivative, chunk):
    def loss(**option):
        xp = fl.array_namespace(*option.values())
        how = {"reduction": "sum", "chunk_size": chunk}
        return fl.linear_distillation_loss(*given(xp), **option, **how)

    # The divergence of the teacher from the mixture, less that of the student.
    from_q = 0.75 * math.log(6 / 5) + 0.25 * math.log(2 / 3)
    from_p = 0.5 * math.log(4 / 5) + 0.5 * math.log(4 / 3)
    got = derivative(lambda b: loss(beta=b), 0.5)
    assert_close(got, (from_q - from_p) + (from_p - from_q), atol=1e-15)
    # Of the first row only the teacher's scores differ, by log(3); of the second only
    # the student's.
    got = derivative(lambda heat: loss(temperature=heat), 1.0)
    assert_close(got, -3 / 16 * LOG3 * LOG3 - LOG3 / 4)


@CHUNKS
def test_the_teacher_is_constant(chunk):
    loss = functools.partial(fl.linear_distillation_loss, chunk_size=chunk)
    arrays = tuple(map(jnp.asarray, (FEATURES, LAYER, OTHERS, TEACHER)))
    for gradient in jax.grad(loss, (2, 3))(*arrays):
        assert not gradient.any()
    bias = jnp.zeros(2)
    assert not jax.grad(lambda b: loss(*arrays, teacher_bias=b))(bias).any()


@CHUNKS
def test_masked_rows_may_be_nan_and_weights_count(chunk):
    features = np.concatenate([FEATURES, np.full((1, 3), NAN)])
    others = np.concatenate([OTHERS, [[INF, 0.0]]])
    value, gradient = jax.value_and_grad(fl.linear_distillation_loss)(
        *map(jnp.asarray, (features, LAYER, others, TEACHER)),
        weight=jnp.asarray([4.0, 1.0, 1.0, 1.0]),
        where=jnp.asarray([True, True, True, False]),
        chunk_size=chunk,
    )
    assert_close(value, (4 * FORWARD + REVERSE) / 3)
    assert np.isfinite(gradient).all()
    assert not gradient[3].any()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_rounded_once(dtype):
    rng = np.random.default_rng(0)
    shapes = (6, 4), (9, 4), (6, 5), (9, 5)
    arrays = [jnp.asarray(rng.standard_normal(shape), dtype) for shape in shapes]

    def loss(*arrays, chunk=None):
        return fl.linear_distillation_loss(*arrays, beta=0.5, chunk_size=chunk)

    expected = jax.value_and_grad(loss, (0, 1))(*(x.astype("float64") for x in arrays))
    got = jax.value_and_grad(functools.partial(loss, chunk=2), (0, 1))(*arrays)
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        assert a.dtype == dtype
        assert_close(a, b.astype(dtype), rtol=float(jnp.finfo(dtype).eps))


def test_blocks_and_whole_agree_under_transforms():
    rng = np.random.default_rng(0)
    x, layer = rng.standard_normal((2, 5, 2)), rng.standard_normal((7, 2))
    teacher = rng.standard_normal((5, 3)), rng.standard_normal((7, 3))
    change = rng.standard_normal((7, 2))

    def loss(x, layer, chunk=2):
        return fl.linear_distillation_loss(
            x, layer, *teacher, beta=0.25, chunk_size=chunk
        )

    def second(loss):
        """Return a derivative of the second order, and one of the first, forwards."""

        def of_layer(x, layer):
            gradient = jax.grad(loss, (0, 1))
            return jax.jvp(lambda w: gradient(x, w), (layer,), (change,))

        return jax.jit(of_layer)

    expected = [second(lambda *x: loss(*x, chunk=None))(a, layer) for a in x]
    expected = jax.tree.map(lambda *rows: jnp.stack(rows), *expected)
    got = jax.vmap(second(loss), (0, None))(x, layer)
    jax.tree.map(lambda a, b: assert_close(a, b, rtol=1e-11, atol=1e-14), got, expected)


FAULTS = [
    ({"input": np.zeros(())}, "input must have shape (*, D), got ()"),
    ({"linear_weight": np.zeros(2)}, "linear_weight must have shape (C, D), got (2,)"),
    (
        {"teacher_weight": np.zeros((0, 2))},
        "teacher_weight must have shape (C, E), got (0, 2)",
    ),
    (
        {"linear_weight": np.zeros((2, 4))},
        "linear_weight must have shape (2, 3), got (2, 4)",
    ),
    (
        {"teacher_weight": np.zeros((3, 2))},
        "teacher_weight must have shape (2, 2), got (3, 2)",
    ),
    (
        {"teacher_input": np.zeros((3, 3))},
        "teacher_input must have shape (3, 2), got (3, 3)",
    ),
    ({"linear_bias": np.zeros(3)}, "linear_bias must have shape (2,), got (3,)"),
    ({"teacher_bias": 0.5}, "teacher_bias must have shape (2,), got ()"),
    ({"weight": np.ones(4)}, "weight must have shape (3,) or (), got (4,)"),
]


@pytest.mark.parametrize("size", [None, 2])
@pytest.mark.parametrize(("option", "message"), FAULTS, ids=[*map(str, range(9))])
def test_shapes_that_do_not_fit_are_named(option, message, size):
    names = ("input", "linear_weight", "teacher_input", "teacher_weight")
    arrays = dict(zip(names, (FEATURES, LAYER, OTHERS, TEACHER), strict=True))
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        fl.linear_distillation_loss(**arrays | {"chunk_size": size} | option)
