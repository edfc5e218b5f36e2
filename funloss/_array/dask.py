"""Dask arrays, through array-api-compat: lazy values, no slopes."""

from typing import Any

import array_api_compat.dask.array as compat
import dask.array as da

from funloss._array.base import Namespace
from funloss._array.numpy import NUMPY


class DaskNamespace(Namespace):
    """Dask's functions; nothing here computes a chunk."""

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
        x, indices = da.moveaxis(x, axis, -1), da.moveaxis(indices, axis, -1)
        slots = da.arange(x.shape[-1], dtype=indices.dtype)
        hit = indices[..., None] == slots
        return da.moveaxis(da.where(hit, x[..., None, :], 0).sum(axis=-1), -1, axis)

    def _special(self, name: str, x: Any) -> Any:
        import scipy.special  # noqa: PLC0415 - slow to import, rarely needed

        return getattr(scipy.special, name)(x)


DASK = DaskNamespace("dask", compat)
