"""Cross-entropy of linear scores, worked by hand, as a whole and in blocks."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss.classification._linear_cross_entropy import linear_cross_entropy
from tests.assertions import assert_close, to_numpy

INF, NAN = math.inf, math.nan
LOG2 = math.log(2)

# The first feature gives five classes 1/2, 1/4, 1/8, 1/16, 1/16, the second reverses.
BITS = np.asarray([1.0, 2.0, 3.0, 4.0, 4.0])
LAYER = -LOG2 * np.stack([BITS, BITS[::-1]], axis=1)
FEATURES = np.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
LABELS = np.asarray([0, 0, 2])
LOSSES = np.asarray([1.0, 4.0, 3.0]) * LOG2
EVEN = BITS.mean() * LOG2

CHUNKS = pytest.mark.parametrize("chunk", [None, 1, 2, 4, 9])
FEW_CHUNKS = pytest.mark.parametrize("chunk", [None, 1, 3])


def made(xp, *arrays):
    """Return NumPy's arrays as a library's."""
    return [xp.asarray(x.tolist(), dtype=getattr(xp, x.dtype.name)) for x in arrays]


@CHUNKS
def test_values(any_xp, chunk):
    arrays = made(any_xp, FEATURES, LAYER, LABELS)
    loss = functools.partial(linear_cross_entropy, *arrays, chunk_size=chunk)
    assert_close(loss(reduction="none"), LOSSES)
    assert_close(loss(reduction="sum"), LOSSES.sum())
    assert_close(loss(), LOSSES.mean())
    # The same for all classes changes nothing.
    (bias,) = made(any_xp, np.full(5, 7.0))
    assert_close(loss(linear_bias=bias), LOSSES.mean())


@CHUNKS
def test_class_weights_and_smoothing(xp, chunk):
    weights = np.asarray([3.0, 0.0, 2.0, 1.0, 1.0])
    x, layer, t, weight = made(xp, FEATURES, LAYER, LABELS, weights)
    loss = functools.partial(linear_cross_entropy, x, layer, t, chunk_size=chunk)
    weighted = LOSSES * weights[LABELS]
    assert_close(loss(weight=weight, reduction="none"), weighted)
    assert_close(loss(weight=weight), weighted.sum() / 8)
    assert_close(loss(label_smoothing=0.25, reduction="none"), 0.75 * LOSSES + EVEN / 4)
    assert_close(loss(label_smoothing=1), EVEN)
    # Bits times weights: 3 + 0 + 6 + 4 + 4 and, reversed, 12 + 0 + 6 + 2 + 1.
    rest = np.asarray([17, 21, 17]) * LOG2 / 5
    got = loss(weight=weight, label_smoothing=0.5, reduction="none")
    assert_close(got, (weighted + rest) / 2)
    got = loss(weight=weight, label_smoothing=0.5)
    assert_close(got, (weighted + rest).sum() / 2 / 8)


@CHUNKS
def test_ignored_rows_do_not_count(xp, chunk):
    features = np.concatenate([FEATURES, [[NAN, INF]]])
    labels = [np.asarray([*LABELS, k]) for k in (-100, 4, 9)]
    x, layer, *labels = made(xp, features, LAYER, *labels)
    loss = functools.partial(linear_cross_entropy, x, layer, chunk_size=chunk)
    assert_close(loss(labels[0]), LOSSES.mean())
    assert_close(loss(labels[1], ignore_index=4), LOSSES.mean())
    where = xp.asarray([True, False, True, False])
    got = loss(labels[2], where=where, reduction="none")
    assert_close(got, [LOG2, 0, 3 * LOG2, 0])
    none = xp.full((4,), -100)
    assert_close(loss(none), NAN)
    assert_close(loss(none, label_smoothing=0.1, reduction="sum"), 0)


@CHUNKS
def test_extremes(xp, chunk):
    # Scores of +-1e4, rising, falling and level, and classes that the bias rules out.
    scores = [[-1e4, 1e4, 0, 0, 0], [1e4, 0, 0, 0, -1e4], [1e4, 1e4, 1e4, 1e4, -1e4]]
    layer = np.asarray(scores).T
    x, layer, t = made(xp, np.eye(3), layer, np.asarray([0, 4, 3]))
    loss = functools.partial(
        linear_cross_entropy, x, layer, reduction="none", chunk_size=chunk
    )
    assert_close(loss(t), [2e4, 2e4, 2 * LOG2])
    (bias,) = made(xp, np.asarray([-INF, -INF, 0.0, 0.0, 0.0]))
    assert_close(loss(t, linear_bias=bias), [INF, 1e4 + LOG2, LOG2])
    assert_close(loss(t, linear_bias=bias + bias[:1]), [NAN, NAN, NAN])
    (share,) = made(xp, np.asarray([0.0, 0.0, 1.0, 1.0, 0.0]))
    (t,) = made(xp, np.asarray([2, 3, 2]))
    got = loss(t, linear_bias=bias, weight=share, label_smoothing=1)
    assert_close(got, [0.4 * math.log(3), 0.4 * LOG2, 0.4 * LOG2])


@FEW_CHUNKS
def test_derivatives(derivative, chunk):
    """The derivative in the scores is softmax minus truth, times the other factor."""

    def loss(x, w):
        t = fl.array_namespace(x).asarray([0])
        return linear_cross_entropy(x, w, t, chunk_size=chunk)

    def constant(x, values):
        return fl.array_namespace(x).asarray(values.tolist(), dtype=x.dtype)

    rest = 2.0**-BITS - np.eye(5)[0]
    got = derivative(lambda x: loss(x, constant(x, LAYER)), FEATURES[:1].tolist())
    assert_close(got, [rest @ LAYER])
    got = derivative(lambda w: loss(constant(w, FEATURES[:1]), w), LAYER.tolist())
    assert_close(got, np.outer(rest, [1, 0]), rtol=1e-11, atol=1e-15)


@FEW_CHUNKS
def test_derivatives_in_bias_weight_and_smoothing(derivative, chunk):
    def loss(like, **options):
        xp = fl.array_namespace(like)
        x, layer = (xp.asarray(a.tolist(), dtype=like.dtype) for a in (FEATURES, LAYER))
        t = xp.asarray(LABELS.tolist())
        options = {"reduction": "sum", "chunk_size": chunk} | options
        return linear_cross_entropy(x, layer, t, **options)

    got = derivative(lambda b: loss(b, linear_bias=b), np.zeros(5).tolist())
    shares = 2.0**-BITS
    assert_close(got, 2 * shares + shares[::-1] - [2, 0, 1, 0, 0])
    got = derivative(
        lambda w: loss(w, weight=w, label_smoothing=0.5), np.ones(5).tolist()
    )
    even = (2 * BITS + BITS[::-1]) / 5
    own = np.asarray([5, 0, 3, 0, 0])
    assert_close(got, (own + even) * LOG2 / 2)
    got = derivative(lambda s: loss(s, label_smoothing=s), np.asarray(0.25))
    assert_close(got, 3 * EVEN - LOSSES.sum())


@FEW_CHUNKS
def test_an_ignored_row_spoils_no_derivative(derivative, chunk):
    def loss(w):
        xp = fl.array_namespace(w)
        x = xp.asarray([[1.0, 0.0], [NAN, 0.0]], dtype=w.dtype)
        layer = xp.asarray(LAYER.tolist(), dtype=w.dtype)
        bias = xp.asarray([-INF, 0.0, 0.0, 0.0, 0.0], dtype=w.dtype)
        t = xp.asarray([1, -100])
        options = {"linear_bias": bias, "weight": w, "reduction": "sum"}
        return linear_cross_entropy(x, layer, t, **options, chunk_size=chunk)

    # Without the first class the second has probability 1/2.
    assert_close(derivative(loss, [1.0] * 5), [0, LOG2, 0, 0, 0])


@FEW_CHUNKS
def test_curvature_along_ones(curvature, chunk):
    def loss(bias):
        xp = fl.array_namespace(bias)
        x, layer = (xp.asarray(a.tolist(), dtype=bias.dtype) for a in (FEATURES, LAYER))
        t = xp.asarray([0, 0, 2])
        return linear_cross_entropy(x, layer, t, linear_bias=bias, chunk_size=chunk)

    assert_close(curvature(loss, [0.0] * 5), np.zeros(5), atol=1e-15)


def test_dtypes_promote():
    x, layer, t = jnp.asarray(FEATURES), jnp.asarray(LAYER), jnp.asarray(LABELS)
    for chunk in (None, 2):
        loss = functools.partial(linear_cross_entropy, target=t, chunk_size=chunk)
        half, single = x.astype("bfloat16"), layer.astype("float32")
        assert loss(half, layer.astype("bfloat16")).dtype == "bfloat16"
        assert loss(half, layer.astype("float16")).dtype == "float32"
        assert loss(half, single).dtype == "float32"
        assert loss(half, single, linear_bias=layer[:, 0]).dtype == "float64"
        assert loss(half, single, weight=jnp.ones(5)).dtype == "float32"
        assert loss(half, single, dtype="float16").dtype == "float16"


def test_one_row(xp):
    x, layer, t = made(xp, FEATURES, LAYER, LABELS)
    for chunk in (None, 2):
        loss = functools.partial(
            linear_cross_entropy, x[0, :], layer, chunk_size=chunk, reduction="none"
        )
        assert_close(loss(t[2, ...]), 3 * LOG2)
        assert_close(loss(t[2:]), 3 * LOG2)


@CHUNKS
def test_no_row_and_no_feature(xp, chunk):
    x, layer, t = made(xp, FEATURES, LAYER, LABELS)
    loss = functools.partial(linear_cross_entropy, chunk_size=chunk)
    assert_close(loss(x[:0, :], layer, t[:0]), NAN)
    assert_close(loss(x[:0, :], layer, t[:0], reduction="sum"), 0)
    assert_close(loss(x[:, :0], layer[:, :0], t), math.log(5))


def test_classes_of_more_dimensions(xp):
    # Two problems for each row: the classes as they are, and in reverse.
    deep = np.stack([LAYER, LAYER[::-1]], axis=1)
    x, layer, t = made(
        xp, FEATURES, deep, np.asarray([[0, 0], [0, -100], [-100, -100]])
    )
    loss = functools.partial(linear_cross_entropy, x, layer, reduction="none")
    assert_close(loss(t, chunk_size=2), np.asarray([[1, 4], [4, 0], [0, 0]]) * LOG2)
    bias = xp.zeros((5, 2), dtype=xp.float64)
    where = xp.asarray([[True, False]])
    got = loss(t, linear_bias=bias, where=where)
    assert_close(got, np.asarray([[1, 0], [4, 0], [0, 0]]) * LOG2)


def test_probabilities(xp):
    x, layer, t, q = made(xp, FEATURES, LAYER, LABELS, np.eye(5)[LABELS])
    weight = xp.asarray([3.0, 0.0, 2.0, 1.0, 1.0], dtype=xp.float64)
    where = xp.asarray([True, False, True])
    loss = functools.partial(
        linear_cross_entropy, x, layer, where=where, label_smoothing=0.25
    )
    for options in ({}, {"weight": weight}):
        hard = loss(t, **options, reduction="none")
        assert_close(loss(q, **options, reduction="none"), hard)
    assert_close(loss(q), (0.75 * 4 * LOG2 + EVEN / 2) / 2)


MORE_AXES = [
    {},
    {"ignore_index": 2, "label_smoothing": 0.25},
    {"weight": np.asarray([3.0, 0.0, 2.0, 1.0, 1.0]), "linear_bias": BITS},
    {"where": np.asarray([[True, False, True], [False, True, True]])},
    {"where": np.asarray([[True], [False]]), "reduction": "sum"},
]


@pytest.mark.parametrize("options", MORE_AXES, ids=lambda x: "-".join(x) or "plain")
@pytest.mark.parametrize("chunk", [None, 2])
def test_axes_of_batch_and_time_are_rows(xp, chunk, options):
    x, t = np.concatenate([FEATURES, -FEATURES]), np.asarray([0, 0, 2, 4, 2, 1])
    flat = dict(options)
    if "where" in options:
        flat["where"] = np.broadcast_to(options["where"], (2, 3)).reshape(6)

    def loss(shape, given, **more):
        arrays = {name: x for name, x in given.items() if isinstance(x, np.ndarray)}
        taken = dict(zip(arrays, made(xp, *arrays.values()), strict=True))
        arrays = made(xp, x.reshape(*shape, 2), LAYER, t.reshape(shape))
        return linear_cross_entropy(*arrays, chunk_size=chunk, **given | taken | more)

    assert_close(loss((2, 3), options), to_numpy(loss((6,), flat)))
    got = loss((2, 3), options, reduction="none")
    assert_close(got, to_numpy(loss((6,), flat, reduction="none")).reshape(2, 3))


def test_probabilities_and_deep_classes_of_batch_and_time(xp):
    x, q = np.concatenate([FEATURES, -FEATURES]), np.eye(5)[[0, 0, 2, 4, 2, 1]]
    loss = functools.partial(linear_cross_entropy, reduction="none")
    flat = to_numpy(loss(*made(xp, x, LAYER, q)))
    got = loss(*made(xp, x.reshape(1, 2, 3, 2), LAYER, q.reshape(1, 2, 3, 5)))
    assert_close(got, flat.reshape(1, 2, 3))
    deep = np.stack([LAYER, LAYER[::-1]], axis=1)
    t = np.asarray([[0, 0], [0, -100], [-100, -100], [4, 1], [2, 2], [1, 3]])
    flat = to_numpy(loss(*made(xp, x, deep, t)))
    got = loss(*made(xp, x.reshape(2, 3, 2), deep, t.reshape(2, 3, 2)))
    assert_close(got, flat.reshape(2, 3, 2))


def test_masked_rows_of_batch_and_time_may_be_nan():
    x = np.stack([FEATURES, np.full((3, 2), NAN)])
    for chunk in (None, 2):
        value, derivative = jax.value_and_grad(linear_cross_entropy)(
            jnp.asarray(x),
            jnp.asarray(LAYER),
            jnp.asarray([LABELS, LABELS]),
            where=jnp.asarray([[True], [False]]),
            chunk_size=chunk,
        )
        assert_close(value, LOSSES.mean())
        assert np.isfinite(derivative).all()
        assert not derivative[1].any()
