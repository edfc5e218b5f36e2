"""Elementwise expressions of large NumPy arrays, computed in blocks that fit a cache.

NumPy walks over whole arrays once an operation, and writes every intermediate result
to memory. In blocks those stay in the cache, and a sum needs no memory at all.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

__all__ = ["BLOCK", "Blocks"]

# Elements a block: measured between 2**12 and 2**18, see docs/decisions.md.
BLOCK = 2**17


class Blocks(NDArrayOperatorsMixin):
    """An expression of arrays that is computed where its elements are needed.

    Operators and ufuncs make larger expressions; any other function of NumPy gets
    the array. `evaluate` must act on each element alone.
    """

    def __init__(
        self, evaluate: Callable[..., Any], arguments: Sequence[Any], dtype: Any
    ) -> None:
        """Take a function and what to call it with; arrays broadcast."""
        arrays = [x for x in arguments if isinstance(x, np.ndarray | Blocks)]
        self.evaluate = evaluate
        self.arguments = arguments
        self.shape = np.broadcast_shapes(*(x.shape for x in arrays))
        self.dtype = dtype
        self.ndim = len(self.shape)
        self.size = math.prod(self.shape)

    @classmethod
    def of(cls, evaluate: Callable[..., Any], *arguments: Any) -> "Blocks":
        """Return the expression, with the dtype that its elements will have."""
        empty = [
            np.empty(0, x.dtype) if isinstance(x, np.ndarray | Blocks) and x.ndim else x
            for x in arguments
        ]
        return cls(evaluate, arguments, evaluate(*empty).dtype)

    def __iter__(self) -> Iterator[Any]:
        """Yield the values of each block, in order."""
        places, arrays = self._leaves()
        flat = all(x.shape == self.shape and x.flags.c_contiguous for x in arrays)
        if flat:
            arrays = [x.reshape(-1) for x in arrays]
        else:
            arrays = [np.broadcast_to(x, self.shape) for x in arrays]
        for parts in _parts(arrays, arrays[0].shape):
            yield self._at(dict(zip(places, parts, strict=True)))

    def __getitem__(self, key: Any) -> Any:
        """Return a part of the array."""
        return np.asarray(self)[key]

    def total(self) -> Any:
        """Return the sum of all elements."""
        return np.asarray([block.sum() for block in self]).sum(dtype=self.dtype)

    def has_true(self) -> Any:
        """Tell whether any element is true."""
        return np.any([block.any() for block in self])

    def astype(self, dtype: Any, *, copy: bool = True) -> Any:
        """Return the array in another dtype."""
        del copy
        result, start = np.empty(self.size, dtype), 0
        for block in self:
            result[start : start + block.size] = block.reshape(-1)
            start += block.size
        return result.reshape(self.shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """Return the array."""
        return self.astype(self.dtype if dtype is None else dtype)

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any
    ) -> Any:
        """Return the larger expression, or what else is asked for of the array."""
        if method == "__call__" and not kwargs and ufunc.nout == 1:
            return Blocks.of(ufunc, *inputs)
        inputs = tuple(np.asarray(x) if isinstance(x, Blocks) else x for x in inputs)
        return getattr(ufunc, method)(*inputs, **kwargs)

    def _leaves(self) -> tuple[list[int], list[np.ndarray]]:
        """Return the arrays under the expression, each once, by identity."""
        found: dict[int, np.ndarray] = {}
        for x in self.arguments:
            if isinstance(x, Blocks):
                found |= dict(zip(*x._leaves(), strict=True))
            elif isinstance(x, np.ndarray) and x.ndim:
                found[id(x)] = x
        return list(found), list(found.values())

    def _at(self, parts: dict[int, Any]) -> Any:
        """Return the values where each array under it is replaced by its part."""
        return self.evaluate(
            *(
                x._at(parts) if isinstance(x, Blocks) else parts.get(id(x), x)
                for x in self.arguments
            )
        )


def _parts(arrays: list[Any], shape: tuple[int, ...]) -> Iterator[list[Any]]:
    """Yield the same block of each of `arrays`, all of one shape, in order."""
    rows = BLOCK // max(1, math.prod(shape[1:]))
    if rows or len(shape) == 1:
        rows = max(rows, 1)
        for start in range(0, shape[0], rows):
            yield [x[start : start + rows] for x in arrays]
    else:
        for k in range(shape[0]):
            yield from _parts([x[k] for x in arrays], shape[1:])
