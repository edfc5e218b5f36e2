"""The array-API standard as one library implements it."""

import functools
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import numpy as np

from funloss._array.array_api import ArrayAPI

# The lowest and the highest number of each integer dtype.
_BITS = (2, 4, 8, 16, 32, 64)
_INTEGERS = {f"uint{n}": (0, 2**n - 1) for n in _BITS} | {
    f"int{n}": (-(2 ** (n - 1)), 2 ** (n - 1) - 1) for n in _BITS
}
_HALVES = {"float16", "bfloat16"}
_FLOATS = _HALVES | {"float32", "float64"}


class Standard(ArrayAPI):
    """The standard's functions of one library, and questions about its arrays."""

    def __init__(self, name: str, standard: Any) -> None:
        self.name = name
        self.standard = standard
        for function in ArrayAPI.__annotations__:
            if not hasattr(type(self), function) and hasattr(standard, function):
                setattr(self, function, getattr(standard, function))

    # Hidden from type checkers, which would let every misspelt name pass.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            msg = f"the {self.__dict__.get('name')} namespace has no {name!r}"
            # Given a name, Python adds no guess of its own.
            raise AttributeError(msg, name=name)

    def __repr__(self) -> str:
        return f"<funloss namespace of {self.name}>"

    # What an array is

    def dtype_name(self, dtype: Any) -> str:
        """Return a dtype's name in the standard's spelling, such as 'float32'."""
        return _name(dtype)

    def is_float(self, dtype: Any) -> bool:
        """Tell whether a dtype is real floating, bfloat16 included."""
        return _name(dtype) in _FLOATS

    def is_int(self, dtype: Any) -> bool:
        """Tell whether a dtype is an integer; bool is not."""
        return _name(dtype) in _INTEGERS

    def acc_dtype(self, dtype: Any) -> Any:
        """Return the dtype to compute in: float32 for 16-bit floats, else `dtype`."""
        return self.float32 if _name(dtype) in _HALVES else dtype

    def promote(self, dtypes: Sequence[Any]) -> Any:
        """Return the dtype that real floating `dtypes` promote to."""
        if dtypes.count(dtypes[0]) == len(dtypes):
            return self.native(dtypes[0])
        if len({self.dtype_name(dtype) for dtype in dtypes} & _HALVES) == 2:
            dtypes = [self.float32, *filter(self._is_wide, dtypes)]
        return self.result_type(*dtypes)

    def mode(self) -> Any:
        """Return the setting on which the promotion of dtypes depends, if any does."""
        return None

    def native(self, dtype: Any) -> Any:
        """Return a dtype in the machine's own order of bytes."""
        return dtype

    def _is_wide(self, dtype: Any) -> bool:
        return self.dtype_name(dtype) not in _HALVES

    def as_dtype(self, dtype: Any) -> Any:
        """Return the library's own dtype for a name or another library's dtype."""
        return getattr(self.standard, self.dtype_name(dtype), None)

    # What integers are

    def identities(self, x: Any) -> Any:
        """Return integers of a signed dtype, equal where those of `x` are."""
        low, high = self._span(x)
        wide = self.as_dtype("int32" if high < 2**31 else "int64")
        # JAX has integers of 64 bits without x64, too, if they were made with it.
        if x.dtype == wide or low < _INTEGERS[self.dtype_name(wide)][0]:
            return x
        return self.astype(x, wide)

    def saturated(self, x: Any) -> Any:
        """Return the nearest integers of a signed dtype, for counts to compare with."""
        signed = self.identities(x)
        if signed is x:
            return x
        limit = self._span(signed)[1]
        if self._span(x)[1] <= limit:
            return signed
        return self.where(signed < 0, limit, signed)

    def differs(self, x: Any, number: int) -> Any:
        """Return where integers are not `number`; None if none of them can be."""
        low, high = self._span(x)
        if not low <= number <= high:
            return None
        signed = self.identities(x)
        limit = self._span(signed)[1]
        return signed != (number if number <= limit else number - 2 * (limit + 1))

    def beyond(self, x: Any) -> Any:
        """Return where the library does not hold integers, or None."""
        del x
        return None

    def held(self, x: Any) -> Any:
        """Return integers that the library holds, those of `x` or the nearest."""
        return x

    def _span(self, x: Any) -> tuple[int, int]:
        return _INTEGERS[_name(x.dtype)]

    def concrete(self, *arrays: Any) -> bool:
        """Tell whether Python may read the values of `arrays` now, at no loss."""
        del arrays
        return True

    def known(self, *sizes: Any) -> bool:
        """Tell whether `sizes` are numbers, not symbols of an exported program."""
        del sizes
        return True

    def count(self, sizes: Sequence[Any], dtype: Any) -> Any:
        """Return the product of `sizes`, a float or a 0-d array of symbols."""
        del dtype
        return float(math.prod(sizes))

    def was_number(self, x: Any) -> bool:
        """Tell whether an array was a Python number at the call of the loss."""
        del x
        return False

    def device_kw(self, like: Any) -> dict[str, Any]:
        """Return the keyword that creates an array where `like` lies."""
        return {"device": like.device}

    def quiet(self) -> AbstractContextManager[Any]:
        """Silence floating-point warnings of guarded formulas."""
        return np.errstate(all="ignore")

    def call(
        self, function: Callable[..., Any], args: Any, kwargs: Any, kinds: Any
    ) -> Any:
        """Return ``function(*args, **kwargs)``, a loss, without warnings on the way.

        `kinds` are the types of the arguments, in their order.
        """
        del kinds
        with self.quiet():
            return function(*args, **kwargs)


@functools.lru_cache(maxsize=128, typed=True)
def _name(dtype: Any) -> str:
    if isinstance(dtype, np.dtype):
        return dtype.name  # without the order of bytes
    name = dtype.__name__ if isinstance(dtype, type) else str(dtype)
    return name.rpartition(".")[2]
