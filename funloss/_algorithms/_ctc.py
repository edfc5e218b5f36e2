"""The forward-backward algorithm of CTC: losses and posteriors of the states.

Each sample has two rows of states, 0..S: state s of `blank` has emitted s labels and
then a blank; state s of `label` emits label s. Column 0 of `labels` is the blank, so
label states begin at 1.
"""

import math
from typing import Any, NamedTuple

from funloss._algorithms._scaled_float import (
    LOG_ZERO,
    ScaledFloat,
    add,
    exp,
    first_column,
    move_right,
    negative_log,
    times,
)
from funloss._array import Namespace

__all__ = [
    "Alignment",
    "alignment_loss",
    "emissions",
    "loss_and_posteriors",
    "time_first",
]


class Alignment(NamedTuple):
    """The targets to align with: N samples of up to S labels.

    Attributes:
        labels: The blank, then the labels; ``(N, 1 + S)``, in range.
        skip: Whether label s + 1 may follow label s without a blank; ``(N, 1 + S)``.
        frames: Number of frames of each sample, ``(N,)``.
        ends: Number of labels of each sample, ``(N,)``.
        penalty: Added to the losses, 0, inf or nan; ``(N,)``.
    """

    labels: Any
    skip: Any
    frames: Any
    ends: Any
    penalty: Any


def emissions(xp: Namespace, log_probs: Any, alignment: Alignment) -> tuple[Any, Any]:
    """Return the log-probabilities of `labels`, and which frames belong to a sample.

    Shapes ``(T, N, 1 + S)`` and ``(T, N, 1)``; the other frames hold 0.
    """
    labels = alignment.labels[None, ...]
    count = log_probs.shape[0]
    indices = xp.broadcast_to(labels, (count, *alignment.labels.shape))
    times = xp.arange(count, dtype=alignment.frames.dtype, **xp.device_kw(log_probs))
    is_used = times[:, None, None] < alignment.frames[None, :, None]
    log_emissions = xp.where(is_used, xp.gather(log_probs, indices, 2), 0.0)
    return xp.where(log_emissions < LOG_ZERO, LOG_ZERO, log_emissions), is_used


def alignment_loss(
    xp: Namespace, log_probs: Any, alignment: Alignment, *, zero_infinity: bool
) -> Any:
    """Return the loss of each sample; with `zero_infinity` 0 instead of inf."""
    log_emissions, is_used = emissions(xp, log_probs, alignment)
    loss, _, _ = _forward(xp, log_emissions, is_used, alignment, keep=False)
    return xp.where(loss == math.inf, 0.0, loss) if zero_infinity else loss


def loss_and_posteriors(
    xp: Namespace, log_probs: Any, alignment: Alignment, *, zero_infinity: bool
) -> tuple[Any, Any, Any]:
    """Return losses, posteriors, and in which frames the gradient is nan.

    The posteriors, ``(T, N, 1 + S)``, are the probabilities of the blank (column 0)
    and of each label in each frame, given the targets; times -1 they are the gradient
    of the loss. The gradient is nan, ``(T, N, 1)``, in frames of samples without a
    finite loss.
    """
    log_emissions, is_used = emissions(xp, log_probs, alignment)
    loss, last, fractions = _forward(xp, log_emissions, is_used, alignment, keep=True)
    posteriors = _backward(xp, last, fractions, alignment)
    if zero_infinity:
        is_infinite = loss == math.inf
        loss = xp.where(is_infinite, 0.0, loss)
        is_used = xp.logical_and(is_used, xp.logical_not(is_infinite)[None, :, None])
    is_nan = xp.logical_not(xp.isfinite(xp.stop_gradient(loss)))[None, :, None]
    return loss, xp.where(is_used, posteriors, 0.0), xp.logical_and(is_used, is_nan)


