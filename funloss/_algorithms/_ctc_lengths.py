"""Lengths of CTC's samples and targets: arrays or Python integers."""

import operator
from typing import Any

import numpy as np

from funloss._algorithms._ctc import time_first
from funloss._array import Namespace, lookup, namespace
from funloss._array.numpy import NUMPY
from funloss._core.checks import check_values

__all__ = [
    "check_lengths",
    "check_log_probs",
    "check_sum",
    "clamp_lengths",
    "from_one_library",
    "integer_array",
    "known_lengths",
    "read_lengths",
    "settle_lengths",
    "to_int64",
]


def from_one_library(*arguments: Any) -> bool:
    """Tell whether all are arrays of one library, and none a NumPy scalar."""
    xp = lookup(arguments[0])
    return xp is not None and all(
        lookup(x) is xp and not isinstance(x, np.generic) for x in arguments
    )


def settle_lengths(
    log_probs: Any, targets: Any, *, check: bool, **lengths: Any
) -> tuple[Any, Any, int | None]:
    """Return both lengths as arrays, and the longest target length where it is known.

    Python integers are known, and NumPy's on JAX: with `check` these raise here if
    they are out of range, since their values cannot be read during tracing.
    """
    namespace(log_probs=log_probs)
    check_log_probs(log_probs)
    shape = getattr(targets, "shape", ())
    limits = (log_probs.shape[0], shape[-1] if shape else None)
    arrays, (_, ends) = known_lengths(log_probs, limits, check=check, **lengths)
    longest = None
    if ends is not None and ends.size and len(shape) == 1 and log_probs.ndim == 3:
        if check:
            check_sum(NUMPY, ends, shape[0])
        longest = int(ends.max())
    return *arrays, longest


def known_lengths(
    like: Any, limits: tuple[Any, Any], *, check: bool, **lengths: Any
) -> tuple[list[Any], list[Any]]:
    """Return both lengths as arrays of the library of `like`, and what is known.

    Values that are known are NumPy's, others None; with `check` they raise here if
    they are not in ``0..limit``.
    """
    xp = namespace(like=like)
    known = [_known(xp, name, x) for name, x in lengths.items()]
    for name, x, limit in zip(lengths, known, limits, strict=True):
        if check and x is not None and limit is not None:
            bad = np.asarray((x < 0) | (x > limit), dtype=bool)
            advice = time_first(like, x)
            check_values(NUMPY, f"in 0..{limit}", advice, **{name: (x, bad)})
    arrays = [
        given if x is None else _to_library(xp, x, like)
        for given, x in zip(lengths.values(), known, strict=True)
    ]
    return arrays, known


def _known(xp: Namespace, name: str, lengths: Any) -> Any:
    """Return lengths that are Python values as a NumPy array, others as None."""
    if isinstance(lengths, np.ndarray):
        integer = lengths.dtype.kind in "iu"
        return lengths if xp.name == "jax" and integer else None
    if lookup(lengths) is not None and not isinstance(lengths, np.generic):
        return None
    several = isinstance(lengths, list | tuple)
    items: Any = lengths if several else [lengths]
    try:
        values = [operator.index(x) for x in items]
    except TypeError:
        msg = f"{name} must be integers, got {lengths!r}"
        raise TypeError(msg) from None
    # Python's integers have no highest one.
    return np.asarray(values if several else values[0], dtype=object)


def _to_library(xp: Namespace, lengths: Any, like: Any) -> Any:
    kind = np.int32 if xp.name == "jax" else np.int64
    limits = np.iinfo(kind)
    lengths = np.clip(lengths.astype(object), limits.min, limits.max)
    lengths = np.asarray(lengths, dtype=kind)
    if xp.name == "jax":
        return lengths
    return xp.asarray(lengths.tolist(), dtype=xp.int64, **xp.device_kw(like))


def check_log_probs(log_probs: Any) -> None:
    """Raise unless the shape is ``(T, N, C)`` or ``(T, C)``, without a zero."""
    shape = tuple(log_probs.shape)
    if len(shape) not in (2, 3):
        msg = f"log_probs must have shape (T, N, C) or (T, C), got {shape}"
        raise ValueError(msg)
    if 0 in shape:
        msg = f"log_probs must hold at least one frame, sample and class, got {shape}"
        raise ValueError(msg)


def integer_array(xp: Namespace, like: Any, **argument: Any) -> Any:
    """Return the argument, or raise unless it is an integer array."""
    ((name, x),) = argument.items()
    if lookup(x) is None:
        msg = f"{name} must be an integer array, got {type(x).__name__}"
        raise TypeError(msg)
    namespace(log_probs=like, **argument)
    if not xp.is_int(x.dtype):
        msg = f"{name} must be integer, got {xp.dtype_name(x.dtype)}"
        raise TypeError(msg)
    return x


def to_int64(xp: Namespace, x: Any) -> Any:
    """Return integers as int64, clipped to its range."""
    return xp.astype(xp.saturated(x), xp.as_dtype("int64"))


def read_lengths(xp: Namespace, like: Any, samples: int, **argument: Any) -> Any:
    """Return lengths of shape ``(N,)`` in their dtype; 0-d for one sample."""
    ((name, _),) = argument.items()
    lengths = integer_array(xp, like, **argument)
    shape = tuple(lengths.shape)
    if shape != (samples,) and not (samples == 1 and shape == ()):
        msg = f"{name} must have shape ({samples},), got {shape}"
        raise ValueError(msg + time_first(like, lengths))
    return xp.reshape(lengths, (samples,))


def check_lengths(
    xp: Namespace, limit: int, where: Any, advice: str, **named: Any
) -> Any:
    """Return where lengths are not in ``0..limit``; raise where values can be read."""
    ((name, x),) = named.items()
    length = to_int64(xp, x)
    bad = xp.logical_or(length < 0, length > limit)
    if where is not None:
        bad = xp.logical_and(bad, where)
    return check_values(xp, f"in 0..{limit}", advice, **{name: (x, bad)})


def clamp_lengths(xp: Namespace, limit: int, lengths: Any) -> Any:
    """Return lengths clipped to ``-1..limit + 1``, so that sums do not overflow."""
    lengths = to_int64(xp, lengths)
    lengths = xp.where(lengths < -1, -1, lengths)
    return xp.where(lengths > limit + 1, limit + 1, lengths)


def check_sum(xp: Namespace, ends: Any, size: int) -> Any:
    """Return whether `ends` do not sum to `size`; raise where values can be read."""
    total = xp.sum(ends)
    if not xp.concrete(total):
        return total != size
    if int(total) != size:
        msg = (
            "concatenated targets must have the size sum(target_lengths) = "
            f"{int(total)}, got {size}"
        )
        raise ValueError(msg)
    return None
