"""Soft dynamic time warping (soft-DTW) loss."""

from typing import Any, NamedTuple

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked, promote_arrays
from funloss._core.checks import REDUCTIONS, check_choice, check_values
from funloss._core.loss import loss
from funloss._core.options import check_options, positive
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["soft_dtw_loss"]


@loss
def soft_dtw_loss(
    input: Array,
    target: Array,
    *,
    gamma: Real = 1.0,
    normalize: bool = False,
    input_lengths: Array | None = None,
    target_lengths: Array | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Soft dynamic time warping (soft-DTW) loss of sequences of vectors.

    An alignment goes from the first pair of steps to the last, by one step in either
    sequence or in both. Its cost ``c`` is the sum of the squared Euclidean distances of
    its pairs; the loss is ``-gamma * log(sum(exp(-c / gamma)))`` over all alignments.

    Args:
        input: Sequences of vectors, shape ``(N, T, D)``, or ``(T, D)`` for one pair.
        target: Likewise, shape ``(N, S, D)`` or ``(S, D)``.
        gamma: How soft the minimum is, > 0, in the unit of squared distances: near 0
            the least cost of an alignment alone counts.
        normalize: Whether to subtract half of what each sequence has with itself (the
            soft-DTW divergence), which makes it 0 for equal sequences.
        input_lengths: Number of steps of each sequence, in ``1..T``: shape ``(N,)``,
            integer; all T if None. What lies beyond does not matter.
        target_lengths: Likewise, in ``1..S``.
        reduction: ``"none"``, ``"mean"`` (over pairs) or ``"sum"``.
        where: Boolean, shape ``(N,)``. A False pair has loss 0 and gradient 0 (even at
            nan) and does not count.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss in the unit of squared distances, shape ``(N,)`` for ``"none"``, else
        ``()``. It may be negative without `normalize`, as it is a minimum less than
        all. The mean of no pairs is nan.

    Raises:
        TypeError: Arrays are not floating, lengths are not integers, or arrays of two
            libraries.
        ValueError: Shapes do not match, there is no step, or `gamma` or a length is out
            of its range (as arrays on JAX: nan in value and gradient; see
            `debug_values`).

    Torch:
        None has it.

    Peers:
        ``pysdtw.SoftDTW`` and ``tslearn.metrics.SoftDTWLossPyTorch`` have it, the
        latter the divergence as well; the former rounds products of vectors.

    Numerics:
        Distances are those of differences. Values are relative to the least of each
        anti-diagonal, so that small `gamma` and long sequences keep their digits.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([[0.0], [2.0]]), np.asarray([[0.0], [0.0], [2.0]])
        >>> # Of five alignments one costs 0, the others 4, 4, 4 and 8.
        >>> print(soft_dtw_loss(x, y, gamma=0.01).round(4) + 0.0)
        0.0
        >>> print(soft_dtw_loss(x, y).round(4))
        -0.0538

    References:
        M. Cuturi and M. Blondel, Soft-DTW: a differentiable loss function for
        time-series, 2017; M. Blondel, A. Mensch and J.-P. Vert, Differentiable
        divergences between time series, 2021.
    """
    check_choice(REDUCTIONS, reduction=reduction)
    xp, out, arrays = promote_arrays(dtype, input=input, target=target)
    _check_shapes(*arrays)
    arrays[0], (gamma,) = check_options(xp, arrays[0], {"gamma": positive(gamma)})
    shape = tuple(arrays[0].shape[:-2])
    where = check_where(xp, arrays[0], where, shape)
    kept = None if where is None else xp.reshape(xp.broadcast_to(where, shape), (-1,))
    sides, faults = [], []
    arrays = arrays if shape else [x[None, ...] for x in arrays]
    given = {"input_lengths": input_lengths, "target_lengths": target_lengths}
    for x, (name, lengths) in zip(arrays, given.items(), strict=True):
        side, bad = _side(xp, x, kept, **{name: lengths})
        sides.append(side)
        faults.append(bad)
    losses = _losses(xp, sides, gamma, normalize=normalize)
    for bad in faults:
        losses = losses if bad is None else xp.nan_where(losses, bad)
    return reduce_losses(xp, out, xp.reshape(losses, shape), reduction, where=where)


class _Side(NamedTuple):
    """Sequences ``(N, T, D)``, 0 beyond their lengths ``(N,)``; None if all are T."""

    rows: Any
    lengths: Any


def _check_shapes(input: Any, target: Any) -> None:
    one, other = tuple(input.shape), tuple(target.shape)
    fit = len(one) in (2, 3) and len(one) == len(other)
    if not fit or one[:-2] != other[:-2] or one[-1] != other[-1]:
        msg = f"input and target must be of (N, T, D) and (N, S, D), got {one}, {other}"
        raise ValueError(msg)
    if 0 in (*one[-2:], *other[-2:]):
        msg = f"input and target must have a step and a feature, got {one}, {other}"
        raise ValueError(msg)


def _side(xp: Namespace, x: Any, kept: Any, **given: Any) -> tuple[_Side, Any]:
    """Return sequences without what does not count, and which have a bad length."""
    ((name, lengths),) = given.items()
    each = None if kept is None else kept[:, None, None]
    (x,) = fill_masked(xp, each, (x, 0.0))
    if lengths is None:
        return _Side(x, None), None
    count, steps = x.shape[:2]
    lengths = algorithms.integer_array(xp, x, **given)
    if tuple(lengths.shape) not in ((count,), () if count == 1 else (count,)):
        msg = f"{name} must have shape ({count},), got {tuple(lengths.shape)}"
        raise ValueError(msg)
    lengths = xp.reshape(lengths, (count,))
    own = algorithms.to_int64(xp, lengths)
    wrong = xp.logical_or(own < 1, own > steps)
    counted = wrong if kept is None else xp.logical_and(wrong, kept)
    bad = check_values(xp, f"in 1..{steps}", **{name: (lengths, counted)})
    own = xp.where(wrong, steps, own)
    places = xp.arange(steps, dtype=own.dtype, **xp.device_kw(x))
    inside = places[None, :] < own[:, None]
    (x,) = fill_masked(xp, inside[:, :, None], (x, 0.0))
    return _Side(x, own), bad


def _losses(xp: Namespace, sides: list[_Side], gamma: Any, *, normalize: bool) -> Any:
    one, other = sides
    like = one.rows
    if not hasattr(gamma, "shape"):
        gamma = xp.full((), gamma, dtype=like.dtype, **xp.device_kw(like))

    def between(one: _Side, other: _Side) -> Any:
        costs = algorithms.squared_row_distances(xp, one.rows, other.rows)
        return algorithms.soft_dtw(xp, costs, gamma, one.lengths, other.lengths)

    losses = between(one, other)
    if normalize:
        losses = losses - 0.5 * (between(one, one) + between(other, other))
    return losses
