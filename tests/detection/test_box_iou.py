"""Losses of boxes, worked by hand and to fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

KINDS = ("iou", "giou", "diou", "ciou")
SEEN = [0.0, 0.0, 2.0, 2.0]
# Overlaps in 1 of a union of 6, in a square of 9; diagonals of 18; centres (1, 0.5)
# apart. Its width is half its height.
OTHER = [1.0, 0.0, 2.5, 3.0]


def loss(input, target=SEEN, **options):
    xp = fl.array_namespace(input)
    target = xp.asarray(target, dtype=input.dtype, **xp.device_kw(input))
    return fl.box_iou_loss(input, target, **{"reduction": "sum", "eps": 0.0} | options)


def of_kind(kind, target=SEEN, **options):
    return lambda x: loss(x, target, kind=kind, **options)


def test_values(any_xp):
    # A width of 1 of the box of 1.5 x 3 overlaps, 2 high: 2 of 6.5, in 2.5 x 3.
    x = any_xp.asarray(OTHER, dtype=any_xp.float64)
    outside, far = 1 - 2 / 6.5, (0.75**2 + 0.5**2) / (2.5**2 + 3**2)
    v = (2 / math.pi * (math.atan(1) - math.atan(0.5))) ** 2
    expected = (
        outside,
        outside + 1 / 7.5,
        outside + far,
        outside + far + v**2 / (outside + v),
    )
    for kind, value in zip(KINDS, expected, strict=True):
        assert_close(loss(x, kind=kind), value)


def test_epsilon_is_added_to_what_is_divided_by(xp):
    x = xp.asarray(OTHER, dtype=xp.float64)
    assert_close(loss(x, kind="iou", eps=1.5), 1 - 2 / 8)
    assert_close(loss(x, eps=0.5), 1 - 2 / 7 + 1 / 8)
    assert_close(loss(x, kind="diou", eps=1.0), 1 - 2 / 7.5 + 0.8125 / 16.25)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_boxes_have_loss_and_gradient_0(xp, derivative, kind):
    assert float(loss(xp.asarray(OTHER, dtype=xp.float64), OTHER, kind=kind)) == 0
    assert_close(derivative(of_kind(kind, OTHER), OTHER), np.zeros(4), atol=1e-16)


def test_a_box_inside_grows(derivative):
    # Its area of 0.5 is of 4: each end gains by its length across, by 4.
    inside = [0.5, 1.0, 1.5, 1.5]
    expected = np.asarray([0.5, 1.0, -0.5, -1.0]) / 4
    for kind in ("iou", "giou"):
        assert_close(derivative(of_kind(kind), inside), expected)
    # The centre is off by (0, 0.25) of a diagonal of 8: each end moves it by half.
    expected = expected + np.asarray([0, 1, 0, 1]) * 0.25 / 8
    assert_close(derivative(of_kind("diou"), inside), expected)


def test_a_box_around_shrinks(derivative):
    # 4 of its area of 16, 4 across: each end gives 4 * 4 / 16**2.
    around = [-1.0, -1.0, 3.0, 3.0]
    expected = np.asarray([-1, -1, 1, 1]) / 16
    for kind in KINDS:
        assert_close(derivative(of_kind(kind), around), expected)


def test_edges_that_coincide_share_their_gradient(derivative):
    # 2 of 4; the right edge is alone and gains 2 / 4. Each other edge: inward it loses
    # as much as that, outward it adds to the union, 2 * 2 / 4**2 or 1 * 2 / 4**2.
    half = [0.0, 0.0, 1.0, 2.0]
    inward, outward = np.asarray([2, 1, 2, 1]) / 4, np.asarray([2, 1, 0, 1]) * 2 / 16
    signs = np.asarray([1, 1, -1, -1])
    expected = signs * np.where(signs * inward == -0.5, 0.5, (inward - outward) / 2)
    assert_close(derivative(of_kind("iou"), half), expected)


def test_touching_boxes_do_not_overlap(derivative):
    touching = [2.0, 0.5, 3.0, 1.5]
    for edge in (touching, [2.0, 2.0, 3.0, 4.0], [5.0, 0.0, 6.0, 1.0]):
        assert_close(loss(np.asarray(edge), kind="iou"), 1)
        assert_close(derivative(of_kind("iou"), edge), np.zeros(4))
    # A union of 5 in 6: the gap of 1 is 2 * width - width * height of the box, and a
    # little more by each end up or down is less of it. The left end is at a tie.
    assert_close(loss(np.asarray(touching)), 1 + 1 / 6)
    expected = np.asarray([1, 1, 2 * 5 / 6 - 1, -1]) / 6
    assert_close(derivative(of_kind("giou"), touching), expected)


def test_boxes_apart_come_closer(derivative):
    # 1 x 1 and 2 x 2 in 5 x 2: (10 - 5) / 10. The left end adds to the union, the
    # right one to it and, by 2 * 5 / 10, to what is around it.
    apart = [4.0, 0.5, 5.0, 1.5]
    assert_close(loss(np.asarray(apart)), 1.5)
    assert_close(derivative(of_kind("giou"), apart), np.asarray([1, 1, 0, -1]) / 10)
    # Centres 3.5 apart, a diagonal of 29.
    far = 3.5**2 / 29
    ends = np.asarray([1, 0, 1, 0]) * 3.5 / 29
    expected = ends - np.asarray([0, 0, 1, 0]) * far * 2 * 5 / 29
    assert_close(derivative(of_kind("diou"), apart), expected)


def test_factor_of_the_aspects_is_constant(derivative):
    # The centres are one; 1 x 2 in 2 x 2 has half of it.
    narrow = [0.5, 0.0, 1.5, 2.0]
    angle = math.atan(1) - math.atan(0.5)
    v = (2 / math.pi * angle) ** 2
    assert_close(loss(np.asarray(narrow), kind="ciou"), 0.5 + v**2 / (0.5 + v))
    # As the width grows, atan(width / height) does by 2 / (1 + 4).
    by_width = v / (0.5 + v) * 8 / math.pi**2 * angle * -2 / 5
    found = derivative(of_kind("ciou"), narrow)
    overlap = derivative(of_kind("diou"), narrow)
    assert_close(found[0] - overlap[0], -by_width)
    assert_close(found[2] - overlap[2], by_width)


@pytest.mark.parametrize("eps", [0.0, 1e-7])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_box_has_a_gradient_that_is_not_finite(derivative, kind, eps, dtype):
    flat, tall, point = [0.5, 1.0, 1.5, 1.0], [1.0, 0.0, 1.0, 1.0], [1.0] * 4
    inverted = [1.5, 0.5, 0.5, 1.5], [1.5, 1.5, 0.5, 0.5], [2.0, 2.0, 0.0, 0.0]
    each = np.asarray([flat, tall, point, *inverted, SEEN, [3.0] * 4])
    # Beside each of them.
    target = each[:-1, None]
    value = loss(jnp.asarray(each, dtype), target, kind=kind, eps=eps)
    assert np.isfinite(value)
    found = derivative(of_kind(kind, target, eps=eps), each, dtype)
    assert np.isfinite(np.asarray(found)).all()


def test_boxes_without_an_area(derivative):
    flat, point = [0.5, 1.0, 1.5, 1.0], [1.0, 1.0, 1.0, 1.0]
    # The height of `flat` gains by its width, by 4. It lies in the middle.
    for kind in ("iou", "giou", "diou"):
        assert_close(loss(np.asarray(flat), kind=kind), 1)
        # No overlap, for there is none of the two heights.
        assert_close(derivative(of_kind("iou"), flat), np.zeros(4))
    # By the area alone: it is less of what is around both.
    expected = np.asarray([0, 1, 0, -1]) / 4
    assert_close(derivative(of_kind("giou"), flat), expected)
    # Twice the angle to a diagonal is a right one: a quarter. The factor is 1/5.
    assert_close(loss(np.asarray(flat), kind="ciou"), 1 + 0.25 * 0.25 / 1.25)
    found = np.asarray(derivative(of_kind("ciou"), flat))
    # As the height grows by 1, the angle of width 1 shrinks by 1.
    by_height = -0.2 * 8 / math.pi**2 * math.pi / 4
    assert_close(found, np.asarray([0, -by_height, 0, by_height]), atol=1e-15)
    # Points: nothing is divided by nothing.
    for kind in KINDS:
        assert_close(loss(np.asarray(point), point, kind=kind), 1)
        assert_close(derivative(of_kind(kind, point), point), np.zeros(4))
    assert_close(loss(np.asarray(point), kind="ciou"), 1)


def test_inverted_boxes_overlap_nothing(derivative):
    # Areas of -1 and 4 in one of 4.
    inverted = [1.5, 0.5, 0.5, 1.5]
    assert_close(loss(np.asarray(inverted), kind="iou"), 1)
    assert_close(loss(np.asarray(inverted)), 1 + (4 - 3) / 4)
    assert_close(derivative(of_kind("iou"), inverted), np.zeros(4))
    # Whatever makes the area larger is good: it leads back.
    expected = np.asarray([1, -1, -1, 1]) / 4
    assert_close(derivative(of_kind("giou"), inverted), expected)
    # Its diagonal is at a right angle to that of the other: half a turn squared.
    assert_close(loss(np.asarray(inverted), kind="ciou"), 1 + 1 / 2)


def test_nan_stays(xp):
    for place in range(4):
        x = np.asarray([5.0, 5.0, 6.0, 6.0])
        x[place] = math.nan
        for kind in KINDS:
            x = xp.asarray(x, dtype=xp.float64)
            assert math.isnan(float(loss(x, kind=kind)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_from_the_origin_every_digit_is_there(kind, dtype):
    # Sixteenths, which float32 has around a million, too.
    rng = np.random.default_rng(5)
    low, size = rng.integers(-20, 20, (2, 2, 30, 2))
    near = np.concatenate([low, low + np.abs(size) + 1], axis=-1) / 16
    losses, derivatives = zip(
        *(
            jax.value_and_grad(of_kind(kind, jnp.asarray(target, dtype)))(
                jnp.asarray(input, dtype)
            )
            for input, target in (near, near + 1e6)
        ),
        strict=True,
    )
    assert_close(*losses, rtol=0)
    assert_close(*derivatives, rtol=0, atol=0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exact_to_fifty_digits(kind, dtype):
    x, t = boxes(dtype)
    given = {"kind": kind, "reduction": "none", "eps": 2.0**-23}
    got = fl.box_iou_loss(jnp.asarray(x), jnp.asarray(t), **given)
    derivatives = jax.grad(lambda x: loss(x, t, **given).sum())(jnp.asarray(x))
    eps = float(np.finfo(dtype).eps)
    with mpmath.workdps(50):
        for row in zip(x, t, np.asarray(got), np.asarray(derivatives), strict=True):
            box, other, value, derivative = (x.astype(float).tolist() for x in row)
            right, gradient, sizes = exact(box, other, kind)
            assert abs(value - right) <= 4 * eps * right
            for own, g, size in zip(derivative, gradient, sizes, strict=True):
                assert abs(own - g) <= 8 * eps * size


def boxes(dtype):
    """Make pairs that overlap, are apart, one in another, and are nearly equal."""
    rng = np.random.default_rng(2)
    low, size = rng.random((2, 2, 12, 2))
    x, t = np.concatenate([3 * low, 3 * low + size + 0.25], axis=-1).astype(dtype)
    steps = np.geomspace(1e-7, 0.1, 12)[:, None] * rng.standard_normal((12, 4))
    return np.concatenate([x, x]), np.concatenate([t, (x + steps).astype(dtype)])


def parts(x, t):
    """Return areas of the intersection, of each and around; squares; the angle."""
    pairs = [((x[k], x[k + 2]), (t[k], t[k + 2])) for k in (0, 1)]
    shared = [min(a[1], b[1]) - max(a[0], b[0]) for a, b in pairs]
    hull = [max(a[1], b[1]) - min(a[0], b[0]) for a, b in pairs]
    (w, h), (w_t, h_t) = ((b[2] - b[0], b[3] - b[1]) for b in (x, t))
    intersection = shared[0] * shared[1] if min(shared) > 0 else mpmath.mpf(0)
    shifts = [sum(a) - sum(b) for a, b in pairs]
    return (
        intersection,
        w * h + w_t * h_t,
        hull[0] * hull[1],
        (shifts[0] ** 2 + shifts[1] ** 2) / 4,
        hull[0] ** 2 + hull[1] ** 2,
        mpmath.atan(w / h) - mpmath.atan(w_t / h_t),
    )


def exact(x, t, kind):
    """Return a loss, its gradient, and the sums of sizes that its parts have."""
    x, t = [[mpmath.mpf(a) for a in box] for box in (x, t)]
    eps = mpmath.mpf(2) ** -23
    both, areas, around, apart, diagonal, angle = parts(x, t)
    union, around, diagonal = areas - both + eps, around + eps, diagonal + eps
    iou, v = both / union, (2 / mpmath.pi * angle) ** 2
    value, by = 1 - iou, [-(1 + iou) / union, iou / union, 0, 0, 0, 0]
    if kind == "giou":
        value += (around - union) / around
        by[:3] = by[0] + 1 / around, by[1] - 1 / around, union / around**2
    if kind in {"diou", "ciou"}:
        value += apart / diagonal
        by[3:5] = 1 / diagonal, -apart / diagonal**2
    if kind == "ciou":
        factor = v / (1 - iou + v + eps)
        value += factor * v
        by[5] = factor * 8 / mpmath.pi**2 * angle
    gradient, sizes = [], []
    for k in range(4):
        steps = [
            b
            * mpmath.diff(
                lambda a, n=n, k=k: parts([*x[:k], a, *x[k + 1 :]], t)[n], x[k]
            )
            for n, b in enumerate(by)
        ]
        gradient.append(sum(steps))
        sizes.append(sum(map(abs, steps)))
    return value, gradient, sizes
