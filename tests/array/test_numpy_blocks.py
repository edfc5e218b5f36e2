"""Large NumPy arrays are computed in blocks: same numbers, little memory."""

import math
import tracemalloc

import numpy as np
import pytest

import funloss as fl
from funloss._array.numpy_blocks import BLOCK, Blocks
from tests.assertions import assert_close

LARGE = (3, BLOCK + 5)


def drawn(*shapes):
    source = np.random.default_rng(0)
    return [source.standard_normal(shape) for shape in shapes]


def product(_, x, y):
    return x * y


@pytest.mark.parametrize(
    "shapes",
    [
        (LARGE, LARGE),
        (LARGE, (1, LARGE[1])),
        (LARGE, (3, 1)),
        (LARGE, ()),
        ((BLOCK * 2 + 1,), (1,)),
        ((BLOCK * 3, 2), (BLOCK * 3, 1)),
    ],
    ids=str,
)
def test_an_expression_is_that_of_whole_arrays(shapes):
    x, y = drawn(*shapes)
    xp = fl.array_namespace(x)
    lazy = xp.custom_jvp(product, None, x, y)
    assert isinstance(lazy, Blocks)
    assert (lazy.shape, lazy.dtype) == ((x * y).shape, x.dtype)
    assert_close(np.asarray(lazy), x * y, rtol=0)
    assert_close(xp.total(lazy), (x * y).sum(), rtol=1e-9)


def test_an_array_that_is_not_contiguous_is_read_in_order():
    (x,) = drawn((LARGE[1], 3))
    xp = fl.array_namespace(x)
    assert_close(np.asarray(xp.custom_jvp(product, None, x.T, x.T)), x.T**2, rtol=0)


def test_operators_and_selections_make_larger_expressions():
    x, y = drawn(LARGE, LARGE)
    xp = fl.array_namespace(x)
    lazy = xp.custom_jvp(product, None, x, y)
    larger = xp.where(x > 0, 2.0 - np.exp(lazy) * lazy, 0.0)
    assert isinstance(larger, Blocks)
    assert_close(np.asarray(xp.where(lazy > 0, 1.0, x)), np.where(x * y > 0, 1, x))
    assert_close(
        np.asarray(larger), np.where(x > 0, 2 - np.exp(x * y) * x * y, 0), atol=1e-14
    )


def test_other_functions_get_the_array():
    x, y = drawn(LARGE, LARGE)
    xp = fl.array_namespace(x)
    lazy = xp.custom_jvp(product, None, x, y)
    assert_close(xp.total(lazy, 0), (x * y).sum(0))
    assert_close(xp.any(lazy > 5.0, axis=1), (x * y > 5).any(1))
    assert_close(lazy[1:, 3], (x * y)[1:, 3], rtol=0)
    assert bool(xp.any(lazy > 5.0))
    assert not bool(xp.any(lazy > 1e9))


X, Y = drawn((70, 80), (70, 80))
X[0, :4] = Y[1, :4] = [math.nan, math.inf, -math.inf, -0.0]
SIDES = {
    "arrays": (X, Y),
    "single": (X.astype(np.float32), Y.astype(np.float32)),
    "number-first": (0.5, Y),
    "number-second": (X.astype(np.float32), math.nan),
    "numbers": (np.float32(1), 0.0),
    "row": (X[:1], Y),
    "mixed": (X.astype(np.float32), Y),
    "integers": (np.ones((70, 80), int), 0),
    "turned": (X.T.copy().T, Y[:, ::-1]),
}


@pytest.mark.parametrize(("x", "y"), SIDES.values(), ids=SIDES)
def test_selecting_by_bits_is_selecting(x, y):
    condition = X > Y
    result = fl.array_namespace(condition).where(condition, x, y)
    expected = np.where(condition, x, y)
    assert result.dtype == expected.dtype
    assert result.tobytes() == expected.tobytes()


def test_small_arrays_are_computed_at_once():
    x, y = drawn((2, 3), (2, 3))
    result = fl.array_namespace(x).custom_jvp(product, None, x, y)
    assert isinstance(result, np.ndarray)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_of_large_arrays_are_those_of_their_parts(reduction):
    x, y, weight = drawn(LARGE, LARGE, LARGE)
    where, weight = x > -1, np.abs(weight)

    def loss(*rows, reduction):
        x, y, weight, where = rows
        return fl.huber_loss(x, y, weight=weight, where=where, reduction=reduction)

    arrays = (x, y, weight, where)
    parts = [
        loss(*(a[:, k : k + 99] for a in arrays), reduction="none")
        for k in range(0, LARGE[1], 99)
    ]
    losses = np.concatenate(parts, axis=1)
    expected = {"none": losses, "sum": losses.sum(), "mean": losses.sum() / where.sum()}
    assert_close(loss(*arrays, reduction=reduction), expected[reduction], rtol=1e-9)


def test_a_bad_value_in_a_large_array_is_named():
    x = np.full(LARGE, 0.5)
    x[2, 7] = 1.5
    with pytest.raises(ValueError, match=r"input must be in 0..1, got 1.5 at \(2, 7\)"):
        fl.binary_cross_entropy(x, np.ones(LARGE))


ELEMENTWISE = [
    fl.l1_loss,
    fl.mse_loss,
    fl.huber_loss,
    fl.smooth_l1_loss,
    fl.binary_cross_entropy,
    fl.binary_cross_entropy_with_logits,
    fl.soft_margin_loss,
    fl.poisson_nll_loss,
    fl.hinge_embedding_loss,
    fl.kl_div,
]


@pytest.mark.parametrize("loss", ELEMENTWISE, ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_reduced_loss_needs_no_memory_of_the_size_of_its_arrays(loss, reduction):
    x, y = np.full((2, 32 * BLOCK), 0.25, np.float32)
    loss(x, y, reduction=reduction)
    tracemalloc.start()
    loss(x, y, reduction=reduction)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 4 * BLOCK
