"""What the arguments of CTC amount to: samples, their lengths and their labels."""

import math
import operator
from typing import Any

import numpy as np

from funloss._array import Namespace, lookup, namespace
from funloss._array.numpy import NUMPY
from funloss._frame.checks import check_values
from funloss._kernels._ctc import Alignment

__all__ = ["align", "check_log_probs", "of_one_library", "settle_lengths"]


def of_one_library(*arguments: Any) -> bool:
    """Tell whether all are arrays of one library, and none a NumPy scalar."""
    xp = lookup(arguments[0])
    return xp is not None and all(
        lookup(x) is xp and not isinstance(x, np.generic) for x in arguments
    )


def settle_lengths(
    log_probs: Any, targets: Any, *, check: bool, **lengths: Any
) -> tuple[Any, Any, int | None]:
    """Return both lengths as arrays, and the longest target if that is known.

    Known are Python integers, and NumPy's on JAX: with `check` those raise here
    if they are wrong, for in tracing they would be hidden.
    """
    xp = namespace(log_probs=log_probs)
    check_log_probs(log_probs)
    known = {name: _known(xp, name, x) for name, x in lengths.items()}
    shape = getattr(targets, "shape", ())
    limits = (log_probs.shape[0], shape[-1] if shape else None)
    if check:
        for (name, x), limit in zip(known.items(), limits, strict=True):
            if x is None or limit is None:
                continue
            if np.any((x < 0) | (x > limit)):
                _outside(NUMPY, limit, None, **{name: x})
    ends, longest = known["target_lengths"], None
    if ends is not None and ends.size and len(shape) == 1 and log_probs.ndim == 3:
        if check:
            _wrong_sum(NUMPY, ends, shape[0])
        longest = int(ends.max())
    used, ends = (
        lengths[name] if x is None else _to_library(xp, x, log_probs)
        for name, x in known.items()
    )
    return used, ends, longest


def _known(xp: Namespace, name: str, lengths: Any) -> Any:
    """Return lengths that are Python values as a NumPy array, others as None."""
    if isinstance(lengths, np.ndarray):
        integer = lengths.dtype.kind in "iu"
        return lengths.astype(np.int64) if xp.name == "jax" and integer else None
    if lookup(lengths) is not None and not isinstance(lengths, np.generic):
        return None
    several = isinstance(lengths, list | tuple)
    items: Any = lengths if several else [lengths]
    try:
        values = [operator.index(x) for x in items]
    except TypeError:
        msg = f"{name} must be integers, got {lengths!r}"
        raise TypeError(msg) from None
    return np.asarray(values if several else values[0], dtype=np.int64)


def _to_library(xp: Namespace, lengths: Any, like: Any) -> Any:
    if xp.name == "jax":
        return lengths.astype(np.int32)
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


def align(
    xp: Namespace,
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    *,
    blank: int,
    where: Any,
    longest: int | None,
    single: bool,
) -> tuple[Alignment, Any]:
    """Return the plan of the alignment, and the target lengths.

    `log_probs` has shape ``(T, N, C)`` and `where` ``(N,)``; masked samples have
    no frames and no labels. Bad lengths and labels raise where they can be read;
    elsewhere their samples are penalised with nan.
    """
    frames, samples, classes = log_probs.shape
    targets = _integer_array(xp, log_probs, targets=targets)
    if targets.ndim not in (1, 2) or (
        targets.ndim == 2 and targets.shape[0] != samples
    ):
        shape = tuple(targets.shape)
        msg = f"targets must have shape ({samples}, S) or be concatenated, got {shape}"
        raise ValueError(msg)
    used = _lengths(xp, log_probs, samples, input_lengths=input_lengths)
    ends = _lengths(xp, log_probs, samples, target_lengths=target_lengths)
    if single:
        targets = xp.reshape(targets, (1, -1))
    limit = targets.shape[-1]
    faults = [
        _outside(xp, frames, where, input_lengths=used),
        _outside(xp, limit, where, target_lengths=ends),
    ]
    if targets.ndim == 1:
        faults.append(_wrong_sum(xp, ends, limit))
    targets = _padded(xp, targets, ends, longest)
    width = targets.shape[1]
    states = xp.arange(width, dtype=targets.dtype, **xp.device_kw(log_probs))
    kept = ends if where is None else xp.where(where, ends, 0)
    inside = states[None, :] < kept[:, None]
    wrong = _wrong_label(xp, targets, classes, blank)
    unusable = xp.logical_and(inside, wrong)
    rule = f"in 0..{classes - 1} and not the blank {blank}"
    unusable = check_values(xp, rule, targets=(targets, unusable))
    if unusable is not None:
        faults.append(xp.any(unusable, axis=1))
    labels = xp.where(xp.logical_and(inside, xp.logical_not(wrong)), targets, blank)
    plan = _plan(xp, log_probs, labels, used, ends, blank=blank, faults=faults)
    return plan if where is None else _masked(xp, plan, where), kept


