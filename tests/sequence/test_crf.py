"""Conditional random fields, worked by hand and to fifty digits."""

import itertools
import math
import re

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
# Where the weights of going from one of two labels to one are 3, 1, 1 and 2.
STAY = np.log([[3.0, 1.0], [1.0, 2.0]])


def loss(*args, **options):
    return fl.crf_loss(*args, **{"reduction": "sum"} | options)


def of_zeros(xp, target, **options):
    target = xp.asarray(target)
    zeros = xp.zeros((*target.shape, 2), dtype=xp.float64)
    stay = xp.asarray(STAY.tolist(), dtype=xp.float64)
    return loss(zeros, target, stay, **options)


def test_value_is_the_share_of_the_target_among_all_sequences(any_xp):
    # Two steps weigh 7 in all; three steps weigh 3 * 4 + 1 * 3 + 1 * 4 + 2 * 3 = 25.
    assert_close(of_zeros(any_xp, [0, 0]), math.log(7 / 3))
    assert_close(of_zeros(any_xp, [1, 0, 0]), math.log(25 / 3))
    assert_close(of_zeros(any_xp, [1]), math.log(2))


def test_start_and_end_are_added_to_the_ends(any_xp):
    start, end = (
        any_xp.asarray([0.0, math.log(x)], dtype=any_xp.float64) for x in (5, 7)
    )
    # 3 + 7 + 5 + 2 * 35 for 00, 01, 10, 11.
    assert_close(of_zeros(any_xp, [1, 0], start=start, end=end), math.log(85 / 5))
    assert_close(of_zeros(any_xp, [1], start=start, end=end), math.log(36 / 35))


def test_gradients_are_what_is_expected_less_what_is_there(derivative):
    # Of 7: label 0 first 4, then 4; the pairs 3, 1, 1, 2.
    xy = np.zeros((2, 2)), STAY

    def of_scores(x):
        xp = fl.array_namespace(x)
        stay = xp.asarray(STAY.tolist(), dtype=x.dtype)
        return loss(x, xp.asarray([0, 1]), stay)

    def of_transitions(a):
        xp = fl.array_namespace(a)
        return loss(xp.zeros((2, 2), dtype=a.dtype), xp.asarray([0, 1]), a)

    assert_close(
        derivative(of_scores, xy[0].tolist()), [[-3 / 7, 3 / 7], [4 / 7, -4 / 7]]
    )
    expected = [[3 / 7, -6 / 7], [1 / 7, 2 / 7]]
    assert_close(derivative(of_transitions, STAY.tolist()), expected)


def test_steps_that_are_left_out_are_passed_over(xp):
    rng = np.random.default_rng(0)
    x, a, start, end = (rng.standard_normal(s) for s in ((6, 3), (3, 3), 3, 3))
    y, keep = np.asarray([1, 2, 0, 0, 2, 1]), np.asarray([0, 1, 0, 1, 1, 0], bool)
    a, start, end = (xp.asarray(v.tolist(), dtype=xp.float64) for v in (a, start, end))
    ends = {"start": start, "end": end}
    short = xp.asarray(x[keep].tolist(), dtype=xp.float64)
    expected = loss(short, xp.asarray(y[keep].tolist()), a, **ends)
    x[~keep], y[~keep] = NAN, 99
    x = xp.asarray(x.tolist(), dtype=xp.float64)
    found = loss(x, xp.asarray(y.tolist()), a, where=xp.asarray(keep.tolist()), **ends)
    assert_close(found, expected)


def test_a_sequence_without_a_step_does_not_count(xp):
    keep = xp.asarray([[True, True], [False, False]])
    target = [[0, 0], [9, 9]]
    assert_close(of_zeros(xp, target, where=keep, reduction="mean"), math.log(7 / 3))
    assert_close(of_zeros(xp, target, where=keep, reduction="none")[1], 0.0)
    assert np.isnan(
        float(of_zeros(xp, target, where=xp.asarray(False), reduction="mean"))
    )


def with_forbidden():
    a = np.asarray([[0.5, -INF], [0.25, 1.0]])
    x = np.asarray([[[0.5, 1.0], [0.0, 0.25], [-0.5, 1.0]]] * 2)
    return x, np.asarray([[0, 0, 0], [0, 1, 1]]), a


