"""Dask arrays, through array-api-compat: lazy values, no derivatives."""

from typing import Any

import array_api_compat.dask.array as compat
import dask.array as da
import numpy as np

from funloss._array.base import Namespace
from funloss._array.numpy import NUMPY


class DaskNamespace(Namespace):
    """Dask's functions; nothing here computes a chunk, or merges chunks of samples."""

    blockwise = False

    def concrete(self, *arrays: Any) -> bool:
        """Tell that values cannot be read without computing the graph."""
        del arrays
        return False

    def device_kw(self, like: Any) -> dict[str, Any]:
        """Return no keyword: chunks decide."""
        del like
        return {}

    def as_dtype(self, dtype: Any) -> Any:
        """Return the NumPy dtype."""
        return NUMPY.as_dtype(dtype)

    def gather(self, x: Any, indices: Any, axis: int) -> Any:
        """Take along `axis` by `indices` of as many dimensions, all in range."""
        places = list(range(x.ndim))
        taken = [x.ndim if k == axis % x.ndim else k for k in places]
        return _chunkwise(np.take_along_axis, x, places, indices, taken, axis=axis)

    def rfft(self, x: Any, size: int) -> tuple[Any, Any]:
        """Return the Fourier transform along the last axis, real and imaginary part."""
        return super().rfft(_whole(x, -1), size)

    def take_each(self, x: Any, labels: Any) -> Any:
        """Return the element of a 1-D array for each label, all in range."""
        places = list(range(labels.ndim))
        return _chunkwise(np.take, x, [labels.ndim], labels, places)

    def cumulative_max(self, x: Any, axis: int) -> Any:
        """Return the running maximum."""
        return da.map_blocks(NUMPY.cumulative_max, _whole(x, axis), axis=axis)

    def cumulative_sumexp(
        self, x: Any, total: Any, axis: int, *, reverse: bool = False
    ) -> tuple[Any, Any]:
        """Return the running maximum, and that of ``sum(mass * exp(x - maximum))``."""

        def run(x: np.ndarray, total: np.ndarray) -> np.ndarray:
            return np.stack(NUMPY.cumulative_sumexp(x, total, axis, reverse=reverse))

        x, total = _whole(x, axis), _whole(total, axis)
        both = da.map_blocks(run, x, total, new_axis=0, chunks=((2,), *x.chunks))
        return both[0], both[1]

    def _special(self, name: str, x: Any) -> Any:
        import scipy.special  # noqa: PLC0415 - slow to import, rarely needed

        return getattr(scipy.special, name)(x)


def _chunkwise(
    function: Any, x: Any, axes: Any, indices: Any, taken: Any, **options: Any
) -> Any:
    """Take from `x`, whole along the axis that `indices` lack, chunk by chunk."""
    return da.blockwise(
        function,
        taken,
        x,
        axes,
        indices,
        taken,
        concatenate=True,
        meta=np.empty((0,) * indices.ndim, x.dtype),
        **options,
    )


def _whole(x: Any, axis: int) -> Any:
    """Return `x` in chunks that are whole along `axis`."""
    return x.rechunk({axis % x.ndim: -1})


DASK = DaskNamespace("dask", compat)
