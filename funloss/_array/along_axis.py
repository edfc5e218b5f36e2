"""Primitives that act along an axis."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from funloss._array import windows
from funloss._array.elementwise import Elementwise


class AlongAxis(Elementwise):
    """Primitives along an axis in terms of the standard and of `Elementwise`."""

    def amax(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return the largest element; ties share the derivative equally."""
        return self.standard.max(x, axis=axis, keepdims=keepdims)

    def amin(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return the smallest element; ties share the derivative equally."""
        return self.standard.min(x, axis=axis, keepdims=keepdims)

    def total(self, x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return the sum, accumulated in `acc_dtype`."""
        return self.sum(x, axis=axis, dtype=self.acc_dtype(x.dtype), keepdims=keepdims)

    def joint_sum(self, *arrays: Any, axis: int, apart: bool = False) -> list[Any]:
        """Return the sum of each of `arrays` along `axis`, kept, in one pass.

        With `apart`, on a CPU, in several: quicker, but what the arrays have in
        common is written out.
        """
        del apart
        return [self.total(x, axis, keepdims=True) for x in arrays]

    def sum_over_pairs(
        self,
        function: Callable[..., Any],
        firsts: Mapping[str, Any],
        seconds: Mapping[str, Any],
    ) -> Any:
        """Return the sum over j of ``function(first, second)`` of items i and j.

        Items lie on the last axis of the arrays of `firsts` and `seconds`; None and
        0-d arrays stay. `function` gets both with one more axis and acts element by
        element.
        """

        def expanded(items: Mapping[str, Any], axis: int) -> dict[str, Any]:
            return {
                name: self.expand_dims(x, axis=axis) if getattr(x, "ndim", 0) else x
                for name, x in items.items()
            }

        return self.total(function(expanded(firsts, -1), expanded(seconds, -2)), -1)

    def norm(self, x: Any, p: float, axis: int, *, keepdims: bool = False) -> Any:
        """Return the p-norm for any real `p`, without overflow or underflow.

        Derivative 0 at the zero vector and on zero coordinates; for ``p=inf`` ties
        share it equally. ``p=0`` counts the non-zeros and has gradient 0.
        """
        size = self.absolute(x)
        if p == 0 or x.shape[axis] == 0:
            # sign rather than a comparison: its derivative is 0, but not cut off.
            return self.total(self.square(self.sign(x)), axis, keepdims=keepdims)
        if math.isinf(p):
            extreme = self.amax if p > 0 else self.amin
            return extreme(size, axis, keepdims=keepdims)
        if p == 1:
            return self.total(size, axis, keepdims=keepdims)
        if p == 2:
            value = self.norm2(x, axis)
        else:
            scale = self.stop_gradient(self.safe_scale(x, p, axis))
            powers = self.safe_power(size / scale, p)
            root = self.safe_power(self.total(powers, axis, keepdims=True), 1 / p)
            value = scale * root
        if p < 0:
            value = self.where(self.any(x == 0, axis=axis, keepdims=True), 0.0, value)
        return value if keepdims else self.squeeze(value, axis=axis)

    def norm2(self, x: Any, axis: int) -> Any:
        """Return the Euclidean norm, `axis` kept, without overflow; gradient 0 at 0."""
        scale = self.stop_gradient(self.safe_scale(x, 2, axis))
        squares = self.total(self.square(x / scale), axis, keepdims=True)
        return scale * self.safe_sqrt(squares)

    def direction(self, x: Any, axis: int) -> Any:
        """Return `x` over its Euclidean norm; a zero vector stays, with gradient 1."""
        x = x / self.stop_gradient(self.safe_scale(x, 2, axis))
        size = self.safe_sqrt(self.total(self.square(x), axis, keepdims=True))
        return self.quotient(x, self.where(size == 0, 1.0, size))

    def safe_scale(self, x: Any, p: float, axis: int) -> Any:
        """Return what to divide `x` by before a sum of p-th powers, `axis` kept.

        It is 1 where a division would only round. It is not where a power would
        overflow or underflow; nor, unless ``1 / p`` is exact, away from 1: the error
        of a root's rounded exponent grows with the logarithm of the sum.
        """
        if x.shape[axis] == 0:
            return self.ones_like(self.total(x, axis, keepdims=True))
        extreme = self.amax if p > 0 else self.amin
        scale = extreme(self.absolute(x), axis, keepdims=True)
        exact = abs(math.frexp(p)[0]) == 0.5
        most = float(self.finfo(x.dtype).max) ** 0.75 if exact else 4.0
        limit = most ** (1 / max(2.0, abs(p)))
        small = self.logical_and(scale > 0, scale < 1 / limit)
        large = self.logical_and(scale > limit, scale < math.inf)
        return self.where(self.logical_or(small, large), scale, 1.0)

    def gather(self, x: Any, indices: Any, axis: int) -> Any:
        """Take along `axis` by `indices` of as many dimensions, all in range."""
        return self.standard.take_along_axis(x, indices, axis=axis)

    def rfft(self, x: Any, size: int) -> tuple[Any, Any]:
        """Return the Fourier transform along the last axis, real and imaginary part.

        `x` is 0 from its end up to `size`; of that, frequencies up to the half.
        """
        spectrum = self.standard.fft.rfft(x, n=size)
        return self.standard.real(spectrum), self.standard.imag(spectrum)

    def take_label(self, x: Any, labels: Any, axis: int) -> Any:
        """Take one element along `axis`; `labels` lack it and are in range."""
        taken = self.gather(x, self.expand_dims(labels, axis=axis), axis)
        return self.squeeze(taken, axis=axis)

    def take_each(self, x: Any, labels: Any) -> Any:
        """Return the element of a 1-D array for each label, all in range."""
        taken = self.take(x, self.reshape(labels, (-1,)), axis=0)
        return self.reshape(taken, labels.shape)

    def pairs(self, like: Any, count: int) -> tuple[Any, Any]:
        """Return both indices of every pair ``i < j`` of ``0..count-1``, in order."""
        first, second = np.triu_indices(count, 1)
        device = self.device_kw(like)
        return self.asarray(first, **device), self.asarray(second, **device)

    def block(self, x: Any, start: Any, size: int) -> Any:
        """Return `size` rows of `x` from `start` on, which may be traced."""
        start = int(start)
        return x[start : start + size, ...]

    def of_ndim(self, ndim: int, *arrays: Any) -> list[Any]:
        """Return arrays with axes of length 1 in front, for `ndim` axes altogether.

        What broadcasts then does so where a library is told to refuse arrays of
        different numbers of axes, too. None stays.
        """
        return [
            x
            if x is None or x.ndim == ndim
            else self.reshape(x, (1,) * (ndim - x.ndim) + tuple(x.shape))
            for x in arrays
        ]

    def linear(
        self, x: Any, weight: Any, *, narrow: bool = False, precise: bool = False
    ) -> Any:
        """Return ``x @ weight.T`` for matrices, in the dtype of `x`.

        `narrow` promises that `x` holds values of `weight`'s 16-bit dtype, so
        that the library may multiply those and add up in the wider dtype. With
        `precise` no accelerator rounds what it multiplies.
        """
        del narrow, precise
        weight = self.astype(weight, x.dtype, copy=False)
        return self.matmul(x, self.matrix_transpose(weight))

    def windowed_sums(self, x: Any, taps: Sequence[float], axis: int) -> Any:
        """Return ``sum(taps[k] * x[i + k])`` along `axis`, where all of those exist.

        The taps are an odd number, and the same in reverse.
        """
        return windows.windowed_sums(x, taps, axis)

    def windowed_squares(
        self, x: Any, mean: Any, taps: Sequence[float], axis: int
    ) -> Any:
        """Return ``sum(taps[k] * (x[i + k] - mean[i])**2)``, a variance.

        `mean` is what `windowed_sums` returns, for taps that add up to 1: there the
        derivative in it is 0.
        """
        return windows.windowed_squares(x, mean, taps, axis)

    def segment_sum(self, x: Any, ids: Any, count: int) -> Any:
        """Sum the rows of `x` that share an id of ``0..count-1``."""
        slots = self.arange(count, dtype=ids.dtype, **self.device_kw(x))
        member = self.astype(slots[:, None] == ids[None, :], x.dtype)
        rows = self.matmul(member, self.reshape(x, (x.shape[0], -1)))
        return self.reshape(rows, (count, *x.shape[1:]))

    def take_unique(self, x: Any, places: Any) -> Any:
        """Return elements of a 1-D array; `places` are NumPy's, and all different."""
        return self.take(x, self.asarray(places, **self.device_kw(x)), axis=0)

    def scatter(self, x: Any, indices: Any, size: int) -> Any:
        """Add up the elements of each row of a matrix that share an index.

        `indices` has the shape of `x` and lies in ``0..size-1``.
        """
        slots = self.arange(size, dtype=indices.dtype, **self.device_kw(x))
        hits = indices[..., None] == slots
        return self.total(self.where(hits, x[..., None], 0.0), 1)

    def sort_values(self, x: Any) -> Any:
        """Return each row in ascending order; no gradient, and no nan may be in it."""
        return self.sort(self.stop_gradient(x), axis=-1)

    def argsort_descending(self, x: Any, axis: int) -> Any:
        """Return where the elements are, the largest first, ties by index; no nan."""
        x = self.stop_gradient(x)
        return self.argsort(x, axis=axis, descending=True, stable=True)

    def lexsort_descending(self, keys: Sequence[Any], axis: int) -> Any:
        """Return where the elements are by the first of `keys`, the largest first.

        Ties follow the next key, and then the index; no nan.
        """
        *others, last = keys
        order = self.argsort_descending(last, axis)
        for key in reversed(others):
            moved = self.gather(self.stop_gradient(key), order, axis)
            order = self.gather(order, self.argsort_descending(moved, axis), axis)
        return order

    def top_k(self, x: Any, k: int, axis: int) -> tuple[Any, Any]:
        """Return the `k` largest in descending order and where; ties by index."""
        order = self.argsort_descending(x, axis)
        chosen = self.take(order, self.arange(k, **self.device_kw(x)), axis=axis)
        return self.gather(x, chosen, axis), chosen
