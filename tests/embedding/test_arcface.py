"""ArcFace loss, worked by hand, as a whole and in blocks of classes."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
import funloss._algorithms as algorithms
from funloss.embedding import _angles
from tests.assertions import assert_close

LOSS = fl.arcface_loss
# exp(scale * c) of the cosines 1, 0 and -1 are 4, 1 and 1/4.
SCALE = math.log(4)
# What pi / 3 makes of them: cosines 1/2 and -sqrt(3) / 2, and beyond pi a line.
TURN = math.pi / 3
TURNED = np.asarray([0.5, -math.sqrt(3) / 2, -1 - TURN * math.sqrt(3) / 2])


@pytest.fixture(params=["whole", "blocks"])
def way(request, monkeypatch):
    """Score all classes at once, or two at a time, and gather one row at a time."""
    if request.param == "blocks":
        monkeypatch.setattr(algorithms, "choose_chunk", lambda *_: 2, raising=False)
        monkeypatch.setattr(_angles, "_GATHERED", 2)
        jax.clear_caches()
    yield
    if request.param == "blocks":
        jax.clear_caches()


def arrays(xp):
    """Return rows and vectors of five classes, of any length, and labels.

    The rows lie along their class, at a right angle to it, and opposite.
    """
    rows = [[2.0, 0.0], [0.5, 0.0], [0.0, -3.0]]
    vectors = [[3.0, 0.0], [0.0, 0.25], [0.0, 4.0], [0.0, 1.0], [1.0, 0.0]]
    made = (xp.asarray(x, dtype=xp.float64) for x in (rows, vectors))
    return *made, xp.asarray([0, 1, 2])


# Sums of exponentials of the other classes: of cosines 1, 0, 0, 0 twice, then of
# -1, -1, 0 and 0, where the label is left out.
OTHERS = np.asarray([4 + 3, 2 * 4 + 2, 2 / 4 + 2])


def expected(own):
    """Return the losses by the cosines of labels."""
    return np.log1p(OTHERS * np.exp(-SCALE * np.asarray(own)))


def test_the_label_is_at_a_wider_angle(any_xp, way):
    loss = functools.partial(LOSS, *arrays(any_xp), margin=TURN, scale=SCALE)
    losses = expected(TURNED)
    assert_close(loss(reduction="none"), losses)
    assert_close(loss(), losses.mean())
    assert_close(loss(reduction="sum"), losses.sum())


def test_margins_of_the_cosine(xp, way):
    loss = functools.partial(LOSS, *arrays(xp), scale=SCALE, reduction="none")
    assert_close(loss(margin=0.0, cosine_margin=0.5), expected([0.5, -0.5, -1.5]))
    got = loss(margin=TURN, cosine_margin=0.25)
    assert_close(got, expected(TURNED - 0.25))
    assert_close(loss(margin=0.0), expected([1, 0, -1]))


def test_weights_smoothing_and_ignored_rows(xp, way):
    rows, vectors, labels = arrays(xp)
    weight = np.asarray([3.0, 0.0, 2.0, 1.0, 1.0])
    loss = functools.partial(LOSS, rows, vectors, margin=TURN, scale=SCALE)
    options = {"weight": xp.asarray(weight.tolist(), dtype=xp.float64)}
    losses = expected(TURNED)
    got = loss(labels, **options)
    assert_close(got, (3 * losses[0] + 2 * losses[2]) / 5)
    # The losses of all classes: the logsumexp less the score of each.
    cosines = np.asarray([[1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [0, -1, -1, -1, 0.0]])
    cosines[[0, 1, 2], [0, 1, 2]] = TURNED
    lse = losses + SCALE * TURNED
    each = lse[:, None] - SCALE * cosines
    rest = each @ weight / 5
    got = loss(labels, **options, label_smoothing=0.25, reduction="none")
    assert_close(got, 0.75 * losses * weight[:3] + 0.25 * rest)
    got = loss(labels, label_smoothing=1, reduction="none")
    assert_close(got, each.mean(1))
    for ignored in (-100, 4, 9):
        other = xp.asarray([0, ignored, 2])
        how = {"where": xp.asarray([True, False, True])} if ignored == 9 else {}
        how |= {"ignore_index": 4} if ignored == 4 else {}
        got = loss(other, reduction="none", **how)
        assert_close(got, [losses[0], 0, losses[2]])
        assert_close(loss(other, **how), (losses[0] + losses[2]) / 2)


def test_the_best_of_several_centres(xp, way):
    rows, vectors, labels = arrays(xp)
    # A second centre that is worse or as good, for each class.
    more = xp.stack([-vectors[:1, ...], vectors[:1, ...]], axis=1)
    centres = xp.concat([more, xp.stack([vectors[1:, ...]] * 2, axis=1)])
    loss = functools.partial(LOSS, margin=TURN, scale=SCALE, reduction="none")
    got = loss(rows[:2, ...], centres, labels[:2])
    assert_close(got, expected(TURNED)[:2])


def test_one_class_has_no_loss(way):
    rows, vectors, _ = arrays(jnp)
    value, gradients = jax.value_and_grad(LOSS, (0, 1))(
        rows, vectors[:1], jnp.asarray([0, 0, 0])
    )
    assert_close(value, 0)
    for gradient in gradients:
        assert_close(gradient, np.zeros(gradient.shape))


def test_no_row(way):
    rows, vectors, labels = arrays(jnp)
    assert_close(LOSS(rows[:0], vectors, labels[:0]), math.nan)
    ignored = jnp.full(3, -100)
    value, gradient = jax.value_and_grad(LOSS)(rows, vectors, ignored)
    assert_close(value, math.nan)
    assert_close(gradient, np.zeros((3, 2)))
    assert_close(LOSS(rows, vectors, ignored, reduction="sum"), 0)


def test_gradients_are_finite_at_angle_0_and_pi_and_of_zeros(way):
    rows, vectors, labels = arrays(jnp)
    for row in (rows, rows.at[0].set(0.0)):
        both = jax.grad(LOSS, (0, 1))(row, vectors.at[1].set(0.0), labels)
        for gradient in both:
            assert np.isfinite(gradient).all()


def test_a_row_of_zeros_is_at_a_right_angle(xp, way):
    rows, vectors, labels = arrays(xp)
    got = LOSS(rows * 0, vectors, labels, margin=TURN, scale=SCALE, reduction="none")
    assert_close(got, [math.log1p(4 * math.exp(SCALE * math.sqrt(3) / 2))] * 3)


def test_the_gradient_at_angle_0_is_that_without_the_sine(way):
    rows, vectors, labels = arrays(jnp)

    def loss(margin, rows):
        options = {"margin": margin, "scale": SCALE, "reduction": "none"}
        return LOSS(rows[:1], vectors, labels[:1], **options)[0]

    # In the margin: the share of the others times the scale times the sine of it.
    share = 1 - math.exp(-expected(TURNED)[0])
    got = jax.grad(loss)(TURN, rows)
    assert_close(got, share * SCALE * math.sin(TURN))
    # In the row: of the cosines 0 of the other classes alone, whose part is along y.
    (x, y), _, _ = jax.grad(loss, 1)(TURN, rows)
    assert_close(x, 0, atol=1e-15)
    assert_close(y, 3 * SCALE / (OTHERS[0] + 2) / 2)


def test_small_angles_keep_their_digits(way):
    # At an angle of 1e-4 the cosine is 1 in float32, and its sine is not 0.
    angle, margin, scale = 1e-4, 0.5, 1.0
    rows = jnp.asarray([[math.cos(angle), math.sin(angle)]], "float32")
    vectors = jnp.asarray([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]], "float32")

    def score(rows):
        options = {"margin": margin, "scale": scale, "reduction": "sum"}
        loss = LOSS(rows, vectors, jnp.asarray([0]), **options)
        return math.log(2) - jnp.log(jnp.expm1(loss))

    value, gradient = jax.value_and_grad(score)(rows)
    exact = math.cos(angle + margin)
    assert_close(value, exact, rtol=3e-7)
    assert abs(exact - math.cos(margin)) > 100 * 3e-7 * exact
    # It turns the row towards the vector, by the sine of the whole angle.
    assert_close(gradient[0, 1], -math.sin(angle + margin), rtol=2e-3)


def test_blocks_and_whole_agree_in_all_derivatives(monkeypatch):
    rng = np.random.default_rng(0)
    rows, vectors = rng.standard_normal((5, 4)), rng.standard_normal((7, 4))
    labels = jnp.asarray([6, -100, 2, 0, 3])

    def loss(rows, vectors, margin, scale):
        options = {"margin": margin, "scale": scale, "label_smoothing": 0.1}
        options |= {"weight": jnp.arange(1.0, 8.0)}
        return LOSS(rows, vectors, labels, **options)

    arguments = jnp.asarray(rows), jnp.asarray(vectors), 0.5, 4.0

    def derivatives():
        jax.clear_caches()
        first = jax.grad(loss, (0, 1, 2, 3))(*arguments)
        return first, jax.jvp(jax.grad(loss, (0, 1)), arguments, arguments)[1]

    whole = derivatives()
    monkeypatch.setattr(algorithms, "choose_chunk", lambda *_: 3, raising=False)
    monkeypatch.setattr(_angles, "_GATHERED", 8)
    blocks = derivatives()
    jax.clear_caches()
    jax.tree.map(functools.partial(assert_close, rtol=1e-10, atol=1e-13), blocks, whole)


def test_shapes_must_fit(xp):
    rows, vectors, labels = arrays(xp)
    for matrix in (vectors[0, ...], vectors[None, None, ...]):
        with pytest.raises(
            ValueError, match=r"^linear_weight must have shape \(C, D\)"
        ):
            LOSS(rows, matrix, labels)
    with pytest.raises(
        ValueError, match=r"^linear_weight must have at least one class"
    ):
        LOSS(rows, vectors[:0, ...], labels)
    with pytest.raises(ValueError, match=r"^last axes must be equal, got input"):
        LOSS(rows, vectors[:, :1], labels)
    with pytest.raises(ValueError, match=r"^input must have shape \(\*, D\), got"):
        LOSS(rows[0, 0], vectors, labels)
