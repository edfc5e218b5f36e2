"""The alignments of CTC: what they cost, and how they occupy the states.

A probability is a pair: a significand and, apart from it, a whole exponent of
two, both floating. Sums and products of such pairs neither underflow nor lose
digits as a log-likelihood of tens of thousands does, need no logarithm, and are
differentiated as they stand, the exponents being constants.

Each sample has two rows of states, 0..S: in state s of `blank`, s labels are
done and the frame is blank; in state s of `label`, the frame is label s. Column
0 of `labels` is the blank, so label states begin at 1.
"""

import math
from typing import Any, NamedTuple

from funloss._array import Namespace

__all__ = [
    "NEVER",
    "Alignment",
    "Pair",
    "cost_and_occupancy",
    "cost_of",
    "emissions",
    "negative_log",
    "time_first",
]

# Exponent and log-probability of what cannot be; a real one is never below.
NEVER = -1e30
# log(2) in two parts: products of HI with whole numbers up to 2**14 are exact.
HI = 0.693359375
LO = math.log(2) - HI
_LARGE = 256.0


class Alignment(NamedTuple):
    """What to align: N samples of up to S labels.

    Attributes:
        labels: The blank, then the labels; ``(N, 1 + S)``, in range.
        skip: Whether the blank after label s may be left out; ``(N, 1 + S)``.
        frames: Number of frames of each sample, ``(N,)``.
        ends: Number of labels of each sample, ``(N,)``.
        penalty: Added to the costs, 0, inf or nan; ``(N,)``.
    """

    labels: Any
    skip: Any
    frames: Any
    ends: Any
    penalty: Any


class Pair(NamedTuple):
    """Numbers ``significand * 2**exponent``."""

    significand: Any
    exponent: Any


def emissions(xp: Namespace, log_probs: Any, plan: Alignment) -> tuple[Any, Any]:
    """Return the log-probabilities of `labels`, and which frames are in use.

    Shapes ``(T, N, 1 + S)`` and ``(T, N, 1)``; frames out of use hold 0.
    """
    labels = plan.labels[None, ...]
    count = log_probs.shape[0]
    where = xp.broadcast_to(labels, (count, *plan.labels.shape))
    times = xp.arange(count, dtype=plan.frames.dtype, **xp.device_kw(log_probs))
    live = times[:, None, None] < plan.frames[None, :, None]
    taken = xp.where(live, xp.gather(log_probs, where, 2), 0.0)
    return xp.where(taken < NEVER, NEVER, taken), live


def cost_of(xp: Namespace, log_probs: Any, plan: Alignment, *, forgive: bool) -> Any:
    """Return the cost of each sample; with `forgive` 0 instead of inf."""
    taken, live = emissions(xp, log_probs, plan)
    cost, _, _ = _forward(xp, taken, live, plan, keep=False)
    return xp.where(cost == math.inf, 0.0, cost) if forgive else cost


def cost_and_occupancy(
    xp: Namespace, log_probs: Any, plan: Alignment, *, forgive: bool
) -> tuple[Any, Any, Any]:
    """Return costs, occupancy, and which frames have no slope but nan.

    The occupancy, ``(T, N, 1 + S)``, is the probability of the blank (column 0)
    and of each label in each frame, given the targets; times -1 it is the slope
    of the cost. The frames, ``(T, N, 1)``, are those of samples without a
    finite cost.
    """
    taken, live = emissions(xp, log_probs, plan)
    cost, last, shares = _forward(xp, taken, live, plan, keep=True)
    occupancy = _backward(xp, last, shares, plan)
    if forgive:
        lost = cost == math.inf
        cost = xp.where(lost, 0.0, cost)
        live = xp.logical_and(live, xp.logical_not(lost)[None, :, None])
    spoilt = xp.logical_not(xp.isfinite(xp.stop_gradient(cost)))[None, :, None]
    return cost, xp.where(live, occupancy, 0.0), xp.logical_and(live, spoilt)


def _forward(
    xp: Namespace, taken: Any, live: Any, plan: Alignment, *, keep: bool
) -> tuple[Any, Any, Any]:
    """Return costs, how they split between the last states, and all shares.

    The shares, kept for `_backward`, tell in which part a state was reached from
    the state of its own row: blank s from blank s, rather than label s; label s
    from itself, rather than the states s - 1.
    """
    # Relative to the frame's likeliest label: where one alignment has all the
    # mass, its cost is a sum of small numbers, not the logarithm of nearly 1.
    top = xp.stop_gradient(xp.amax(taken, 2, keepdims=True))
    bias = NEVER * xp.astype(xp.logical_not(live), taken.dtype)

    def step(carry: tuple[Pair, Pair], row: Any) -> tuple[Any, Any]:
        blank, label = carry
        taken, top, bias = row
        emitted = _exp(xp, taken - top)
        after, kept = _add(xp, blank, Pair(label.significand, label.exponent + bias))
        left = Pair(
            xp.where(plan.skip, after.significand, blank.significand),
            xp.where(plan.skip, after.exponent, blank.exponent) + bias,
        )
        moved, stayed = _add(xp, label, _shifted(xp, left))
        of_blank = Pair(emitted.significand[:, :1], emitted.exponent[:, :1])
        carry = _times(xp, after, of_blank), _times(xp, moved, emitted)
        if not keep:
            return carry, ()
        return carry, (kept / after.significand, stayed / moved.significand)

    (blank, label), shares = xp.scan(step, _start(xp, taken), (taken, top, bias))
    last, kept = _add(xp, blank, label)
    ends = plan.ends[:, None]
    total = Pair(*(xp.squeeze(xp.gather(x, ends, 1), axis=1) for x in last))
    cost = negative_log(xp, total, xp.squeeze(top, axis=2)) + plan.penalty
    return cost, kept / last.significand, shares


