"""What the arguments of CTC amount to: samples, their lengths and their labels."""

import math
from typing import Any

from funloss._algorithms._ctc import Alignment, time_first
from funloss._algorithms._ctc_lengths import (
    held,
    integer_array,
    outside,
    read_lengths,
    signed,
    wrong_sum,
)
from funloss._array import Namespace
from funloss._core.checks import check_values

__all__ = ["align"]


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
    given = integer_array(xp, log_probs, targets=targets)
    if given.ndim not in (1, 2) or (given.ndim == 2 and given.shape[0] != samples):
        shape = tuple(given.shape)
        msg = f"targets must have shape ({samples}, S) or be concatenated, got {shape}"
        raise ValueError(msg + time_first(log_probs, targets))
    used = read_lengths(xp, log_probs, samples, input_lengths=input_lengths)
    ends = read_lengths(xp, log_probs, samples, target_lengths=target_lengths)
    if single:
        given = xp.reshape(given, (1, -1))
    limit = given.shape[-1]
    faults = [
        outside(xp, frames, where, time_first(log_probs, used), input_lengths=used),
        outside(xp, limit, where, "", target_lengths=ends),
    ]
    used, ends = held(xp, frames, used), held(xp, limit, ends)
    if given.ndim == 1:
        faults.append(wrong_sum(xp, ends, limit))
    given, targets = _padded(xp, given, ends, longest)
    width = targets.shape[1]
    states = xp.arange(width, dtype=targets.dtype, **xp.device_kw(log_probs))
    kept = ends if where is None else xp.where(where, ends, 0)
    inside = states[None, :] < kept[:, None]
    wrong = _wrong_label(xp, targets, classes, blank)
    unusable = xp.logical_and(inside, wrong)
    rule = f"in 0..{classes - 1} and not the blank {blank}"
    unusable = check_values(xp, rule, targets=(given, unusable))
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


def _wrong_label(xp: Namespace, targets: Any, classes: int, blank: int) -> Any:
    outside = xp.logical_or(targets < 0, targets >= classes)
    return xp.logical_or(outside, targets == blank)


def _padded(xp: Namespace, given: Any, ends: Any, longest: int | None) -> Any:
    """Return targets in rows as they came and signed, as narrow as is known now."""
    size = given.shape[-1]
    width = size if longest is None or given.ndim == 2 else min(longest, size)
    if size and xp.concrete(ends):
        width = min(size, max(0, int(xp.amax(ends, 0))))
    if given.ndim == 2:
        return given, signed(xp, given)[:, :width]
    targets = signed(xp, given)
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