def _plan(
    xp: Namespace,
    log_probs: Any,
    labels: Any,
    used: Any,
    ends: Any,
    *,
    blank: int,
    faults: list[Any],
) -> Alignment:
    """Return the plan of samples whose labels are in range, if not their lengths."""
    frames = log_probs.shape[0]
    # No more labels than frames can be aligned: the states beyond are left out.
    labels = labels[:, : min(frames, labels.shape[1])]
    width = labels.shape[1]
    hopeless = ends > width
    first = xp.full_like(used, blank)[:, None]
    labels = xp.concat([first, labels], axis=1)
    following = xp.concat([labels[:, 1:], first], axis=1)
    states = xp.arange(width + 1, **xp.device_kw(labels))
    skip = xp.logical_or(labels != following, states[None, :] == 0)
    none = xp.zeros_like(used, dtype=log_probs.dtype)
    penalty = xp.where(hopeless, math.inf, none)
    ends = xp.where(hopeless, 0, ends)
    for fault in faults:
        if fault is not None:
            penalty = xp.where(fault, math.nan, penalty)
            used = xp.where(fault, frames, used)
            ends = xp.where(fault, 0, ends)
    return Alignment(labels, skip, used, ends, penalty)


def _masked(xp: Namespace, plan: Alignment, where: Any) -> Alignment:
    """Return the plan with nothing to align in samples that `where` leaves out."""
    none = xp.where(where, plan.penalty, 0.0)
    frames, ends = (xp.where(where, x, 0) for x in (plan.frames, plan.ends))
    return plan._replace(frames=frames, ends=ends, penalty=none)


def _integer_array(xp: Namespace, like: Any, **argument: Any) -> Any:
    ((name, x),) = argument.items()
    if lookup(x) is None:
        msg = f"{name} must be an integer array, got {type(x).__name__}"
        raise TypeError(msg)
    namespace(log_probs=like, **argument)
    if not xp.is_int(x.dtype):
        msg = f"{name} must be integer, got {xp.dtype_name(x.dtype)}"
        raise TypeError(msg)
    return xp.astype(x, xp.as_dtype("int64"))


def _lengths(xp: Namespace, like: Any, samples: int, **argument: Any) -> Any:
    """Return lengths of shape ``(N,)``; those of one sample may be 0-d."""
    ((name, _),) = argument.items()
    lengths = _integer_array(xp, like, **argument)
    shape = tuple(lengths.shape)
    if shape != (samples,) and not (samples == 1 and shape == ()):
        msg = f"{name} must have shape ({samples},), got {shape}"
        raise ValueError(msg)
    return xp.reshape(lengths, (samples,))


def _outside(xp: Namespace, limit: int, where: Any, **argument: Any) -> Any:
    """Return where lengths are not in ``0..limit``; raise if values can be read."""
    ((name, x),) = argument.items()
    bad = xp.logical_or(x < 0, x > limit)
    if where is not None:
        bad = xp.logical_and(bad, where)
    return check_values(xp, f"in 0..{limit}", **{name: (x, bad)})


def _wrong_sum(xp: Namespace, ends: Any, size: int) -> Any:
    """Return whether `ends` do not add up; raise if values can be read."""
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


def _wrong_label(xp: Namespace, targets: Any, classes: int, blank: int) -> Any:
    outside = xp.logical_or(targets < 0, targets >= classes)
    return xp.logical_or(outside, targets == blank)


def _padded(xp: Namespace, targets: Any, ends: Any, longest: int | None) -> Any:
    """Return targets in rows, as narrow as is known without tracing."""
    size = targets.shape[-1]
    width = size if longest is None or targets.ndim == 2 else min(longest, size)
    if size and xp.concrete(ends):
        width = min(size, max(0, int(xp.amax(ends, 0))))
    if targets.ndim == 2:
        return targets[:, :width]
    if width == 0:
        return xp.zeros(
            (ends.shape[0], 0), dtype=targets.dtype, **xp.device_kw(targets)
        )
    offsets = xp.cumulative_sum(ends) - ends
    states = xp.arange(width, dtype=targets.dtype, **xp.device_kw(targets))
    places = offsets[:, None] + states[None, :]
    places = xp.where(places < 0, 0, xp.where(places < size, places, size - 1))
    return xp.reshape(xp.take(targets, xp.reshape(places, (-1,)), axis=0), places.shape)
