"""The way into a loss: one library, one dtype to compute in, masks applied."""

import functools
from typing import Any

from funloss._array import Namespace, is_number, lookup, namespace
from funloss._array.number import Number
from funloss._core.checks import check_broadcastable_to

__all__ = [
    "cast_like",
    "check_real",
    "check_where",
    "fill_masked",
    "is_floating",
    "promote_arrays",
]

_FLOATS = "float16, bfloat16, float32 or float64"


def promote_arrays(dtype: Any, **arrays: Any) -> tuple[Namespace, Any, list[Any]]:
    """Return the namespace, the result's dtype and `arrays` ready to compute with.

    The result's dtype is `dtype`, or else the promoted dtype of the floating
    `arrays`. Computation runs in it, but in float32 at least. Integers are
    converted; Python numbers become 0-d arrays and decide nothing.

    Raises:
        TypeError: Not an array, two libraries, no floating array, or a `dtype`
            that is not real floating.
    """
    xp = namespace(**arrays)
    given = [x for x in arrays.values() if lookup(x) is not None]
    if len(given) < len(arrays):
        _check_numbers(arrays)
    promoted, compute = _promoted(xp, xp.mode(), *[x.dtype for x in given])
    if promoted is None:
        _refuse_dtypes(xp, arrays)
    out = promoted
    if dtype is not None:
        out = _result_dtype(xp, dtype)
        compute = xp.acc_dtype(xp.promote([promoted, out]))
    return xp, out, [_convert(xp, x, compute, given[0]) for x in arrays.values()]


@functools.lru_cache(maxsize=256)
def _promoted(xp: Namespace, _mode: Any, *dtypes: Any) -> tuple[Any, Any]:
    """Return what floating dtypes promote to and are computed in; None for a fault."""
    floats = [dtype for dtype in dtypes if xp.is_float(dtype)]
    if not floats or not all(_is_real(xp, dtype) for dtype in dtypes):
        return None, None
    promoted = xp.promote(floats)
    return promoted, xp.acc_dtype(promoted)


def _check_numbers(arrays: dict[str, Any]) -> None:
    for name, x in arrays.items():
        if lookup(x) is None and not is_number(x):
            msg = f"{name} must be an array, got {type(x).__name__}"
            raise TypeError(msg)


def _refuse_dtypes(xp: Namespace, arrays: dict[str, Any]) -> None:
    for name, x in arrays.items():
        if lookup(x) is not None:
            check_real(xp, name, x.dtype)
    msg = f"at least one array must be real floating, got {_kinds(xp, arrays)}"
    raise TypeError(msg)


def is_floating(x: Any) -> bool:
    """Tell whether `x` is a real floating array, also of a dtype not supported."""
    xp = lookup(x)
    if xp is None:
        return False
    return xp.is_float(x.dtype) or xp.dtype_name(x.dtype).startswith("float")


def cast_like(xp: Namespace, like: Any, **arrays: Any) -> list[Any]:
    """Return `arrays` in `like`'s dtype; they do not decide it. None stays None."""
    if not [x for x in arrays.values() if x is not None]:
        return [None] * len(arrays)
    arrays = {
        name: x.array if isinstance(x, Number) else x for name, x in arrays.items()
    }
    namespace(like=like, **arrays)
    for name, x in arrays.items():
        if x is None or (lookup(x) is None and is_number(x)):
            continue
        if lookup(x) is None:
            msg = f"{name} must be an array, got {type(x).__name__}"
            raise TypeError(msg)
        check_real(xp, name, x.dtype)
    return [
        None if x is None else _convert(xp, x, like.dtype, like)
        for x in arrays.values()
    ]


def check_where(
    xp: Namespace,
    like: Any,
    where: Any,
    shape: tuple[int, ...],
    *,
    name: str = "where",
) -> Any:
    """Return the mask as a boolean array with the axes of `shape`, or None.

    Axes of size 1 stand for those that are missing, so that one may be inserted for
    the classes.
    """
    if where is None or where is True:
        return None
    if where is False:
        where = xp.zeros((), dtype=xp.bool, **xp.device_kw(like))
    if lookup(where) is None or xp.dtype_name(where.dtype) != "bool":
        kind = type(where).__name__ if lookup(where) is None else where.dtype
        advice = "" if lookup(where) is None else ": mask.astype(bool) or mask != 0"
        msg = f"{name} must be a boolean array, got {kind}{advice}"
        raise TypeError(msg)
    namespace(like=like, **{name: where})
    check_broadcastable_to(tuple(shape), **{name: where})
    return xp.of_ndim(len(shape), where)[0]


def fill_masked(xp: Namespace, where: Any, *pairs: tuple[Any, float]) -> list[Any]:
    """Replace what is masked in each ``(array, safe value)`` before the formula.

    A masked nan or inf then reaches neither the value nor the derivative.
    """
    if where is None:
        return [x for x, _ in pairs]
    return [None if x is None else xp.where(where, x, safe) for x, safe in pairs]


def _convert(xp: Namespace, x: Any, dtype: Any, like: Any) -> Any:
    if lookup(x) is None:
        return xp.asarray(x, dtype=dtype, **xp.device_kw(like))
    return x if x.dtype == dtype else xp.astype(x, dtype)


def _is_real(xp: Namespace, dtype: Any) -> bool:
    return xp.is_float(dtype) or xp.is_int(dtype) or xp.dtype_name(dtype) == "bool"


def check_real(xp: Namespace, name: str, dtype: Any) -> None:
    """Raise unless numbers of this dtype can be computed with, and say which can."""
    if _is_real(xp, dtype):
        return
    kind = xp.dtype_name(dtype)
    msg = f"{name} must be real, got {kind}"
    if kind.startswith("complex"):
        msg += ": pass absolute values, such as that of a difference"
    elif kind.startswith("float"):
        near = "float64" if kind in {"float96", "float128"} else "float32"
        msg = f"{name} must be {_FLOATS}, got {kind}: cast it to {near}"
    raise TypeError(msg)


def _result_dtype(xp: Namespace, dtype: Any) -> Any:
    own = xp.as_dtype(dtype)
    if own is None or not xp.is_float(own):
        msg = f"dtype must be a real floating dtype of {xp.name}, got {dtype!r}"
        raise TypeError(msg)
    return own


def _kinds(xp: Namespace, arrays: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {type(x).__name__ if lookup(x) is None else xp.dtype_name(x.dtype)}"
        for name, x in arrays.items()
    )
