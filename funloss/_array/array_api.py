"""The names of the array-API standard that a library lends to its namespace.

In a class of their own, where `bool` and `any` are nothing but these names.
"""

from collections.abc import Callable
from typing import Any

__all__ = ["ArrayAPI"]

_Function = Callable[..., Any]


class ArrayAPI:
    """Functions and dtypes of the standard, declared for type checkers.

    Each is the library's own; see data-apis.org/array-api/2024.12 for what they do.
    """

    # Constructors
    arange: _Function
    asarray: _Function
    broadcast_arrays: _Function
    broadcast_to: _Function
    full: _Function
    full_like: _Function
    ones: _Function
    ones_like: _Function
    tril: _Function
    triu: _Function
    zeros: _Function
    zeros_like: _Function

    # Dtypes
    astype: _Function
    finfo: _Function
    iinfo: _Function
    isdtype: _Function
    result_type: _Function

    # Of each element
    atan2: _Function
    ceil: _Function
    copysign: _Function
    cos: _Function
    exp: _Function
    expm1: _Function
    floor: _Function
    isfinite: _Function
    isinf: _Function
    isnan: _Function
    log: _Function
    log1p: _Function
    logaddexp: _Function
    logical_and: _Function
    logical_not: _Function
    logical_or: _Function
    logical_xor: _Function
    maximum: _Function
    minimum: _Function
    round: _Function
    sign: _Function
    sin: _Function
    sqrt: _Function
    square: _Function
    tanh: _Function
    where: _Function

    # Along an axis
    all: _Function
    any: _Function
    argmax: _Function
    argmin: _Function
    argsort: _Function
    count_nonzero: _Function
    cumulative_sum: _Function
    prod: _Function
    searchsorted: _Function
    sort: _Function
    sum: _Function
    take: _Function

    # Products
    matmul: _Function
    matrix_transpose: _Function
    vecdot: _Function

    # Shapes
    concat: _Function
    expand_dims: _Function
    flip: _Function
    moveaxis: _Function
    permute_dims: _Function
    repeat: _Function
    reshape: _Function
    roll: _Function
    squeeze: _Function
    stack: _Function
    unstack: _Function

    # The dtypes themselves
    bool: Any
    int8: Any
    int16: Any
    int32: Any
    int64: Any
    uint8: Any
    float32: Any
    float64: Any
