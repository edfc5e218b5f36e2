"""The forward-backward algorithm of transducers: losses, and gradients of scores.

A lattice has a cell ``(t, u)`` for each frame and each number of labels emitted before.
A blank leads to the next frame, a label to the next column; an alignment leads from
cell ``(0, 0)`` by one step after the other out of the last cell of the last frame, by
a blank. All that an alignment passes through in its d-th step lies on a diagonal
``t + u = d``.
"""

import math
from typing import Any, NamedTuple

from funloss._algorithms._diagonals import from_diagonals, to_diagonals
from funloss._algorithms._scaled_float import (
    LOG_ZERO,
    add,
    exp,
    first_column,
    move_right,
    negative_log,
    times,
)
from funloss._array import Namespace

__all__ = ["Lattice", "Scores", "loss_and_gradient", "transducer_loss"]


class Lattice(NamedTuple):
    """The targets to align with: N samples of up to U labels.

    Attributes:
        labels: The label that each column emits, ``(N, U + 1)``, in range; a blank
            after the last, which leads to a column without any further step.
        frames: Number of frames of each sample, ``(N,)``.
        ends: Number of labels of each sample, ``(N,)``.
        penalty: Added to the losses, 0, inf or nan; ``(N,)``, in the dtype to compute
            in: scores stay in theirs until they are read.
    """

    labels: Any
    frames: Any
    ends: Any
    penalty: Any


class Scores(NamedTuple):
    """What the scores of a cell mean: the class of a blank, and how to normalise."""

    blank: int
    is_normalised: bool


class _Steps(NamedTuple):
    """Log-probabilities of the steps out of each cell, ``(N, T, U + 1)``.

    `top` and `log_sum` are those of the softmax of a cell, or None.
    """

    blank: Any
    label: Any
    top: Any
    log_sum: Any


def transducer_loss(
    xp: Namespace, logits: Any, lattice: Lattice, scores: Scores
) -> Any:
    """Return the loss of each sample, for scores ``(N, T, U + 1, V)``."""
    steps = _steps(xp, logits, logits, lattice, scores)
    return _forward(xp, steps, lattice, keep=False)[0]


def loss_and_gradient(
    xp: Namespace, logits: Any, lattice: Lattice, scores: Scores
) -> tuple[Any, Any]:
    """Return losses, and their gradients in `logits`, in the dtype to compute in.

    The gradient is nan in cells of samples without a finite loss.
    """
    used = _is_used(xp, logits, lattice)
    # Where nothing is read a nan must not reach the derivative of the gradient.
    read = xp.where(used[..., None], logits, 0.0)
    steps = _steps(xp, logits, read, lattice, scores)
    loss, stayed = _forward(xp, steps, lattice, keep=True)
    by_blank, by_label = (
        from_diagonals(xp, x, logits.shape[1]) for x in _backward(xp, stayed, lattice)
    )
    by_blank, by_label = (xp.where(used, x, 0.0) for x in (by_blank, by_label))
    is_bad = xp.logical_not(xp.isfinite(xp.stop_gradient(loss)))[:, None, None]
    own = xp.where(xp.logical_and(used, is_bad), math.nan, xp.zeros_like(by_blank))
    if not scores.is_normalised:
        x = xp.astype(read, loss.dtype)
        p = xp.exp((x - steps.top[..., None]) - steps.log_sum[..., None])
        own = (own + (by_blank + by_label))[..., None] * p
    else:
        own = own[..., None]
    # Compared rather than scattered: one pass writes the gradient.
    kind = {"dtype": lattice.labels.dtype, **xp.device_kw(logits)}
    classes = xp.arange(logits.shape[3], **kind)[None, None, None, :]
    is_label = classes == lattice.labels[:, None, :, None]
    taken = xp.where(is_label, by_label[..., None], 0.0)
    return loss, own - xp.where(classes == scores.blank, by_blank[..., None], taken)


def _is_used(xp: Namespace, logits: Any, lattice: Lattice) -> Any:
    """Return which cells belong to a sample, ``(N, T, U + 1)``."""
    kind = {"dtype": lattice.frames.dtype, **xp.device_kw(logits)}
    _, frames, columns, _ = logits.shape
    in_time = xp.arange(frames, **kind)[None, :] < lattice.frames[:, None]
    in_target = xp.arange(columns, **kind)[None, :] <= lattice.ends[:, None]
    return xp.logical_and(in_time[:, :, None], in_target[:, None, :])


