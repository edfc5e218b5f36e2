"""NumPy, called directly: its main namespace has the standard's names."""

from typing import Any

import numpy as np

from funloss._array.base import Namespace


class NumpyNamespace(Namespace):
    """NumPy's own functions where they are faster or take NumPy scalars."""

    def astype(self, x: Any, dtype: Any, *, copy: bool = True) -> Any:
        """Cast; unlike `numpy.astype`, takes the scalars that reductions return."""
        return x.astype(dtype, copy=copy)

    def device_kw(self, like: Any) -> dict[str, Any]:
        """Return no keyword: there is one device."""
        del like
        return {}

    def as_dtype(self, dtype: Any) -> Any:
        """Return the NumPy dtype, which knows bfloat16 once ml_dtypes is loaded."""
        try:
            return np.dtype(dtype)
        except TypeError:
            return None

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

    def top_k(self, x: Any, k: int, axis: int) -> tuple[Any, Any]:
        """Return the `k` largest in descending order and where; ties by index."""
        order = np.argsort(-x, axis=axis, stable=True)
        chosen = np.take(order, np.arange(k), axis=axis)
        return np.take_along_axis(x, chosen, axis=axis), chosen

    def cumulative_max(self, x: Any, axis: int) -> Any:
        """Return the running maximum."""
        return np.maximum.accumulate(x, axis=axis)

    def cumulative_logsumexp(self, x: Any, axis: int) -> Any:
        """Return the running `logsumexp`."""
        return np.logaddexp.accumulate(x, axis=axis)

    def _special(self, name: str, x: Any) -> Any:
        import scipy.special  # noqa: PLC0415 - slow to import, rarely needed

        return getattr(scipy.special, name)(x)


NUMPY = NumpyNamespace("numpy", np)
