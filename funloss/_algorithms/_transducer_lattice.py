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
    _check_shape(logits, given)
    used = read_lengths(xp, logits, samples, logit_lengths=logit_lengths)
    ends = read_lengths(xp, logits, samples, target_lengths=target_lengths)
    faults = [
        check_lengths(xp, frames, where, "", logit_lengths=used),
        check_lengths(xp, columns - 1, where, "", target_lengths=ends),
    ]
    used, ends = clamp_lengths(xp, frames, used), clamp_lengths(xp, columns - 1, ends)
    # No alignment has the blank that it ends in.
    penalty = xp.where(used < 1, math.inf, xp.zeros_like(used, dtype=dtype))
    if where is not None:
        used, ends = (xp.where(where, x, 0) for x in (used, ends))
        penalty = xp.where(where, penalty, 0.0)
    wide, last = to_int64(xp, given), xp.full_like(used, blank)[:, None]
    labels, bad = checked_labels(xp, logits, given, wide, ends, blank)
    for fault in (*faults, bad):
        if fault is not None:
            penalty = xp.where(fault, math.nan, penalty)
            used = xp.where(fault, frames, used)
            ends = xp.where(fault, columns - 1, ends)
    return Lattice(xp.concat([labels, last], axis=1), used, ends, penalty)


def _check_shape(logits: Any, targets: Any) -> None:
    whole, shape = tuple(logits.shape), tuple(targets.shape)
    if shape != (whole[0], whole[2] - 1):
        msg = f"targets must have shape {(whole[0], whole[2] - 1)}, as logits have "
        msg += f"{whole}, got {shape}"
        raise ValueError(msg)
