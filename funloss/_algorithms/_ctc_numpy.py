"""The loss of CTC alignments on NumPy, with one change of exponents a block of frames.

All states of a sample lie in one row, blank 0, label 1, blank 1, ..., label S, blank
S, after two columns of zeros, so that a step is five passes over one contiguous array.
For a block of frames each state keeps its exponent; where float64 could underflow
before the next change, there is no result.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from funloss._algorithms._ctc import Alignment, emissions
from funloss._algorithms._scaled_float import LOG_ZERO, ScaledFloat, negative_log
from funloss._array.numpy import NUMPY

__all__ = ["alignment_loss"]

# In bits: how far a state may fall in a block of frames, how far it may lie below its
# neighbours before the block, and the exponent of 0.
_DECAY, _DEPTH, _ZERO = 250, 700, -(10**8)
_LONGEST, _PAD = 16, 2


class _Layout(NamedTuple):
    """Where the states of all samples lie, ``(N, 2 + M)`` each.

    Attributes:
        skip: 1 where a state can be reached from the last but one, else 0.
        need: The number of frames that it takes to reach a state.
        ends: Column of each sample's last blank, ``(N,)``.
    """

    skip: np.ndarray
    need: np.ndarray
    ends: np.ndarray


def alignment_loss(log_probs: Any, alignment: Alignment, *, zero_infinity: bool) -> Any:
    """Return the loss of each sample, or None after an underflow."""
    log_emissions, _ = emissions(NUMPY, log_probs, alignment)
    top = np.max(log_emissions, axis=2, keepdims=True)
    np.subtract(log_emissions, top, out=log_emissions)
    bits = -float(np.min(log_emissions)) / math.log(2)
    if not bits <= _DECAY:  # nan, or too unlikely
        return None
    size = _LONGEST if bits * _LONGEST <= _DECAY else int(_DECAY / bits)
    np.exp(log_emissions, out=log_emissions)
    total = _total(log_emissions, alignment, size)
    if total is None:
        return None
    loss = negative_log(NUMPY, total, top[:, :, 0].astype(np.float64))
    loss = loss.astype(log_probs.dtype) + alignment.penalty
    return np.where(loss == math.inf, 0.0, loss) if zero_infinity else loss


def _total(log_emissions: Any, alignment: Alignment, size: int) -> ScaledFloat | None:
    """Return the probabilities of the targets, or None after an underflow."""
    layout = _layout(alignment)
    state = ScaledFloat(np.zeros(layout.skip.shape), np.full(layout.skip.shape, _ZERO))
    state.significand[:, _PAD], state.exponent[:, _PAD] = 1.0, 0
    total = ScaledFloat(np.zeros(len(layout.skip)), np.zeros(len(layout.skip)))
    _collect(total, state, layout, alignment.frames == 0)
    factors = np.zeros((size, *layout.skip.shape))
    for start in range(0, len(log_emissions), size):
        state = _rescaled(state, 2 * size)
        shallow = state.significand >= 2.0**-_DEPTH
        if not np.all(shallow | (layout.need > start)):
            return None
        block = log_emissions[start : start + size]
        factors[: len(block), :, _PAD::2] = block[:, :, :1]
        factors[: len(block), :, _PAD + 1 :: 2] = block[:, :, 1:]
        _advance(total, state, layout, factors[: len(block)], alignment.frames - start)
    none = total.significand == 0
    return ScaledFloat(
        np.where(none, 1.0, total.significand), np.where(none, LOG_ZERO, total.exponent)
    )


def _layout(alignment: Alignment) -> _Layout:
    samples, width = alignment.labels.shape
    shape = (samples, _PAD + 2 * width - 1)
    skip, need = np.zeros(shape), np.zeros(shape)
    skip[:, _PAD + 1 :: 2] = alignment.skip[:, :-1]
    labels = np.arange(1, width) + np.cumsum(~alignment.skip[:, :-1], axis=1)
    need[:, _PAD + 1 :: 2] = labels
    need[:, _PAD + 2 :: 2] = labels + 1
    need[:, _PAD] = 1.0
    ends = _PAD + 2 * alignment.ends
    outside = np.arange(shape[1]) > ends[:, None]
    need[outside] = need[:, :_PAD] = math.inf
    return _Layout(skip, need, ends)


def _rescaled(state: ScaledFloat, reach: int) -> ScaledFloat:
    """Return the states with exponents that no state within `reach` exceeds."""
    x, change = np.frexp(state.significand)
    own = np.where(x == 0, _ZERO, state.exponent + change)
    highest, width = own, 1
    while width <= reach:
        wider = highest.copy()
        np.maximum(highest[:, width:], highest[:, :-width], out=wider[:, width:])
        highest, width = wider, 2 * width
    return ScaledFloat(np.ldexp(x, np.maximum(own - highest, -2000)), highest)


def _advance(
    total: ScaledFloat,
    state: ScaledFloat,
    layout: _Layout,
    factors: np.ndarray,
    left: Any,
) -> None:
    """Run a block of frames in place, and collect the samples that end in it."""
    exponent = state.exponent.ravel()
    skip = layout.skip.ravel()[2:] * _power(exponent[:-2] - exponent[2:])
    step = _power(exponent[:-1] - exponent[1:])
    x, one, two = state.significand.ravel(), np.empty_like(step), np.empty_like(skip)
    for k, factor in enumerate(factors):
        np.multiply(step, x[:-1], out=one)
        np.multiply(skip, x[:-2], out=two)
        x[1:] += one
        x[2:] += two
        x *= factor.ravel()
        _collect(total, state, layout, left == k + 1)


def _power(k: np.ndarray) -> np.ndarray:
    # A larger ratio means an underflow beside it, after which there is no result.
    return np.ldexp(1.0, np.clip(k, -2000, 1000))


def _collect(
    total: ScaledFloat, state: ScaledFloat, layout: _Layout, done: np.ndarray
) -> None:
    """Write the probabilities of the samples that are `done`."""
    if not done.any():
        return
    samples, ends = np.nonzero(done)[0], layout.ends[done]
    (x, y), (a, b) = ((v[samples, ends], v[samples, ends - 1]) for v in state)
    top = np.maximum(a, b)
    total.significand[done] = x * _power(a - top) + y * _power(b - top)
    total.exponent[done] = top
