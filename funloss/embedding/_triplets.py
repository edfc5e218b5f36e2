"""The triplets of each anchor of a batch: all of them, or those that are mined.

Each function takes distances of anchors to all rows, the margin, and the masks of
positives and negatives; it returns the sum of each anchor's losses, and how many count.
"""

import math
from typing import Any

import funloss._algorithms as algorithms
from funloss._array import Namespace

__all__ = ["all_triplets", "hard_triplets", "semihard_triplets"]


def all_triplets(
    xp: Namespace,
    distances: Any,
    margin: Any,
    masks: tuple[Any, Any],
    *,
    smooth: bool,
    count: str,
) -> tuple[Any, Any]:
    """Return sums over all positives and negatives, from sorted distances."""
    positives, _ = masks
    reach = xp.where(positives, distances + margin, distances)
    if smooth:
        partials = (_softplus_d_reach, _softplus_d_distances, None, None)
        arguments = (reach, distances, *masks)
        losses = xp.custom_jvp(_softplus, partials, *arguments, axis=1)
    else:
        losses, counts = algorithms.pair_hinges(xp, reach, *masks)
        if count == "active":
            return losses, counts
    own, others = (xp.total(xp.astype(x, losses.dtype), 1) for x in masks)
    return losses, own * others


def hard_triplets(
    xp: Namespace, distances: Any, margin: Any, masks: tuple[Any, Any], **how: Any
) -> tuple[Any, Any]:
    """Return the losses of the farthest positive and the nearest negative."""
    positives, negatives = masks
    lowest = float(xp.finfo(distances.dtype).min)
    farthest = xp.where(positives, distances, lowest)
    nearest = xp.where(negatives, -distances, lowest)
    total = sum(xp.amax(x, 1, keepdims=True) for x in (farthest, nearest))
    mined = xp.logical_and(*(xp.any(x, axis=1, keepdims=True) for x in masks))
    return _sums(xp, total + margin, mined, **how)


def semihard_triplets(
    xp: Namespace, distances: Any, margin: Any, masks: tuple[Any, Any], **how: Any
) -> tuple[Any, Any]:
    """Return the losses of each positive and the nearest negative beyond it."""
    positives, negatives = masks
    held = xp.stop_gradient(distances)
    order = xp.argsort(xp.where(negatives, held, math.inf), axis=1)
    ordered = xp.gather(xp.where(negatives, held, math.inf), order, 1)
    beyond = algorithms.count_ordered(xp, ordered, held, ties=True)
    farthest = xp.amax(xp.where(negatives, held, -1.0), 1, keepdims=True)
    last = algorithms.count_ordered(xp, ordered, farthest, ties=False)
    number = xp.sum(xp.astype(negatives, xp.int32), axis=1, keepdims=True)
    place = xp.where(beyond < xp.astype(number, xp.int32), beyond, last)
    others = xp.gather(distances, xp.gather(order, place, 1), 1)
    excess = distances - others + margin
    bad = xp.any(xp.logical_and(negatives, xp.isnan(held)), axis=1, keepdims=True)
    mined = xp.logical_and(positives, number > 0)
    return _sums(xp, xp.where(bad, math.nan, excess), mined, **how)


def _sums(
    xp: Namespace, excess: Any, mined: Any, *, smooth: bool, count: str
) -> tuple[Any, Any]:
    """Return the sum of the losses that are mined, and how many count."""
    idle = xp.logical_not(mined)
    excess = xp.where(idle, 0.0, excess)
    if not smooth:
        # Not a clamp: at the margin the gradient is 0, and nan stays nan.
        idle = xp.logical_or(idle, excess <= 0)
    losses = xp.where(idle, 0.0, xp.softplus(excess) if smooth else excess)
    counted = xp.logical_not(idle) if count == "active" else mined
    return xp.total(losses, 1), xp.total(xp.astype(counted, losses.dtype), 1)


def _softplus(
    xp: Namespace, reach: Any, distances: Any, positives: Any, negatives: Any
) -> Any:
    """Return the sum over positives and negatives, a positive at a time."""

    def step(carry: Any, column: Any) -> Any:
        reach, is_positive = column
        losses = xp.softplus(reach[:, None] - distances)
        losses = xp.total(xp.where(negatives, losses, 0.0), 1)
        return carry, xp.where(is_positive, losses, 0.0)

    columns = xp.matrix_transpose(reach), xp.matrix_transpose(positives)
    return xp.total(xp.scan(step, (), columns)[1], 0)


def _softplus_d_reach(xp: Namespace, *arguments: Any) -> Any:
    return _sigmoids(xp, *arguments)[0]


def _softplus_d_distances(xp: Namespace, *arguments: Any) -> Any:
    return _sigmoids(xp, *arguments)[1]


def _sigmoids(
    xp: Namespace, reach: Any, distances: Any, positives: Any, negatives: Any
) -> tuple[Any, Any]:
    """Return the derivatives in positives and in negatives."""

    def step(carry: Any, column: Any) -> Any:
        (total,), (reach, is_positive) = carry, column
        shares = xp.sigmoid(reach[:, None] - distances)
        is_pair = xp.logical_and(negatives, is_positive[:, None])
        shares = xp.where(is_pair, shares, 0.0)
        return (total - shares,), xp.total(shares, 1)

    # From an argument: inside `jax.shard_map` the carry must vary as it does.
    start = xp.astype(xp.isnan(distances), distances.dtype) * 0
    columns = xp.matrix_transpose(reach), xp.matrix_transpose(positives)
    (others,), own = xp.scan(xp.checkpoint(step), (start,), columns)
    return xp.matrix_transpose(own), others
