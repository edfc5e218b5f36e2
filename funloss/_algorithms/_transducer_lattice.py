"""The lattices of transducers: the checked lengths and labels of all samples."""

import math
from typing import Any

from funloss._algorithms._ctc_alignment import checked_labels
from funloss._algorithms._ctc_lengths import (
    check_lengths,
    clamp_lengths,
    integer_array,
    read_lengths,
    to_int64,
)
from funloss._algorithms._transducer import Lattice
from funloss._array import Namespace

__all__ = ["check_logits", "make_lattice"]


def check_logits(logits: Any) -> None:
    """Raise unless the shape is ``(N, T, U + 1, V)``, without a zero."""
    shape = tuple(logits.shape)
    if len(shape) != 4 or 0 in shape:
        msg = f"logits must have shape (N, T, U + 1, V), without a zero, got {shape}"
        raise ValueError(msg)


def make_lattice(
    xp: Namespace,
    logits: Any,
    targets: Any,
    logit_lengths: Any,
    target_lengths: Any,
    *,
    blank: int,
    where: Any,
    dtype: Any,
) -> Lattice:
    """Return the lattices of scores ``(N, T, U + 1, V)``, to compute in `dtype`.

    Bad lengths and labels raise where they can be read; elsewhere the losses of their
    samples are nan. Samples that `where`, ``(N,)``, masks have neither frames nor
    labels.
    """
    samples, frames, columns, _ = logits.shape
    given = integer_array(xp, logits, targets=targets)
    if tuple(given.shape) != (samples, columns - 1):
        msg = f"targets must have shape {(samples, columns - 1)}, as logits have "
        msg += f"{tuple(logits.shape)}, got {tuple(given.shape)}"
        raise ValueError(msg)
    used = read_lengths(xp, logits, samples, logit_lengths=logit_lengths)
    ends = read_lengths(xp, logits, samples, target_lengths=target_lengths)
    faults = [
        check_lengths(xp, frames, where, "", logit_lengths=used),
        check_lengths(xp, columns - 1, where, "", target_lengths=ends),
    ]
    used, ends = clamp_lengths(xp, frames, used), clamp_lengths(xp, columns - 1, ends)
    if where is not None:
        used, ends = (xp.where(where, x, 0) for x in (used, ends))
    wide = to_int64(xp, given)
    labels, bad = checked_labels(xp, logits, given, wide, ends, blank)
    last = xp.full_like(used, blank)[:, None]
    penalty = xp.zeros_like(used, dtype=dtype)
    # No alignment has the blank that it ends in.
    is_empty = used < 1 if where is None else xp.logical_and(used < 1, where)
    penalty = xp.where(is_empty, math.inf, penalty)
    for fault in (*faults, bad):
        if fault is not None:
            penalty = xp.where(fault, math.nan, penalty)
            used = xp.where(fault, frames, used)
            ends = xp.where(fault, columns - 1, ends)
    return Lattice(xp.concat([labels, last], axis=1), used, ends, penalty)
