"""The cost of CTC alignments on NumPy, several frames to a change of exponents.

All states of a sample lie in one row, blank 0, label 1, blank 1, ..., label S,
blank S, behind two columns of zeros, so that a step is five passes over one
contiguous array. For a block of frames each state keeps a fixed exponent; where
float64 could underflow before the next change, there is no result.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from funloss._algorithms._ctc import NEVER, Alignment, Pair, emissions, negative_log
from funloss._array.numpy import NUMPY

__all__ = ["cost_of"]

# In bits: what a block of frames may take from a state, what a state may be below
# its neighbours before the block, and the exponent of 0.
_DECAY, _DEPTH, _ZERO = 250, 700, -(10**8)
_LONGEST, _PAD = 16, 2


class _Rows(NamedTuple):
    """The states of all samples, ``(N, 2 + M)`` each.

    Attributes:
        skip: 1 where a state can be reached from the last but one, else 0.
        need: The number of frames that it takes to reach a state.
        ends: Column of each sample's last blank, ``(N,)``.
    """

    skip: np.ndarray
    need: np.ndarray
    ends: np.ndarray


def cost_of(log_probs: Any, plan: Alignment, *, forgive: bool) -> Any:
    """Return the cost of each sample, with `forgive` 0 instead of inf; or None."""
    taken, _ = emissions(NUMPY, log_probs, plan)
    top = np.max(taken, axis=2, keepdims=True)
    np.subtract(taken, top, out=taken)
    bits = -float(np.min(taken)) / math.log(2)
    if not bits <= _DECAY:  # nan, or too unlikely
        return None
    size = _LONGEST if bits * _LONGEST <= _DECAY else int(_DECAY / bits)
    np.exp(taken, out=taken)
    total = _total(taken, plan, size)
    if total is None:
        return None
    cost = negative_log(NUMPY, total, top[:, :, 0].astype(np.float64))
    cost = cost.astype(log_probs.dtype) + plan.penalty
    return np.where(cost == math.inf, 0.0, cost) if forgive else cost


def _total(taken: Any, plan: Alignment, size: int) -> Pair | None:
    """Return the probabilities of the targets, or None at an underflow."""
    rows = _layout(plan)
    state = Pair(np.zeros(rows.skip.shape), np.full(rows.skip.shape, _ZERO))
    state.significand[:, _PAD], state.exponent[:, _PAD] = 1.0, 0
    total = Pair(np.zeros(len(rows.skip)), np.zeros(len(rows.skip)))
    _collect(total, state, rows, plan.frames == 0)
    factors = np.zeros((size, *rows.skip.shape))
    for start in range(0, len(taken), size):
        state = _rescaled(state, 2 * size)
        shallow = state.significand >= 2.0**-_DEPTH
        if not np.all(shallow | (rows.need > start)):
            return None
        block = taken[start : start + size]
        factors[: len(block), :, _PAD::2] = block[:, :, :1]
        factors[: len(block), :, _PAD + 1 :: 2] = block[:, :, 1:]
        _advance(total, state, rows, factors[: len(block)], plan.frames - start)
    none = total.significand == 0
    return Pair(
        np.where(none, 1.0, total.significand), np.where(none, NEVER, total.exponent)
    )


def _layout(plan: Alignment) -> _Rows:
    samples, width = plan.labels.shape
    shape = (samples, _PAD + 2 * width - 1)
    skip, need = np.zeros(shape), np.zeros(shape)
    skip[:, _PAD + 1 :: 2] = plan.skip[:, :-1]
    labels = np.arange(1, width) + np.cumsum(~plan.skip[:, :-1], axis=1)
    need[:, _PAD + 1 :: 2] = labels
    need[:, _PAD + 2 :: 2] = labels + 1
    need[:, _PAD] = 1.0
    ends = _PAD + 2 * plan.ends
    outside = np.arange(shape[1]) > ends[:, None]
    need[outside] = need[:, :_PAD] = math.inf
    return _Rows(skip, need, ends)


def _rescaled(state: Pair, reach: int) -> Pair:
    """Return the states with exponents that no state within `reach` exceeds."""
    x, change = np.frexp(state.significand)
    own = np.where(x == 0, _ZERO, state.exponent + change)
    highest, width = own, 1
    while width <= reach:
        wider = highest.copy()
        np.maximum(highest[:, width:], highest[:, :-width], out=wider[:, width:])
        highest, width = wider, 2 * width
    return Pair(np.ldexp(x, np.maximum(own - highest, -2000)), highest)


def _advance(
    total: Pair, state: Pair, rows: _Rows, factors: np.ndarray, left: Any
) -> None:
    """Run a block of frames in place, and collect the samples that end in it."""
    exponent = state.exponent.ravel()
    skip = rows.skip.ravel()[2:] * _power(exponent[:-2] - exponent[2:])
    step = _power(exponent[:-1] - exponent[1:])
    x, one, two = state.significand.ravel(), np.empty_like(step), np.empty_like(skip)
    for k, factor in enumerate(factors):
        np.multiply(step, x[:-1], out=one)
        np.multiply(skip, x[:-2], out=two)
        x[1:] += one
        x[2:] += two
        x *= factor.ravel()
        _collect(total, state, rows, left == k + 1)


def _power(k: np.ndarray) -> np.ndarray:
    # A larger ratio would lie beside an underflow, which ends the attempt.
    return np.ldexp(1.0, np.clip(k, -2000, 1000))


def _collect(total: Pair, state: Pair, rows: _Rows, done: np.ndarray) -> None:
    """Write the totals of the samples that are `done`."""
    if not done.any():
        return
    samples, ends = np.nonzero(done)[0], rows.ends[done]
    (x, y), (a, b) = ((v[samples, ends], v[samples, ends - 1]) for v in state)
    top = np.maximum(a, b)
    total.significand[done] = x * _power(a - top) + y * _power(b - top)
    total.exponent[done] = top