def test_what_is_impossible_has_gradient_0(derivative):
    x, y, a = with_forbidden()
    x, y = x[0], y[0]

    def of(a):
        xp = fl.array_namespace(a)
        return loss(xp.asarray(x.tolist(), dtype=a.dtype), xp.asarray(y.tolist()), a)

    weights = {}
    for k in itertools.product((0, 1), repeat=3):
        pairs = list(itertools.pairwise(k))
        score = sum(x[range(3), k]) + sum(a[pair] for pair in pairs)
        weights[k] = math.exp(score), pairs
    total, expected = sum(w for w, _ in weights.values()), np.zeros((2, 2))
    for weight, pairs in weights.values():
        for pair in pairs:
            expected[pair] += weight / total
    expected[0, 0] -= 2
    assert expected[0, 1] == 0
    assert_close(derivative(of, a.tolist()), expected)


def test_an_impossible_target_is_infinite_and_moves_nothing(xp):
    x, y, a = with_forbidden()
    arrays = [xp.asarray(v.tolist(), dtype=xp.float64) for v in (x, a)]
    found = loss(arrays[0], xp.asarray(y.tolist()), arrays[1], reduction="none")
    assert np.isfinite(float(found[0]))
    assert float(found[1]) == INF


@pytest.mark.parametrize("forbid", ["transitions", "input", "start", "end"])
def test_gradient_of_an_impossible_target_is_0(forbid):
    x, y, _ = with_forbidden()
    args = {
        "input": x,
        "transitions": np.zeros((2, 2)),
        "start": np.zeros(2),
        "end": np.zeros(2),
    }
    place = {"transitions": (0, 1), "input": (1, 0, 0), "start": 0, "end": 1}[forbid]
    args[forbid][place] = -INF
    given = {name: jnp.asarray(v) for name, v in args.items()}

    def both(args):
        return loss(target=y, **args, reduction="none")

    assert float(both(given)[1]) == INF
    if forbid in ("transitions", "input"):
        assert np.isfinite(float(both(given)[0]))
    gradients = jax.grad(lambda args: both(args)[1])(given)
    for gradient in gradients.values():
        assert_close(gradient, np.zeros(gradient.shape))


def test_second_derivatives_stay_finite_where_labels_are_forbidden():
    x, y, a = with_forbidden()
    x[0, 0, 1] = -INF
    arrays = jnp.asarray(x[:1]), jnp.asarray(a)

    def of(*arrays):
        return loss(arrays[0], y[:1], arrays[1])

    along = tuple(jnp.ones_like(v) for v in arrays)
    _, change = jax.jvp(jax.grad(of, (0, 1)), arrays, along)
    for own in change:
        assert np.all(np.isfinite(own))
        # The same to all labels and pairs changes no probability.
        assert_close(own, np.zeros(own.shape), atol=1e-15)


def test_vmap_agrees_with_a_batch():
    x, y, a = with_forbidden()
    y[1] = 0
    gradient = jax.grad(lambda x, y: loss(x, y, a))
    assert_close(jax.vmap(gradient)(x, y), gradient(x, y))
    each = jax.vmap(jax.grad(lambda a: loss(x, y, a)))(jnp.stack([a, a.T]))
    assert_close(each[1], jax.grad(lambda a: loss(x, y, a))(jnp.asarray(a.T)))


def test_single_precision_keeps_its_digits_over_1500_steps():
    rng = np.random.default_rng(0)
    shapes = (2, 1500, 10), (10, 10), (10,), (10,)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    y = rng.integers(0, 10, (2, 1500))

    def of(x, a, start, end):
        return loss(x, y, a, start=start, end=end)

    gradient = jax.value_and_grad(of, (0, 1, 2, 3))
    single, double = (
        gradient(*(jnp.asarray(v, dtype) for v in arrays))
        for dtype in ("float32", "float64")
    )
    assert single[0].dtype == jnp.float32
    # Eight units in the last place of 10000 nats.
    assert abs(float(single[0]) - float(double[0])) < 8 * 2.0**-10
    for own, exact in zip(single[1], double[1], strict=True):
        # Counts of transitions are up to 60.
        assert np.max(np.abs(np.subtract(own, exact))) < 1e-6 * max(
            1, np.max(np.abs(exact))
        )


