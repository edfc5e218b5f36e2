"""The types in the signatures of losses."""

from typing import Any, Literal, TypeAlias, TypeVar

from funloss._array.protocol import SupportsArray

__all__ = ["Array", "ArrayLike", "DType", "Real", "Reduction", "SupportsArray"]

# A loss returns an array of the library that its first argument is from.
Array = TypeVar("Array", bound=SupportsArray)
ArrayLike: TypeAlias = Any
# Python numbers of such an option share one compiled program on JAX.
Real: TypeAlias = float | SupportsArray
DType: TypeAlias = Any
Reduction: TypeAlias = Literal["none", "mean", "sum"]