def _steps(
    xp: Namespace, logits: Any, read: Any, lattice: Lattice, scores: Scores
) -> _Steps:
    """Return the steps out of each cell; those of cells that are not used are wrong.

    `read` are the scores that softmaxes are taken of, `logits` or those of used cells.
    """
    places = xp.broadcast_to(lattice.labels[:, None, :, None], (*logits.shape[:3], 1))
    dtype = lattice.penalty.dtype
    # Behind a barrier: what is cast for two uses would be written out.
    (picked,) = xp.optimization_barrier(logits)
    blank = xp.astype(picked[..., scores.blank], dtype)
    label = xp.astype(xp.squeeze(xp.gather(picked, places, 3), axis=3), dtype)
    top = log_sum = None
    if not scores.is_normalised:
        top = xp.astype(xp.stop_gradient(xp.amax(read, 3)), dtype)
        mass = xp.exp(xp.astype(read, dtype) - top[..., None])
        log_sum = xp.log(xp.sum(mass, axis=3))
        blank, label = ((x - top) - log_sum for x in (blank, label))
    return _Steps(blank, label, top, log_sum)


def _forward(
    xp: Namespace, steps: _Steps, lattice: Lattice, *, keep: bool
) -> tuple[Any, Any]:
    """Return losses, and for each diagonal and column the fraction that stayed there.

    It is the part of the probability of the cell that a step leads to, in this column
    of the next diagonal, that a blank brings: ``(T + U, N, U + 1)``, kept for
    `_backward`. A probability that has left the lattice stays in its column.
    """
    rows, top = _rows(xp, steps, lattice)

    def step(state: Any, row: Any) -> tuple[Any, Any]:
        blank, label = (times(xp, state, exp(xp, x)) for x in row)
        total, part = add(xp, blank, move_right(xp, label))
        return total, part / total.significand if keep else ()

    state, stayed = xp.scan(step, first_column(xp, rows[0][0, ...]), rows)
    ends = lattice.ends[:, None]
    total = type(state)(*(xp.squeeze(xp.gather(x, ends, 1), axis=1) for x in state))
    return negative_log(xp, total, top) + lattice.penalty, stayed


def _rows(xp: Namespace, steps: _Steps, lattice: Lattice) -> tuple[Any, Any]:
    """Return the diagonals of both steps, and what they are relative to.

    That is the likeliest step of the diagonal: where one alignment has nearly all the
    probability, its loss is a sum of small numbers, not the logarithm of nearly 1.
    """
    count, columns = steps.blank.shape[1:]
    kind = {"dtype": lattice.frames.dtype, **xp.device_kw(steps.blank)}
    d = xp.arange(count + columns - 1, **kind)[:, None, None]
    u = xp.arange(columns, **kind)[None, None, :]
    frames, ends = (x[None, :, None] for x in (lattice.frames, lattice.ends))
    t = d - u
    used = xp.logical_and(xp.logical_and(t >= 0, t < frames), u <= ends)
    blank, label = (
        xp.where(used, to_diagonals(xp, x, 0.0), LOG_ZERO)
        for x in (steps.blank, steps.label)
    )
    blank, label = (xp.where(x < LOG_ZERO, LOG_ZERO, x) for x in (blank, label))
    top = xp.stop_gradient(xp.amax(xp.maximum(blank, label), 2, keepdims=True))
    is_left = d >= frames + ends
    top = xp.where(is_left, 0.0, top)
    blank = xp.where(is_left, 0.0, blank - top)
    return (blank, label - top), top[:, :, 0]


def _backward(xp: Namespace, stayed: Any, lattice: Lattice) -> tuple[Any, Any]:
    """Return the probabilities of both steps given the targets, diagonal by diagonal.

    They are those after the last step, split backwards.
    """
    columns = xp.arange(
        stayed.shape[2], dtype=lattice.ends.dtype, **xp.device_kw(stayed)
    )
    is_end = xp.astype(columns[None, :] == lattice.ends[:, None], stayed.dtype)
    # From the fractions: inside `shard_map` the carry must vary as they do.
    last = is_end + 0.0 * stayed[0, ...]

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        ((after,), (stayed,)) = carry, row
        by_blank = stayed * after
        moved = after - by_blank
        by_label = xp.concat([moved[:, 1:], xp.zeros_like(moved[:, :1])], axis=1)
        return (by_blank + by_label,), (by_blank, by_label)

    return xp.scan(step, (last,), (stayed,), reverse=True)[1]
