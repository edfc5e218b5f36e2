"""The alignment problem of CTC: the checked lengths and labels of all samples."""

import math
from typing import Any

from funloss._algorithms._ctc import Alignment, time_first
from funloss._algorithms._ctc_lengths import (
    check_lengths,
    check_sum,
    clamp_lengths,
    integer_array,
    read_lengths,
    to_int64,
)
from funloss._array import Namespace
from funloss._core.checks import check_values

__all__ = ["align", "checked_labels"]


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
    """Return the alignment problem, and the target lengths.

    `log_probs` has shape ``(T, N, C)`` and `where` ``(N,)``; masked samples have
    no frames and no labels. Bad lengths and labels raise where they can be read;
    elsewhere the losses of their samples are nan.
    """
    frames, samples, _ = log_probs.shape
    given = integer_array(xp, log_probs, targets=targets)
    _check_shape(given, samples, time_first(log_probs, given))
    frames_used = read_lengths(xp, log_probs, samples, input_lengths=input_lengths)
    ends = read_lengths(xp, log_probs, samples, target_lengths=target_lengths)
    given = xp.reshape(given, (1, -1)) if single else given
    limit = given.shape[-1]
    advice = time_first(log_probs, frames_used)
    faults = [
        check_lengths(xp, frames, where, advice, input_lengths=frames_used),
        check_lengths(xp, limit, where, "", target_lengths=ends),
    ]
    frames_used = clamp_lengths(xp, frames, frames_used)
    ends = clamp_lengths(xp, limit, ends)
    if given.ndim == 1:
        faults.append(check_sum(xp, ends, limit))
    kept = ends if where is None else xp.where(where, ends, 0)
    given, targets = _padded(xp, given, ends, longest)
    labels, bad = checked_labels(xp, log_probs, given, targets, kept, blank)
    alignment = _problem(
        xp, log_probs, labels, frames_used, ends, blank=blank, faults=[*faults, bad]
    )
    return alignment if where is None else _masked(xp, alignment, where), kept


def _check_shape(targets: Any, samples: int, advice: str) -> None:
    shape = tuple(targets.shape)
    if len(shape) not in (1, 2) or (len(shape) == 2 and shape[0] != samples):
        msg = f"targets must have shape ({samples}, S) or be concatenated, got {shape}"
        raise ValueError(msg + advice)


def checked_labels(
    xp: Namespace, log_probs: Any, given: Any, targets: Any, ends: Any, blank: int
) -> tuple[Any, Any]:
    """Return labels, blank beyond their number, and which samples have a bad one."""
    classes, width = log_probs.shape[-1], targets.shape[1]
    states = xp.arange(width, dtype=targets.dtype, **xp.device_kw(log_probs))
    inside = states[None, :] < ends[:, None]
    wrong = _wrong_label(xp, targets, classes, blank)
    rule = f"in 0..{classes - 1} and not the blank {blank}"
    unusable = xp.logical_and(inside, wrong)
    bad = check_values(xp, rule, targets=(given, unusable))
    labels = xp.where(xp.logical_and(inside, xp.logical_not(wrong)), targets, blank)
    return labels, None if bad is None else xp.any(bad, axis=1)


def _problem(
    xp: Namespace,
    log_probs: Any,
    labels: Any,
    frames_used: Any,
    ends: Any,
    *,
    blank: int,
    faults: list[Any],
) -> Alignment:
    """Return the alignment problem of labels in range; lengths may still be bad."""
    frames = log_probs.shape[0]
    # At most as many labels as frames can be aligned: further states are left out.
    labels = labels[:, : min(frames, labels.shape[1])]
    width = labels.shape[1]
    infeasible = ends > width
    first = xp.full_like(frames_used, blank)[:, None]
    labels = xp.concat([first, labels], axis=1)
    following = xp.concat([labels[:, 1:], first], axis=1)
    states = xp.arange(width + 1, **xp.device_kw(labels))
    skip = xp.logical_or(labels != following, states[None, :] == 0)
    none = xp.zeros_like(frames_used, dtype=log_probs.dtype)
    penalty = xp.where(infeasible, math.inf, none)
    ends = xp.where(infeasible, 0, ends)
    for fault in faults:
        if fault is not None:
            penalty = xp.where(fault, math.nan, penalty)
            frames_used = xp.where(fault, frames, frames_used)
            ends = xp.where(fault, 0, ends)
    return Alignment(labels, skip, frames_used, ends, penalty)


def _masked(xp: Namespace, alignment: Alignment, where: Any) -> Alignment:
    """Return the problem with neither frames nor labels in masked samples."""
    none = xp.where(where, alignment.penalty, 0.0)
    frames, ends = (xp.where(where, x, 0) for x in (alignment.frames, alignment.ends))
    return alignment._replace(frames=frames, ends=ends, penalty=none)


def _wrong_label(xp: Namespace, targets: Any, classes: int, blank: int) -> Any:
    outside = xp.logical_or(targets < 0, targets >= classes)
    return xp.logical_or(outside, targets == blank)


def _padded(xp: Namespace, given: Any, ends: Any, longest: int | None) -> Any:
    """Return targets as given, and rows of int64 as narrow as the lengths allow."""
    size = given.shape[-1]
    width = size if longest is None or given.ndim == 2 else min(longest, size)
    if size and xp.concrete(ends):
        width = min(size, max(0, int(xp.amax(ends, 0))))
    if given.ndim == 2:
        return given, to_int64(xp, given)[:, :width]
    targets = to_int64(xp, given)
    if width == 0:
        return given, xp.zeros(
            (ends.shape[0], 0), dtype=targets.dtype, **xp.device_kw(targets)
        )
    offsets = xp.cumulative_sum(ends) - ends
    states = xp.arange(width, dtype=targets.dtype, **xp.device_kw(targets))
    places = offsets[:, None] + states[None, :]
    places = xp.where(places < 0, 0, xp.where(places < size, places, size - 1))
    rows = xp.take(targets, xp.reshape(places, (-1,)), axis=0)
    given = given[places] if xp.concrete(places) else given
    return given, xp.reshape(rows, places.shape)
