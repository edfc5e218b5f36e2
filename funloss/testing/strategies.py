"""Arrays for hypothesis to draw: exact numbers, corners, ties, extremes and nothing.

Ordinary numbers have eight significant bits, so each is the same in every dtype, and
the difference of two is exact in most. A shape is a tuple, an integer or a strategy.
"""

from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from funloss.testing._harness.arrays import numpy_dtype

__all__ = [
    "arrays",
    "distributions",
    "labelled",
    "labels",
    "masks",
    "numbers",
    "pairs",
    "probabilities",
    "scores",
    "shapes",
]

Shape = int | tuple[int, ...] | st.SearchStrategy[tuple[int, ...]]
Size = int | st.SearchStrategy[int]


def shapes(
    min_dims: int = 1, max_dims: int = 3, max_side: int = 5, *, empty: bool = False
) -> st.SearchStrategy[tuple[int, ...]]:
    """Draw shapes; with `empty` also those of arrays that hold nothing."""
    return hnp.array_shapes(
        min_dims=min_dims, max_dims=max_dims, min_side=1 - empty, max_side=max_side
    )


def numbers(
    *,
    corners: Sequence[float] = (0.0, 1.0, -1.0),
    bound: float = 8.0,
    dtype: str = "float64",
    extremes: bool = True,
    infinite: bool = False,
) -> st.SearchStrategy[float]:
    """Draw numbers, and those more often at which a loss may break.

    Args:
        corners: Drawn more often.
        bound: Largest size of an ordinary number, a power of two.
        dtype: Whose extremes are drawn.
        extremes: Whether to draw numbers near 1e4 and 1e-4, and the smallest numbers
            of the dtype, normal and subnormal.
        infinite: Whether to draw infinities.

    Returns:
        A strategy.

    Examples:
        >>> from hypothesis import find
        >>> find(numbers(infinite=True), lambda x: x > 1e5)
        inf
    """
    least = bound / 128
    kinds = [st.integers(-128, 128).map(lambda number: number * least)]
    if corners:
        kinds.insert(0, st.sampled_from(corners))
    rare: list[float] = []
    if extremes:
        info = ml_dtypes.finfo(numpy_dtype(dtype))
        rare += [9984.0, 2.0**-13, float(info.tiny), float(info.smallest_subnormal)]
    if infinite:
        rare += [np.inf]
    if rare:
        kinds.append(st.sampled_from([*rare, *(-number for number in rare)]))
    return st.one_of(kinds)


@st.composite
def arrays(
    draw: st.DrawFn, shape: Shape, *, dtype: str = "float64", **options: Any
) -> np.ndarray:
    """Draw an array of `numbers`, which takes the `options`.

    Examples:
        >>> from hypothesis import find
        >>> find(arrays(1, dtype="float32"), lambda x: x[0] > 1e3)
        array([9984.], dtype=float32)
    """
    elements = numbers(dtype=dtype, **options)
    return _array(draw, shape, elements).astype(numpy_dtype(dtype))


@st.composite
def pairs(
    draw: st.DrawFn, shape: Shape | None = None, *, ties: bool = True, **options: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Draw two arrays of one shape, with equal entries here and there if `ties`.

    The `options` are those of `arrays`; the shape is one of `shapes` by default.
    """
    size = _shape(draw, shapes() if shape is None else shape)
    first, second = (draw(arrays(size, **options)) for _ in range(2))
    if ties:
        second = np.where(draw(masks(size)), second, first)
    return first, second


@st.composite
def masks(draw: st.DrawFn, shape: Shape) -> np.ndarray:
    """Draw a mask, often one that is True everywhere, or nowhere."""
    size = _shape(draw, shape)
    whole = st.booleans().map(lambda kept: np.full(size, kept))
    return draw(whole | hnp.arrays(bool, size))


@st.composite
def labels(
    draw: st.DrawFn,
    shape: Shape,
    classes: int,
    *,
    ignore_index: int | None = None,
    dtype: str = "int64",
) -> np.ndarray:
    """Draw labels of `classes` classes, some of them `ignore_index` if given.

    Examples:
        >>> from hypothesis import find
        >>> find(labels(1, 5), lambda y: y[0] > 2)
        array([3])
    """
    known = st.integers(0, classes - 1)
    if ignore_index is not None:
        known |= st.just(ignore_index)
    return _array(draw, shape, known, np.int64).astype(dtype)


@st.composite
def scores(draw: st.DrawFn, rows: Size, classes: Size, **options: Any) -> np.ndarray:
    """Draw scores of shape ``(rows, classes)``; the `options` are those of `arrays`."""
    return draw(arrays((_size(draw, rows), _size(draw, classes)), **options))


@st.composite
def labelled(
    draw: st.DrawFn,
    rows: Size | None = None,
    classes: Size | None = None,
    *,
    ignore_index: int | None = None,
    **options: Any,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw `scores` and a label for each row; up to six rows and classes by default."""
    few = st.integers(1, 6)
    given = (few if size is None else size for size in (rows, classes))
    drawn = draw(scores(*given, **options))
    return drawn, draw(labels(*drawn.shape, ignore_index=ignore_index))


@st.composite
def probabilities(
    draw: st.DrawFn, shape: Shape, *, edges: bool = True, dtype: str = "float64"
) -> np.ndarray:
    """Draw probabilities, 0 and 1 among them if `edges`."""
    inside = st.integers(1, 255).map(lambda number: number / 256)
    elements = st.sampled_from([0.0, 1.0, 0.5]) | inside if edges else inside
    return _array(draw, shape, elements).astype(numpy_dtype(dtype))


@st.composite
def distributions(
    draw: st.DrawFn, shape: Shape, axis: int = -1, *, edges: bool = True
) -> np.ndarray:
    """Draw probabilities that add up to 1 along an axis, some of them 0 if `edges`.

    Examples:
        >>> from hypothesis import find
        >>> find(distributions((1, 3)), lambda p: p[0, 2] > 0.5)
        array([[0., 0., 1.]])
    """
    size = _shape(draw, shape)
    shares = _array(draw, size, st.integers(0 if edges else 1, 8).map(float))
    total = shares.sum(axis=axis, keepdims=True)
    shares = np.where(total == 0, 1.0, shares)
    return shares / shares.sum(axis=axis, keepdims=True)


def _array(
    draw: st.DrawFn, shape: Shape, elements: st.SearchStrategy, dtype: type = np.float64
) -> np.ndarray:
    return draw(hnp.arrays(dtype, _shape(draw, shape), elements=elements))


def _shape(draw: st.DrawFn, shape: Shape) -> tuple[int, ...]:
    drawn = draw(shape) if isinstance(shape, st.SearchStrategy) else shape
    return (drawn,) if isinstance(drawn, int) else drawn


def _size(draw: st.DrawFn, size: Size) -> int:
    return draw(size) if isinstance(size, st.SearchStrategy) else size
