"""Similarities of all pairs of rows, and which pairs are of one label."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from funloss._array import Namespace
from funloss._core.vector_rows import LabelledRows

__all__ = [
    "PairLabels",
    "map_row_blocks",
    "masked_logsumexp",
    "normalize_rows",
    "pair_labels",
    "pair_masks",
]

# The number of pairs in a block, and the least number of its rows.
_PAIRS, _MIN_ROWS = 2**20, 64


class PairLabels(NamedTuple):
    """Labels and indices of rows, as columns for i and as rows for j; masked: -1."""

    label: Any
    row: Any
    other_label: Any
    other_row: Any


def normalize_rows(batch: LabelledRows) -> Any:
    """Return the rows divided by their norms; rows of zeros stay."""
    return batch.xp.direction(batch.rows, 1)


def pair_labels(batch: LabelledRows) -> PairLabels:
    """Return what `pair_masks` takes."""
    xp, labels, where = batch.xp, batch.labels, batch.where
    count, device = batch.rows.shape[0], xp.device_kw(batch.rows)
    row = xp.arange(count, dtype=labels.dtype, **device)
    if where is not None:
        row = xp.where(where, row, -1)
    others = (xp.replicate_axes(x, 0)[None, :] for x in (labels, row))
    return PairLabels(labels[:, None], row[:, None], *others)


def map_row_blocks(
    batch: LabelledRows, function: Callable[..., Any], left: Any, right: Any
) -> tuple[Any, Any]:
    """Return ``function(left @ right.T, *pair_labels(batch))``, two numbers a row.

    Many rows are processed in blocks, whose scores are computed again for the gradient.
    On several devices there are no blocks: each has a part of the rows.
    """
    xp = batch.xp
    label, row, *others = pair_labels(batch)
    right = xp.replicate_axes(right, 0)

    def block(left: Any, label: Any, row: Any) -> tuple[Any, Any]:
        return function(xp.linear(left, right), label, row, *others)

    count = left.shape[0]
    if not xp.known(count) or not xp.blockwise or xp.num_shards(left) > 1:
        return block(left, label, row)
    size = max(_MIN_ROWS, _PAIRS // count)
    if size >= count:
        return block(left, label, row)
    step = xp.checkpoint(block)
    padding = -count % size
    stacks = [
        _stack_blocks(xp, x, size, padding, fill)
        for x, fill in ((left, 0), (label, 0), (row, -1))
    ]
    _, (first, second) = xp.scan(lambda _, rows: ((), step(*rows)), (), stacks)
    return xp.reshape(first, (-1,))[:count], xp.reshape(second, (-1,))[:count]


def _stack_blocks(xp: Namespace, x: Any, size: int, padding: int, fill: int) -> Any:
    """Return blocks of `size` rows, the last one padded with `fill`."""
    rest = xp.full_like(x[:padding, ...], fill)
    return xp.reshape(xp.concat([x, rest]), (-1, size, x.shape[1]))


def pair_masks(xp: Namespace, pairs: PairLabels) -> tuple[Any, Any]:
    """Return the masks of positive pairs (one label) and of negative ones."""
    label, row, other_label, other_row = pairs
    is_kept = xp.logical_and(row >= 0, other_row >= 0)
    is_same = label == other_label
    positive = xp.logical_and(is_kept, xp.logical_and(is_same, row != other_row))
    return positive, xp.logical_and(is_kept, xp.logical_not(is_same))


def masked_logsumexp(xp: Namespace, x: Any, mask: Any) -> tuple[Any, Any]:
    """Return ``log(sum(exp(x)))`` of each row where `mask`, and which rows have any.

    Rows without any have a finite number without meaning, so that gradients are finite.
    """
    has_any = xp.any(mask, axis=1, keepdims=True)
    rest = xp.where(has_any, -math.inf, xp.zeros_like(x[:, :1]))
    x = xp.where(mask, x, rest)
    return xp.logsumexp(x, 1, keepdims=True), has_any