def exactly(x, y, a, start, end):
    """Return value and gradients to fifty digits, by all sequences of labels."""
    steps, classes = x.shape
    parts = [[mpmath.mpf(float(v)) for v in p.ravel()] for p in (x, a, start, end)]
    sizes = np.cumsum([0, *(len(p) for p in parts)])
    flat = [v for part in parts for v in part]

    def places(y):
        pairs = [sizes[1] + i * classes + j for i, j in itertools.pairwise(y)]
        scores = [t * classes + k for t, k in enumerate(y)]
        return [*scores, *pairs, sizes[2] + y[0], sizes[3] + y[-1]]

    every = [places(k) for k in itertools.product(range(classes), repeat=steps)]
    own = places(y)
    odds = [
        (k, mpmath.exp(sum(flat[i] for i in k) - sum(flat[i] for i in own)))
        for k in every
        if k != own
    ]
    rest = sum(w for _, w in odds)
    gradient = [mpmath.mpf(0)] * len(flat)
    for k, w in odds:
        for i in k:
            gradient[i] += w / (1 + rest)
        for i in own:
            gradient[i] -= w / (1 + rest)
    split = itertools.pairwise(sizes)
    return mpmath.log1p(rest), [[float(v) for v in gradient[i:j]] for i, j in split]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sure", [0.0, 12.0])
@pytest.mark.parametrize("forbidden", [False, True])
def test_values_and_gradients_have_their_digits(dtype, sure, forbidden):
    rng = np.random.default_rng(1)
    y = (0, 1, 1)
    x, a, start, end = (
        rng.integers(-8, 9, shape) / 4 for shape in ((3, 3), (3, 3), (3,), (3,))
    )
    # Of a model that is sure of the target, loss and gradient are small numbers.
    x[[0, 1, 2], y] += sure
    if forbidden:
        a[2, 0], a[0, 2] = -1e4, -300.0
    with mpmath.workdps(50):
        value, gradients = exactly(x, y, a, start, end)
    arrays = [jnp.asarray(v, dtype) for v in (x, a, start, end)]

    def of(x, a, start, end):
        return loss(x, np.asarray(y), a, start=start, end=end)

    eps = float(np.finfo(dtype).eps)
    got, found = jax.value_and_grad(of, (0, 1, 2, 3))(*arrays)
    # Scores are added up to 16 + sure, the exponential of which has as many roundings.
    assert_close(got, float(value), rtol=(4 + sure) * eps)
    for own, right in zip(map(np.asarray, found), gradients, strict=True):
        exact = np.reshape(right, own.shape)
        sizes = np.maximum(np.abs(exact), np.finfo(dtype).tiny)
        errors = np.abs(own.astype(float) - exact) / sizes / eps
        assert np.max(errors) < 8 + 2 * sure


SHAPES = [
    ({"input": (3,)}, "input must have shape (*, T, C), a step and a label, got (3,)"),
    ({"input": (2, 0, 3)}, "a step and a label, got (2, 0, 3)"),
    ({"target": (2,)}, "target must have shape (2, 4), that of input (2, 4, 3)"),
    ({"transitions": (3,)}, "transitions must have shape (3, 3), got (3,)"),
    ({"start": (2,)}, "start must have shape (3,), got (2,)"),
    ({"end": (3, 1)}, "end must have shape (3,), got (3, 1)"),
    ({"where": (3,)}, "where must broadcast to (2, 4), got (3,)"),
]


@pytest.mark.parametrize(("shapes", "message"), SHAPES)
def test_shapes_must_match(xp, shapes, message):
    given = {"input": (2, 4, 3), "target": (2, 4), "transitions": (3, 3)} | shapes
    dtypes = {"target": xp.int64, "where": xp.bool}
    args = {
        name: xp.ones(shape, dtype=dtypes.get(name, xp.float64))
        for name, shape in given.items()
    }
    with pytest.raises(ValueError, match=re.escape(message)):
        loss(**args)
