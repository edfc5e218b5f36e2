"""Softmax costs of linear scores, a block of classes at a time."""

import math
from typing import Any

from funloss._array import Namespace

__all__ = ["choose_chunk", "label_costs"]

# Scores that are cheap to hold as a whole, and those of one block.
_WHOLE = 2**20
_BLOCK = 2**18
_NARROWEST = 128


def choose_chunk(rows: int, classes: int) -> int:
    """Return how many classes to score at a time; `classes` means all at once.

    Beside a block, ``rows * chunk``, the backward pass holds one maximum for
    each row and block, ``rows * classes / chunk``: the root balances them.
    """
    if rows * classes <= _WHOLE:
        return classes
    size = max(_NARROWEST, math.isqrt(classes), _BLOCK // rows)
    return min(classes, 2 ** round(math.log2(size)))


def label_costs(
    xp: Namespace,
    x: Any,
    linear_weight: Any,
    linear_bias: Any,
    labels: Any,
    share: Any = None,
    *,
    chunk: int,
    narrow: bool = False,
) -> tuple[Any, Any]:
    """Return ``-log_softmax`` of each row's scores, at its label and summed up.

    The scores of `x`, shape ``(N, D)``, are ``x @ linear_weight.T + linear_bias``;
    the second result is the sum over classes of ``-share * log_softmax``, or None.
    All scores never exist at once: a loop over blocks of classes carries, for
    each row, the largest score, the sum of exponentials relative to it and the
    label's score, and its derivative computes each block again.
    """
    classes = linear_weight.shape[0]
    arrays = (linear_weight, linear_bias, share)

    def step(carry: Any, row: Any) -> Any:
        first = row[0] * chunk
        # The last block is a whole one as well and leaves out what others had.
        start = xp.where(first > classes - chunk, classes - chunk, first)
        weight, bias, part = (
            None if array is None else xp.block(array, start, chunk) for array in arrays
        )
        ids = start + xp.arange(chunk, dtype=labels.dtype, **xp.device_kw(x))
        scores = xp.project(x, weight, narrow=narrow)
        if bias is not None:
            scores = scores + xp.astype(bias, x.dtype)
        if classes % chunk:
            own = ids >= first
            ids = xp.where(own, ids, -1)
            scores = xp.where(own, scores, -math.inf)
            part = None if part is None else xp.where(own, part, 0.0)
        hit = labels[:, None] == ids[None, :]
        return _update(xp, carry, scores, hit, part), row[0]

    zeros = xp.zeros(x.shape[:1], dtype=x.dtype, **xp.device_kw(x))
    # Finite, so that it can be subtracted from -inf, and below any other score.
    lowest = xp.full_like(zeros, float(xp.finfo(x.dtype).min))
    carry = (lowest, zeros, zeros)
    if share is not None:
        carry = (*carry, zeros, xp.zeros((), dtype=x.dtype, **xp.device_kw(x)))
    count = -(-classes // chunk)
    blocks = xp.arange(count, dtype=labels.dtype, **xp.device_kw(x))
    carry, _ = xp.scan(xp.checkpoint(step), carry, (blocks,))
    top, mass, score, *sums = carry
    log_mass = xp.log(mass)
    rest = sums[1] * log_mass - sums[0] if sums else None
    return log_mass - (score - top), rest


def _update(xp: Namespace, carry: Any, scores: Any, hit: Any, part: Any) -> Any:
    """Return the carry after a block: all sums are relative to the new maximum."""
    top, mass, score, *sums = carry
    new = xp.maximum(top, xp.stop_gradient(xp.amax(scores, 1)))
    shifted = scores - new[:, None]
    mass = mass * xp.exp(top - new) + xp.total(xp.exp(shifted), 1)
    score = score + xp.total(xp.where(hit, scores, 0.0), 1)
    if part is None:
        return new, mass, score
    total, seen = sums
    # An impossible class without a share costs nothing.
    void = xp.logical_and(part[None, :] == 0, shifted == -math.inf)
    block = xp.total(part[None, :] * xp.where(void, 0.0, shifted), 1)
    moved = xp.where(mass == 0, 0.0, top - new)
    return new, mass, score, total + seen * moved + block, seen + xp.total(part)