def _forward(
    xp: Namespace, log_emissions: Any, is_used: Any, alignment: Alignment, *, keep: bool
) -> tuple[Any, Any, Any]:
    """Return losses, the fraction of the last blank, and fractions of all states.

    The fractions, kept for `_backward`, are the part of a state's probability that
    comes from the state of its own row: of blank s from blank s, not label s; of
    label s from itself, not the states s - 1.
    """
    # Relative to the frame's likeliest label: where one alignment has nearly all the
    # probability, its loss is a sum of small numbers, not the logarithm of nearly 1.
    top = xp.stop_gradient(xp.amax(log_emissions, 2, keepdims=True))
    bias = LOG_ZERO * xp.astype(xp.logical_not(is_used), log_emissions.dtype)

    def step(carry: tuple[ScaledFloat, ScaledFloat], row: Any) -> tuple[Any, Any]:
        blank, label = carry
        log_emissions, top, bias = row
        emitted = exp(xp, log_emissions - top)
        before = label._replace(exponent=label.exponent + bias)
        after, kept = add(xp, blank, before)
        left = _where(xp, alignment.skip, after, blank)
        left = left._replace(exponent=left.exponent + bias)
        moved, stayed = add(xp, label, move_right(xp, left))
        of_blank = ScaledFloat(emitted.significand[:, :1], emitted.exponent[:, :1])
        carry = times(xp, after, of_blank), times(xp, moved, emitted)
        if not keep:
            return carry, ()
        return carry, (kept / after.significand, stayed / moved.significand)

    rows = log_emissions, top, bias
    (blank, label), fractions = xp.scan(step, _start(xp, log_emissions), rows)
    last, kept = add(xp, blank, label)
    ends = alignment.ends[:, None]
    total = ScaledFloat(*(xp.squeeze(xp.gather(x, ends, 1), axis=1) for x in last))
    loss = negative_log(xp, total, xp.squeeze(top, axis=2)) + alignment.penalty
    return loss, kept / last.significand, fractions


def _backward(xp: Namespace, last: Any, fractions: Any, alignment: Alignment) -> Any:
    """Return the posteriors: the probability of the last states, split backwards."""
    states = xp.arange(last.shape[1], dtype=alignment.ends.dtype, **xp.device_kw(last))
    end = xp.astype(states[None, :] == alignment.ends[:, None], last.dtype)

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        blank, label = carry
        kept, stayed = row
        left = (1.0 - stayed) * label
        left = xp.concat([left[:, 1:], xp.zeros_like(left[:, :1])], axis=1)
        after = blank + xp.where(alignment.skip, left, 0.0)
        before = kept * after + xp.where(alignment.skip, 0.0, left)
        carry_label = stayed * label + (1.0 - kept) * after
        return (before, carry_label), (xp.sum(blank, axis=1, keepdims=True), label)

    carry = last * end, (1.0 - last) * end
    _, (blanks, labels) = xp.scan(step, carry, fractions, reverse=True)
    return xp.where(states == 0, blanks, labels)


def _start(xp: Namespace, log_emissions: Any) -> tuple[ScaledFloat, ScaledFloat]:
    """Return the states before the first frame: no label is emitted."""
    blank = first_column(xp, log_emissions[0, ...])
    ones = blank.significand
    return blank, ScaledFloat(ones, ones * LOG_ZERO)


def _where(xp: Namespace, chosen: Any, a: ScaledFloat, b: ScaledFloat) -> ScaledFloat:
    pairs = zip(a, b, strict=True)
    return ScaledFloat(*(xp.where(chosen, *pair) for pair in pairs))


def time_first(log_probs: Any, other: Any) -> str:
    """Return what to do if samples come first in `log_probs`, as in another array."""
    frames, samples = log_probs.shape[0], log_probs.shape[1]
    if log_probs.ndim == 3 and tuple(other.shape[:1]) == (frames,) != (samples,):
        return ": time is the first axis of log_probs, samples the second"
    return ""
