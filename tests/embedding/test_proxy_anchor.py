"""Proxy-anchor loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOSS = fl.proxy_anchor_loss
# The scale makes exp(alpha * c) of the cosines 1, 0 and -1 the numbers 4, 1 and 1/4.
OPTIONS = {"margin": 0.0, "alpha": math.log(4)}
OWN, OTHERS = [math.log(x) for x in (1.25, 2, 1)], [math.log(x) for x in (5, 2, 3)]


def arrays(xp):
    """Return rows and proxies of any length, and labels; the third class has no row."""
    rows = xp.asarray([[2.0, 0.0], [0.5, 0.0]], dtype=xp.float64)
    proxies = [[3.0, 0.0], [0.0, 0.25], [0.0, -1.0]]
    return rows, xp.asarray(proxies, dtype=xp.float64), xp.asarray([0, 1])


def test_each_class_against_its_rows_and_all_others(any_xp):
    # Cosines: 1 to the first proxy, 0 to the others, of both rows. The first class has
    # a row of cosine 1 and another row of cosine 1.
    got = LOSS(*arrays(any_xp), **OPTIONS, reduction="none")
    assert_close(got, np.add(OWN, OTHERS))
    got = LOSS(*arrays(any_xp), **OPTIONS, reduction="sum")
    assert_close(got, sum(OWN) + sum(OTHERS))
    # Two classes have rows, all three have others.
    assert_close(LOSS(*arrays(any_xp), **OPTIONS), sum(OWN) / 2 + sum(OTHERS) / 3)


def test_the_margin_is_asked_of_both_kinds(xp):
    rows, proxies, labels = arrays(xp)
    got = LOSS(rows, proxies, labels, margin=0.5, alpha=math.log(4), reduction="none")
    # Twice the powers of all: that of an own row falls with its cosine.
    own = [math.log(1.5), math.log(3), 0]
    others = [math.log(9), math.log(3), math.log(5)]
    assert_close(got, np.asarray(own) + others)


def test_one_row_and_one_class(xp):
    rows, proxies, labels = arrays(xp)
    got = LOSS(rows[:1, ...], proxies, labels[:1], **OPTIONS)
    assert_close(got, math.log(1.25) + (0 + math.log(2) + math.log(2)) / 3)
    got = LOSS(rows, proxies[:1, ...], labels * 0, **OPTIONS)
    assert_close(got, math.log(1.5))


def test_no_row_is_nan_and_has_no_gradient():
    rows, proxies, labels = arrays(jnp)
    nothing = jnp.zeros(2, bool)

    def loss(rows, proxies, **how):
        return LOSS(rows, proxies, labels[: len(rows)], **how)

    assert_close(loss(rows[:0], proxies), math.nan)
    assert_close(loss(rows[:0], proxies, reduction="none"), np.zeros(3))
    value, gradients = jax.value_and_grad(loss, (0, 1))(rows, proxies, where=nothing)
    assert_close(value, math.nan)
    for gradient in gradients:
        assert_close(gradient, np.zeros(gradient.shape))
    assert_close(loss(rows, proxies, where=nothing, reduction="sum"), 0)


def test_rows_and_proxies_of_zeros_have_finite_gradients():
    rows, proxies, labels = arrays(jnp)
    both = jax.grad(LOSS, (0, 1))(rows.at[0].set(0.0), proxies.at[1].set(0.0), labels)
    for gradient in both:
        # At most the scale for each row and for each class.
        assert float(jnp.abs(gradient).max()) < 32 * 5


def test_a_label_out_of_range_is_named(xp):
    rows, proxies, labels = arrays(xp)
    if xp is jnp:
        assert_close(LOSS(rows, proxies, labels + 2), math.nan)
    else:
        with pytest.raises(ValueError, match=r"^target must be in 0\.\.2, got 3"):
            LOSS(rows, proxies, labels + 2)


def test_small_labels_are_told_apart_from_many_classes():
    # As many classes as two labels of 8 bits share.
    rows, labels = np.eye(3), np.asarray([3, 1, 255], np.uint8)
    proxies = np.zeros((600, 3))
    proxies[[3, 1, 255]] = rows
    narrow = LOSS(rows, proxies, labels, reduction="none")
    assert_close(narrow, LOSS(rows, proxies, labels.astype(int), reduction="none"))
    assert_close(narrow[3], math.log1p(math.exp(-28.8)) + math.log1p(2 * math.exp(3.2)))


def test_the_layer_must_fit(xp):
    rows, proxies, labels = arrays(xp)
    with pytest.raises(ValueError, match=r"^linear_weight must have shape \(C, D\)"):
        LOSS(rows, proxies[None, ...], labels)
    with pytest.raises(ValueError, match=r"^linear_weight must have shape \(C, D\)"):
        LOSS(rows, proxies[:0, ...], labels)
    with pytest.raises(ValueError, match=r"^last axes must be equal, got input"):
        LOSS(rows, proxies[:, :1], labels)


def test_many_classes_come_in_blocks_that_change_nothing():
    rng = np.random.default_rng(0)
    # Blocks of 64 classes; the last one is not full.
    rows, proxies = rng.standard_normal((16384, 2)), rng.standard_normal((130, 2))
    labels = rng.integers(0, 100, 16384)

    def loss(proxies):
        arrays = jnp.asarray(rows), proxies, jnp.asarray(labels)
        return LOSS(*arrays, alpha=2.0, reduction="sum")

    value, gradient = jax.jit(jax.value_and_grad(loss))(jnp.asarray(proxies))
    assert_close(value, LOSS(rows, proxies, labels, alpha=2.0, reduction="sum"))
    # The length of a proxy changes nothing, and to turn one does what differences say.
    assert_close((gradient * proxies).sum(1), np.zeros(130), atol=1e-9)
    for k in (0, 129):
        step = np.zeros_like(proxies)
        step[k] = 1e-5 * np.asarray([-proxies[k, 1], proxies[k, 0]])
        up, down = (
            LOSS(rows, proxies + x, labels, alpha=2.0, reduction="none")[k]
            for x in (step, -step)
        )
        assert_close((up - down) / 2, (gradient * step).sum(), rtol=1e-4)


def test_gradient_by_hand(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        # (1, x) against the proxies (1, 0) of its class and (0, 1) of another.
        rows = xp.stack([xp.ones_like(x), x], axis=1)
        proxies = xp.asarray([[1.0, 0.0], [0.0, 1.0]], dtype=x.dtype)
        options = {"margin": 0.0, "alpha": 2.0, "reduction": "sum"}
        return LOSS(rows, proxies, xp.asarray([0]), **options)

    # An angle of pi / 4, with the derivative 1 / 2 in x, to both: one cosine falls by
    # half its size, the other rises by it.
    size = math.sin(math.pi / 4)
    near, far = (1 / (1 + math.exp(x)) for x in (2 * size, -2 * size))
    assert_close(derivative(function, [1.0]), [(near + far) * size])
