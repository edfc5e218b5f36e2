"""Softmax cross-entropy of linear scores, one block of classes at a time."""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from funloss._algorithms._soft_cap import soft_cap
from funloss._array import Namespace

__all__ = ["LabelLosses", "choose_chunk", "class_sums", "label_losses"]

# How many scores are held at once, and how many make one block, at least: of so many
# classes, where they fit the cache of a processor, and never of fewer than these.
_WHOLE = 2**22
_BLOCK = 2**16
_CLASSES, _CACHED, _NARROWEST = 256, 2**20, 64


class LabelLosses(NamedTuple):
    """What one pass over all classes finds of each row."""

    # -log_softmax at the label.
    losses: Any
    # The sum over classes of -smoothing * log_softmax, or None.
    smoothed: Any
    logsumexp: Any
    # Whether no class has a higher score than the label.
    correct: Any


def choose_chunk(rows: int | None, classes: int, parts: int) -> int:
    """Return how many classes to score at a time; `classes` means all at once.

    Besides a block, ``rows * chunk``, the backward pass holds one maximum for each
    row and block, ``rows * classes / chunk``: the square root balances them, on each of
    the `parts` devices. None stands for any number of rows.
    """
    if rows is not None and rows * classes <= _WHOLE:
        return classes
    least = _CLASSES
    if rows is not None:
        fitting = min(_CLASSES, _CACHED // rows)
        least = max(_NARROWEST, _BLOCK // rows, fitting)
    size = max(least, math.isqrt(classes // parts))
    return min(classes, parts * 2 ** round(math.log2(size)))


def label_losses(
    xp: Namespace,
    x: Any,
    layer: tuple[Any, Any, Any],
    labels: Any,
    *,
    chunk: int,
    parts: int,
    narrow: bool = False,
    softcap: Any = None,
) -> LabelLosses:
    """Return ``-log_softmax`` of each row's scores, at its label and summed up.

    `layer` is ``(weight, bias, smoothing)``, the last two may be None. The scores of
    `x`, shape ``(D)`` or ``(N, D)``, are ``x @ weight.T + bias``, capped by `softcap`
    if that is not None. They are never all in memory: a loop over blocks of classes
    carries, for each row, the largest score, the sum of exponentials relative to it
    and the label's score, and the backward pass computes each block again.
    """
    shape, labels = labels.shape, xp.reshape(labels, (-1,))
    x = xp.reshape(x, (labels.shape[0], layer[0].shape[1]))
    rows = (x, labels)
    if softcap is not None:
        rows += (xp.asarray(softcap, dtype=x.dtype, **xp.device_kw(x)),)
    scored = functools.partial(_scores, narrow=narrow)
    found = class_sums(xp, scored, rows, layer, chunk=chunk, parts=parts)
    top, sumexp, score, *more = found
    log_sum = xp.log(sumexp)
    smoothed = None
    if more:
        total, seen = more
        smoothed = xp.reshape(seen * log_sum - total, shape)
    losses = log_sum - (score - top)
    others = (xp.reshape(each, shape) for each in (top + log_sum, score >= top))
    return LabelLosses(xp.reshape(losses, shape), smoothed, *others)


def class_sums(
    xp: Namespace,
    scored: Callable[..., Any],
    rows: tuple[Any, ...],
    layer: tuple[Any, Any, Any],
    *,
    chunk: int,
    parts: int,
    apart: bool = False,
) -> tuple[Any, ...]:
    """Return of each row its largest score, a sum of exponentials, the label's score.

    The sum is relative to the largest score. If `layer` has a smoothing, there follow
    the sums of smoothing times scores, relative as well, and of smoothing. `rows` are
    ``(x, labels, *more)``, the scores of a block of classes ``scored(xp, x, weight,
    bias, *more)``. With `apart` the label's score is in no sum and not the largest.

    Classes that may be sharded over devices are split into as many parts. Each block
    takes classes of every part, so that no device needs those of another.
    """
    step = functools.partial(_update, apart=apart)

    def sums(rows: Any, first: Any, layer: Any) -> Any:
        return _sums(xp, (scored, step), rows, first, layer, chunk // parts or 1)

    if parts == 1:
        return sums(rows, None, layer)
    return _combined(xp, *xp.map_shards(sums, parts, rows, layer))


def _sums(
    xp: Namespace, how: Any, rows: Any, first: Any, layer: Any, chunk: int
) -> tuple[Any, ...]:
    """Return the carry after all blocks; a label may be outside these classes.

    `how` are the functions that score a block and that add it to the carry; `first` is
    the number of the first class, 0 if None.
    """
    (scored, update), (x, labels, *more) = how, rows
    labels = labels if first is None else labels - xp.astype(first, labels.dtype)
    classes = layer[0].shape[0]
    chunk = min(chunk, classes)

    def step(carry: Any, row: Any) -> Any:
        first = row[0] * chunk
        # The last block is as large as the others, and masks classes already seen.
        start = xp.where(first > classes - chunk, classes - chunk, first)
        weight, bias, smoothing = (
            None if array is None else xp.block(array, start, chunk) for array in layer
        )
        ids = start + xp.arange(chunk, dtype=labels.dtype, **xp.device_kw(x))
        scores = scored(xp, x, weight, bias, *more)
        is_label = labels[:, None] == ids[None, :]
        if classes % chunk:
            own = ids >= first
            is_label = xp.logical_and(is_label, own[None, :])
            scores = xp.where(own[None, :], scores, -math.inf)
            smoothing = None if smoothing is None else xp.where(own, smoothing, 0.0)
        return update(xp, carry, scores, is_label, smoothing), row[0]

    count = -(-classes // chunk)
    blocks = xp.arange(count, dtype=labels.dtype, **xp.device_kw(x))
    carry = _start(xp, labels, x.dtype, sums=layer[2] is not None)
    return xp.scan(xp.checkpoint(step), carry, (blocks,))[0]


def _scores(
    xp: Namespace, x: Any, weight: Any, bias: Any, *cap: Any, narrow: bool
) -> Any:
    scores = xp.linear(x, weight, narrow=narrow)
    scores = scores if bias is None else scores + bias[None, :]
    return soft_cap(xp, scores, *cap) if cap else scores


def _combined(
    xp: Namespace, tops: Any, sumexps: Any, scores: Any, *sums: Any
) -> tuple[Any, ...]:
    """Return one carry from those of all parts, stacked on the first axis."""
    top = xp.amax(tops, 0)
    moved = tops - top[None, :]
    sumexp, score = xp.total(sumexps * xp.exp(moved), 0), xp.total(scores, 0)
    if not sums:
        return top, sumexp, score
    totals, seen = sums
    shifts = seen * xp.where(sumexps == 0, 0.0, moved)
    return top, sumexp, score, xp.total(totals + shifts, 0), xp.total(seen, 0)


def _start(xp: Namespace, labels: Any, dtype: Any, *, sums: bool) -> tuple[Any, ...]:
    # From the labels: inside `jax.shard_map` the carry must vary as they do.
    zeros = xp.astype(labels * 0, dtype)
    # Finite, so that it can be subtracted from -inf, and below any other score.
    lowest = zeros + float(xp.finfo(dtype).min)
    return (lowest, zeros, zeros, *((zeros, zeros) if sums else ()))


def _update(
    xp: Namespace,
    carry: Any,
    scores: Any,
    is_label: Any,
    smoothing: Any,
    *,
    apart: bool,
) -> Any:
    """Return the carry after a block: all sums are relative to the new maximum."""
    top, sumexp, score, *sums = carry
    own = xp.total(xp.where(is_label, scores, 0.0), 1)
    smoothing = None if smoothing is None else smoothing[None, :]
    if apart:
        scores = xp.where(is_label, -math.inf, scores)
        smoothing = None if smoothing is None else xp.where(is_label, 0.0, smoothing)
    new = xp.maximum(top, xp.stop_gradient(xp.amax(scores, 1)))
    shifted = scores - new[:, None]
    moved = xp.where(sumexp == 0, 0.0, top - new)
    sumexp = sumexp * xp.exp(top - new) + xp.total(xp.exp(shifted), 1)
    score = score + own
    if smoothing is None:
        return new, sumexp, score
    total, seen = sums
    # 0 times the log-probability -inf is 0.
    is_impossible = xp.logical_and(smoothing == 0, shifted == -math.inf)
    block = xp.total(smoothing * xp.where(is_impossible, 0.0, shifted), 1)
    total = total + seen * moved + block
    return new, sumexp, score, total, seen + xp.total(smoothing, 1)