def _backward(xp: Namespace, last: Any, shares: Any, plan: Alignment) -> Any:
    """Return the occupancy: the end's one alignment, divided by `shares`."""
    states = xp.arange(last.shape[1], dtype=plan.ends.dtype, **xp.device_kw(last))
    end = xp.astype(states[None, :] == plan.ends[:, None], last.dtype)

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        blank, label = carry
        kept, stayed = row
        left = (1.0 - stayed) * label
        left = xp.concat([left[:, 1:], xp.zeros_like(left[:, :1])], axis=1)
        after = blank + xp.where(plan.skip, left, 0.0)
        before = kept * after + xp.where(plan.skip, 0.0, left)
        carry_label = stayed * label + (1.0 - kept) * after
        return (before, carry_label), (xp.sum(blank, axis=1, keepdims=True), label)

    carry = last * end, (1.0 - last) * end
    _, (blanks, labels) = xp.scan(step, carry, shares, reverse=True)
    return xp.where(states == 0, blanks, labels)


def _start(xp: Namespace, taken: Any) -> tuple[Pair, Pair]:
    """Return the states before the first frame: no label is done."""
    # From the emissions, as inside `shard_map` a carry varies like its rows.
    ones = xp.astype(taken[0, ...] == taken[0, ...], taken.dtype) * 0.0 + 1.0
    states = xp.arange(taken.shape[2], **xp.device_kw(taken))
    blank = xp.where(states == 0, ones * 0.0, NEVER)
    return Pair(ones, blank), Pair(ones, ones * NEVER)


def _add(xp: Namespace, a: Pair, b: Pair) -> tuple[Pair, Any]:
    """Return the sum, and the part of its significand that comes from `a`."""
    exponent = xp.maximum(a.exponent, b.exponent)
    part = a.significand * xp.exp2(a.exponent - exponent)
    rest = b.significand * xp.exp2(b.exponent - exponent)
    return Pair(part + rest, exponent), part


def _times(xp: Namespace, a: Pair, b: Pair) -> Pair:
    """Return the product, with a significand that can be multiplied again."""
    significand, exponent = a.significand * b.significand, a.exponent + b.exponent
    large = significand >= _LARGE
    return Pair(
        xp.where(large, significand * (1 / _LARGE), significand),
        xp.where(large, exponent + math.log2(_LARGE), exponent),
    )


def _exp(xp: Namespace, x: Any) -> Pair:
    """Return ``exp(x)`` with a significand in 1..2."""
    exponent = xp.floor(xp.stop_gradient(x) * (1 / math.log(2)))
    rest = _remainder(x, exponent)
    # Far below, the remainder is all rounding; its slope stays 1.
    fixed = xp.stop_gradient(rest)
    return Pair(xp.exp(rest + (xp.clamp(fixed, 0.0, math.log(2)) - fixed)), exponent)


def _shifted(xp: Namespace, x: Pair) -> Pair:
    """Return the states moved one to the right."""
    pairs = zip(x, (1.0, NEVER), strict=True)
    return Pair(
        *(xp.concat([xp.full_like(v[:, :1], c), v[:, :-1]], axis=1) for v, c in pairs)
    )


def _remainder(x: Any, exponent: Any) -> Any:
    return (x - exponent * HI) - exponent * LO


def negative_log(xp: Namespace, x: Pair, top: Any) -> Any:
    """Return the cost of probability `x` times ``exp(sum(top))``, to an ulp."""
    whole = xp.round(top * (1 / math.log(2)))
    rest = xp.log(x.significand) + xp.sum(_remainder(top, whole), axis=0)
    exponent = x.exponent + xp.sum(whole, axis=0)
    coarse = xp.round(exponent / 4096) * 4096
    fine = exponent - coarse
    cost = -(coarse * HI + (fine * HI + (exponent * LO + rest)))
    return xp.where(exponent < NEVER / 10, math.inf, cost)


def time_first(log_probs: Any, other: Any) -> str:
    """Return what to do if samples come first in `log_probs`, as in another array."""
    frames, samples = log_probs.shape[0], log_probs.shape[1]
    if log_probs.ndim == 3 and tuple(other.shape[:1]) == (frames,) != (samples,):
        return ": time is the first axis of log_probs, samples the second"
    return ""
