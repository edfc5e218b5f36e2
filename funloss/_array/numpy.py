"""NumPy, called directly: its main namespace has the standard's names."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funloss._array.base import Namespace
from funloss._array.numpy_blocks import BLOCK, Blocks
from funloss._array.numpy_log1p import log1p, log1p_exp_minus

# From this size on masks of bits are the faster way to select.
_MANY = 2**12
_BITS = {np.dtype("float32"): np.int32, np.dtype("float64"): np.int64}


class NumpyNamespace(Namespace):
    """NumPy's own functions where they are faster or take NumPy scalars."""

    @np.errstate(all="ignore")
    def call(
        self, function: Callable[..., Any], args: Any, kwargs: Any, kinds: Any
    ) -> Any:
        """Return ``function(*args, **kwargs)``, a loss, with one number as a scalar."""
        del kinds
        return _scalars(function(*args, **kwargs))

    def astype(self, x: Any, dtype: Any, *, copy: bool = True) -> Any:
        """Cast; unlike `numpy.astype`, takes the scalars that reductions return."""
        # Scalars never change, but take longer to copy than to add up.
        if isinstance(x, np.generic) and x.dtype == dtype:
            return x
        return x.astype(dtype, copy=copy)

    def device_kw(self, like: Any) -> dict[str, Any]:
        """Return no keyword: there is one device."""
        del like
        return {}

    def as_dtype(self, dtype: Any) -> Any:
        """Return the NumPy dtype, which knows bfloat16 once ml_dtypes is loaded."""
        try:
            return self.native(np.dtype(dtype))
        except TypeError:
            return None

    def native(self, dtype: Any) -> Any:
        """Return a dtype in the machine's own order of bytes."""
        return dtype if dtype.isnative else dtype.newbyteorder("=")

    def custom_jvp(
        self,
        formula: Callable[..., Any],
        partials: Sequence[Callable[..., Any] | None] | None,
        *arguments: Any,
        axis: int | None = None,
        shared: Callable[..., Any] | None = None,
    ) -> Any:
        """Return ``formula(xp, *arguments)``; of large arrays, to be computed."""
        del partials, shared
        sizes = [getattr(x, "size", 0) for x in arguments]
        if axis is not None or max(sizes) <= 2 * BLOCK:
            return formula(self, *arguments)
        return Blocks.of(functools.partial(formula, self), *arguments)

    # Beside one number, np.maximum and np.minimum have no vector instructions.
    def clamp_min(self, x: Any, bound: Any) -> Any:
        """Raise `x` to at least `bound`; nan stays."""
        return np.maximum(x, bound) if _short(x, bound) else x.clip(bound, math.inf)

    def clamp_max(self, x: Any, bound: Any) -> Any:
        """Lower `x` to at most `bound`; nan stays."""
        return np.minimum(x, bound) if _short(x, bound) else x.clip(-math.inf, bound)

    def clamp(self, x: Any, low: Any, high: Any) -> Any:
        """Confine `x` to ``low..high``; nan stays."""
        if _short(x, low):
            return np.minimum(np.maximum(x, low), high)
        return x.clip(low, high)

    def may_be_infinite(self, x: Any) -> bool:
        """Tell whether an element is infinite, which takes less than a selection."""
        return bool(np.logical_or.reduce(np.isinf(x), axis=None))

    # logaddexp has no vector instructions in NumPy.
    def softplus(self, x: Any) -> Any:
        """Return ``log(1 + exp(x))`` without overflow."""
        return self.softplus_tail(np.abs(x)) + self.clamp_min(x, 0.0)

    def softplus_tail(self, size: Any) -> Any:
        """Return ``softplus(-size)`` for ``size >= 0``."""
        return log1p_exp_minus(size)

    def log1p(self, x: Any) -> Any:
        """Return ``log(1 + x)``."""
        return log1p(x)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """Select."""
        if any(isinstance(side, Blocks) for side in (condition, x, y)):
            return Blocks.of(self.where, condition, x, y)
        if np.size(condition) < _MANY:
            return np.where(condition, x, y)
        return _selected(condition, x, y)

    def total(self, x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return the sum, accumulated in `acc_dtype`."""
        if isinstance(x, Blocks):
            if axis is None and not keepdims:
                return x.total()
            x = np.asarray(x)
        dtype = self.acc_dtype(x.dtype)
        return np.add.reduce(x, axis=axis, dtype=dtype, keepdims=keepdims)

    def any(self, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
        """Tell whether any element is true."""
        if isinstance(x, Blocks) and axis is None and not keepdims:
            return x.has_true()
        return np.logical_or.reduce(x, axis=axis, keepdims=keepdims)

    def all(self, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
        """Tell whether all elements are true."""
        return np.logical_and.reduce(x, axis=axis, keepdims=keepdims)

    def softmax_cross_entropy_with_integer_labels(
        self,
        x: Any,
        labels: Any,
        axis: int,
        keep: Any = None,
        *,
        row_weight: Any = None,
        smoothing_target: Any = None,
        smoothing: Any = 0.0,
    ) -> Any:
        """Return ``-log_softmax(x)`` at `labels`, weighted and smoothed."""
        # Rows of the first axis are apart unless it is the one that is added up.
        if x.size <= BLOCK or not axis % x.ndim:
            losses = _label_losses(x, labels, axis)
        else:
            losses = np.empty(labels.shape, x.dtype)
            rows = max(1, BLOCK // math.prod(x.shape[1:]))
            for start in range(0, x.shape[0], rows):
                place = slice(start, start + rows)
                losses[place] = _label_losses(x[place], labels[place], axis)
        losses = losses if row_weight is None else row_weight * losses
        if smoothing_target is not None:
            rest = self.softmax_cross_entropy(x, smoothing_target, axis)
            losses = (1 - smoothing) * losses + smoothing * rest
        return losses if keep is None else np.where(keep, losses, 0.0)

    def gather(self, x: Any, indices: Any, axis: int) -> Any:
        """Take along `axis` by `indices` of as many dimensions, all in range."""
        return np.take_along_axis(x, indices, axis=axis)

    def segment_sum(self, x: Any, ids: Any, count: int) -> Any:
        """Sum the rows of `x` that share an id of ``0..count-1``."""
        sums = np.zeros((count, *x.shape[1:]), x.dtype)
        np.add.at(sums, ids, x)
        return sums

    def scatter(self, x: Any, indices: Any, size: int) -> Any:
        """Add up the elements of each row of a matrix that share an index."""
        slots = indices + size * np.arange(x.shape[0])[:, None]
        sums = np.bincount(slots.ravel(), x.ravel(), x.shape[0] * size)
        return sums.reshape(x.shape[0], size).astype(x.dtype)

    def argsort_descending(self, x: Any, axis: int) -> Any:
        """Return where the elements are, the largest first, ties by index; no nan."""
        # The lowest integer, and unsigned ones, have no negative.
        falling = ~x if x.dtype.kind in "iu" else -x
        return np.argsort(falling, axis=axis, stable=True)

    def cumulative_max(self, x: Any, axis: int) -> Any:
        """Return the running maximum."""
        return np.maximum.accumulate(x, axis=axis)

    def _special(self, name: str, x: Any) -> Any:
        import scipy.special  # noqa: PLC0415 - slow to import, rarely needed

        return getattr(scipy.special, name)(x)


def _scalars(x: Any) -> Any:
    """Return 0-d arrays of NumPy as scalars, as NumPy's own reductions are."""
    if isinstance(x, tuple):
        return getattr(type(x), "_make", tuple)(map(_scalars, x))
    return x[()] if isinstance(x, np.ndarray) else x


def _short(x: Any, bound: Any) -> bool:
    return x.size < _MANY or not (isinstance(bound, float) and type(x) is np.ndarray)


def _selected(condition: Any, x: Any, y: Any) -> Any:
    """Return ``np.where``, by masks of bits: it branches at every element."""
    dtype = np.result_type(x, y)
    if condition.dtype != bool or dtype not in _BITS:
        return np.where(condition, x, y)
    if not condition.any():
        shape = np.broadcast_shapes(condition.shape, np.shape(x), np.shape(y))
        return np.array(np.broadcast_to(y, shape), dtype)
    mask = np.negative(condition.view(np.int8)).astype(_BITS[dtype])
    x, y = (np.asarray(side, dtype).view(_BITS[dtype]) for side in (x, y))
    return (((x ^ y) & mask) ^ y).view(dtype)


def _label_losses(x: Any, labels: Any, axis: int) -> Any:
    shifted = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    axis %= x.ndim
    before, after = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :])
    places = np.arange(before)[:, None], labels.reshape(before, after), np.arange(after)
    picked = shifted.reshape(before, x.shape[axis], after)[places]
    sums = np.add.reduce(np.exp(shifted, out=shifted), axis=axis)
    return np.log(sums) - picked.reshape(labels.shape)


NUMPY = NumpyNamespace("numpy", np)
