"""Both Lovász losses to fifty digits: ties, absent classes, 16 bits, many pixels."""

import functools

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

HINGE = functools.partial(fl.lovasz_hinge_loss, reduction="none")
SOFTMAX = functools.partial(fl.lovasz_softmax_loss, reduction="none")


def extension(errors, truth):
    """Return the loss of a region, and by how much it grows with each pixel's error.

    Of equal errors the first pixel comes first, and an error of 0 has no part in it.
    """
    shared = union = sum(truth)
    steps, before = [mpmath.mpf(0)] * len(errors), mpmath.mpf(0)
    for k in sorted(range(len(errors)), key=lambda k: -errors[k]):
        shared, union = shared - truth[k], union + 1 - truth[k]
        jaccard = 1 - mpmath.mpf(shared) / union
        steps[k] = jaccard - before if errors[k] > 0 else mpmath.mpf(0)
        before = jaccard
    return mpmath.fdot(errors, steps), steps


def of_scores(x, truth):
    """Return the hinge of each pixel and its derivative."""
    signs = [1 - 2 * t for t in truth]
    errors = [1 + s * mpmath.mpf(float(a)) for s, a in zip(signs, x, strict=True)]
    return [max(e, 0) for e in errors], signs


def of_probabilities(p, truth):
    """Return the distance of each probability from its target, and its derivative."""
    errors = [abs(t - mpmath.mpf(float(a))) for a, t in zip(p, truth, strict=True)]
    return errors, [1 - 2 * t for t in truth]


def of_odds(x, truth):
    """Return the same of a sigmoid of each score."""
    signs = [1 - 2 * t for t in truth]
    odds = [mpmath.exp(s * mpmath.mpf(float(a))) for s, a in zip(signs, x, strict=True)]
    derivatives = [s * o / (1 + o) ** 2 for s, o in zip(signs, odds, strict=True)]
    return [o / (1 + o) for o in odds], derivatives


ALL = {"axis": None, "absent": "count"}
KINDS = {
    "hinge": (HINGE, of_scores),
    "softmax": (functools.partial(SOFTMAX, **ALL), of_probabilities),
    "sigmoid": (functools.partial(SOFTMAX, activation="sigmoid", **ALL), of_odds),
}


def assert_digits(kind, x, truth, *, rounded=0.0, least=0.0, **options):
    """Compare a region's value within 4 ulps, and each entry's gradient within 8.

    What gradients are rounded to besides is relative, or absolute.
    """
    loss, rule = KINDS[kind]
    with mpmath.workdps(50):
        errors, derivatives = rule(x, truth)
        value, steps = extension(errors, truth)
        gradient = [float(a * b) for a, b in zip(steps, derivatives, strict=True)]
    target = jnp.asarray([truth])
    got, pull = jax.vjp(lambda x: loss(x[None], target, **options)[0], jnp.asarray(x))
    eps = float(jnp.finfo(got.dtype).eps)
    assert_close(np.asarray(got), float(value), rtol=4 * eps, atol=0)
    found = np.asarray(pull(jnp.ones_like(got))[0], "float64")
    assert_close(found, gradient, rtol=8 * eps + rounded, atol=least)


def drawn(kind, count, dtype, seed=0):
    """Return numbers, many of them equal and some of them certain or at the hinge."""
    steps = np.random.default_rng(seed).integers(-8, 9, count)
    return ((steps + 8) / 16 if kind == "softmax" else steps / 4).astype(dtype)


def marked(count, positives):
    truth = np.arange(count) < positives
    return np.random.default_rng(positives).permutation(truth).astype(int).tolist()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("positives", [0, 1, 12, 23, 24])
@pytest.mark.parametrize("kind", KINDS)
def test_ties_are_taken_as_they_come(kind, positives, dtype):
    assert_digits(kind, drawn(kind, 24, dtype), marked(24, positives))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 20.0])
@pytest.mark.parametrize("kind", KINDS)
def test_errors_of_every_size_keep_their_digits(kind, scale, dtype):
    x = scale * np.random.default_rng(1).standard_normal(40)
    if kind == "softmax":
        # Of so many bits that 1 less one of them is exact in both dtypes.
        x = np.round(2**22 / (1 + np.exp(-x))) / 2**22
    assert_digits(kind, x.astype(dtype), marked(40, 10))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("kind", KINDS)
def test_sixteen_bits_are_added_up_in_single(kind, dtype):
    # The gradient alone is rounded to them.
    x = jnp.asarray(drawn(kind, 400, "float32"), dtype)
    finfo = jnp.finfo(dtype)
    rounding = {"rounded": float(finfo.eps), "least": float(finfo.smallest_subnormal)}
    assert_digits(kind, x, marked(400, 30), **rounding, dtype="float32")


@pytest.mark.parametrize("kind", KINDS)
def test_many_pixels_keep_their_digits(kind):
    count = 2**16
    x = np.random.default_rng(2).standard_normal(count)
    if kind == "softmax":
        x = np.round(2**22 / (1 + np.exp(-x))) / 2**22
    assert_digits(kind, x.astype("float32"), marked(count, 3000))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("absent", ["count", "skip"])
def test_a_softmax_and_an_absent_class(absent, dtype):
    # Of three classes no label has the last. A distance from 1 is known as well as the
    # probability is, and no two errors are so near that this would change their order.
    x = np.random.default_rng(3).standard_normal((3, 30)).astype(dtype)
    labels = np.random.default_rng(4).integers(0, 2, 30)
    options = {"activation": "softmax", "absent": absent}

    def of_x(x):
        return SOFTMAX(x[None], jnp.asarray(labels[None]), **options)[0]

    got, pull = jax.vjp(of_x, jnp.asarray(x))
    eps = float(np.finfo(dtype).eps)
    for k, own in enumerate(np.eye(3, dtype=dtype)):
        counts = absent == "count" or k < 2
        with mpmath.workdps(50):
            (value, size), (gradient, sizes) = of_class(k, x, labels, counts)
        assert abs(got[k] - float(value)) <= 4 * eps * float(size)
        found = np.asarray(pull(own)[0])
        assert np.all(
            np.abs(found - np.float64(gradient)) <= 8 * eps * np.float64(sizes)
        )
    assert (got[2] > 0) == (absent == "count")


def of_class(k, x, labels, counts):
    """Return value and gradient of a class, each with what errors are relative to."""
    mass = np.vectorize(lambda a: mpmath.exp(mpmath.mpf(float(a))), otypes="O")(x)
    p = mass / mass.sum(0)
    truth = (labels == k).astype(int)
    errors = abs(truth - p[k])
    value, steps = extension(errors.tolist(), truth.tolist())
    steps, value = np.asarray(steps) * int(counts), value * int(counts)
    own = (np.arange(3) == k).astype(int)[:, None] * p
    gradient = steps * (1 - 2 * truth) * (own - p * p[k])
    return (value, (steps * np.maximum(p[k], errors)).sum()), (
        gradient,
        steps * (own + p * p[k]),
    )
