"""Steps of a program that move numbers, or sum and order them, in fifty digits."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from mpmath import mp

from parity.accuracy.arithmetic import ARITHMETIC, each

__all__ = ["MOVES", "STEPS", "by_jax", "moved"]

MOVES = {
    *("broadcast_in_dim", "concatenate", "dynamic_slice", "dynamic_update_slice"),
    *("gather", "pad", "reshape", "rev", "select_n", "slice", "split", "squeeze"),
    *("stack", "tile", "transpose", "unstack"),
}

Values = Sequence[np.ndarray]


def by_jax(step: Any, inputs: Values, **changed: Any) -> list[np.ndarray]:
    """Return what JAX computes in a step."""
    results = step.primitive.bind(*inputs, **step.params | changed)
    several = step.primitive.multiple_results
    return [np.asarray(x) for x in (results if several else [results])]


def moved(step: Any, inputs: Values) -> Values:
    """Return the numbers where the step puts them, found by the places they have."""
    pool: list[Any] = []
    places = []
    for x in inputs:
        if x.dtype == object:
            own = np.arange(len(pool), len(pool) + x.size).reshape(x.shape)
            pool.extend(x.flat)
            places.append(own)
        else:
            places.append(x)
    # What is out of bounds has the last place.
    pool.append(mp.nan)
    fill = {"fill_value": -1} if "fill_value" in step.params else {}
    flat = np.asarray(pool, object)
    return [np.asarray(flat[place]) for place in by_jax(step, places, **fill)]


def _ranks(x: np.ndarray) -> np.ndarray:
    """Return integers in the order of the numbers, with nan last."""
    order = sorted({v for v in x.flat if not mp.isnan(v)})
    places = {v: k for k, v in enumerate(order)}
    return each(lambda v: places.get(v, len(order)))(x).astype(np.int64)


def _sort(step: Any, *inputs: np.ndarray) -> Values:
    axis, keys = step.params["dimension"], step.params["num_keys"]
    ranks = [_ranks(x) if x.dtype == object else x for x in inputs[:keys]]
    # The last key is the first in the order.
    order = np.lexsort(ranks[::-1], axis=axis)
    return [np.take_along_axis(x, order, axis) for x in inputs]


def _extreme(sign: int) -> Callable[..., Values]:
    def find(step: Any, x: np.ndarray) -> Values:
        (axis,), dtype = step.params["axes"], step.params["index_dtype"]
        return [np.argmax(sign * _ranks(x), axis).astype(dtype)]

    return find


def _dot(step: Any, x: np.ndarray, y: np.ndarray) -> Values:
    (own, other), (batch, batches) = step.params["dimension_numbers"]
    letters = iter(range(52))
    first = [next(letters) for _ in range(x.ndim)]
    second = [next(letters) for _ in range(y.ndim)]
    for k, j in zip((*own, *batch), (*other, *batches), strict=True):
        second[j] = first[k]
    shared = [first[k] for k in batch]
    free = [v for k, v in enumerate(first) if k not in (*own, *batch)]
    free += [v for k, v in enumerate(second) if k not in (*other, *batches)]
    return [np.asarray(np.einsum(x, first, y, second, shared + free), object)]


def _scatter_add(step: Any, x: np.ndarray, at: np.ndarray, more: np.ndarray) -> Values:
    def add(numbers: Any) -> Any:
        return step.primitive.bind(np.zeros(x.shape), at, numbers, **step.params)

    # The transpose gathers: of places, where each number goes; 0 if it is dropped.
    _, back = jax.vjp(add, np.zeros(more.shape))
    (places,) = back(np.arange(1.0, x.size + 1).reshape(x.shape))
    result = x.copy()
    for number, place in zip(more.flat, np.ravel(places).astype(int), strict=True):
        if place:
            result.flat[place - 1] += number
    return [result]


def _convert(step: Any, x: np.ndarray) -> Values:
    kind = np.dtype(step.params["new_dtype"]).kind
    return [x if kind == "f" else x.astype(step.params["new_dtype"])]


def _integer_pow(step: Any, x: np.ndarray) -> Values:
    power = step.params["y"]
    result = each(lambda v: v ** abs(power))(x)
    return [result if power >= 0 else ARITHMETIC["div"](np.asarray(mp.one), result)]


def _bits(step: Any, x: np.ndarray) -> Values:
    return by_jax(step, [x.astype(np.float64)])


def _sum(step: Any, x: np.ndarray) -> Values:
    total = np.sum(x, axis=step.params["axes"], initial=mp.zero)
    return [np.asarray(total, object)]


def _folded(name: str, start: Any) -> Callable[..., Values]:
    def fold(step: Any, x: np.ndarray) -> Values:
        axes = step.params["axes"]
        rows = np.moveaxis(x, axes, range(len(axes)))
        rows = rows.reshape(-1, *rows.shape[len(axes) :])
        first = np.full(rows.shape[1:], start, object)
        return [functools.reduce(ARITHMETIC[name], rows, first)]

    return fold


def _cumulated(function: Callable[..., np.ndarray]) -> Callable[..., Values]:
    def cumulate(step: Any, x: np.ndarray) -> Values:
        axis = step.params["axis"]
        if step.params["reverse"]:
            return [np.flip(function(np.flip(x, axis), axis), axis)]
        return [function(x, axis)]

    return cumulate


def _fft(step: Any, x: np.ndarray) -> Values:
    (size,) = step.params["fft_lengths"]
    if step.params["fft_type"] == jax.lax.FftType.RFFT:
        return [_fourier(x, -1)[..., : size // 2 + 1]]
    assert step.params["fft_type"] == jax.lax.FftType.IRFFT  # a gradient's
    ends = each(mp.re)(x[..., [0, -1]])
    middle, mirrored = x[..., 1:-1], each(mp.conj)(x[..., -2:0:-1])
    whole = np.concatenate([ends[..., :1], middle, ends[..., 1:], mirrored], axis=-1)
    return [each(lambda v: mp.re(v) / size)(_fourier(whole, 1))]


def _fourier(x: np.ndarray, sign: int) -> np.ndarray:
    """Return the discrete Fourier transform along an axis of a power of two."""
    size = x.shape[-1]
    if size == 1:
        return x
    even, odd = _fourier(x[..., ::2], sign), _fourier(x[..., 1::2], sign)
    turns = [mp.expjpi(mp.mpf(2 * sign * k) / size) for k in range(size // 2)]
    odd = odd * np.asarray(turns, object)
    return np.concatenate([even + odd, even - odd], axis=-1)


STEPS: dict[str, Callable[..., Values]] = {
    "argmax": _extreme(1),
    "argmin": _extreme(-1),
    "bitcast_convert_type": _bits,
    "convert_element_type": _convert,
    "cummax": _cumulated(np.maximum.accumulate),
    "cumsum": _cumulated(np.cumsum),
    "dot_general": _dot,
    "fft": _fft,
    "integer_pow": _integer_pow,
    "reduce_max": _folded("max", -mp.inf),
    "reduce_min": _folded("min", mp.inf),
    "reduce_sum": _sum,
    "scatter-add": _scatter_add,
    "sort": _sort,
}
