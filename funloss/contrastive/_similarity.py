"""Similarities of all pairs of rows, and which pairs are of one label."""

import functools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._core.batch_rows import LabelledRows, PairedRows
from funloss._core.row_blocks import map_blocks

__all__ = [
    "PairLabels",
    "gather_rows",
    "joint_logsumexp",
    "map_distance_blocks",
    "map_row_blocks",
    "mask_scores",
    "masked_logsumexp",
    "normalize_rows",
    "pair_labels",
    "pair_masks",
    "pair_places",
    "rows_of_terms",
]


class PairLabels(NamedTuple):
    """Labels and indices of rows, as columns for i and as rows for j; masked: -1."""

    label: Any
    row: Any
    other_label: Any
    other_row: Any


def normalize_rows(batch: LabelledRows) -> Any:
    """Return the rows divided by their norms; rows of zeros stay."""
    return batch.xp.direction(batch.rows, 1)


def gather_rows(xp: Namespace, x: Any, axis_name: Any) -> Any:
    """Return the rows of all devices, over mapped axes if these have a name."""
    return xp.replicate_axes(x, 0) if axis_name is None else xp.all_gather(x, axis_name)


def pair_labels(batch: LabelledRows) -> PairLabels:
    """Return what `pair_masks` takes, of all rows beside themselves."""
    xp, labels, where = batch.xp, batch.labels, batch.where
    row = _places(batch, batch.rows, labels.dtype)
    if where is not None:
        row = xp.where(where, row, -1)
    others = (gather_rows(xp, x, batch.axis_name)[None, :] for x in (labels, row))
    return PairLabels(labels[:, None], row[:, None], *others)


def pair_places(batch: PairedRows) -> PairLabels:
    """Return what `pair_masks` takes: rows of one place on both sides are positive."""
    xp, rows, where = batch.xp, batch.rows[0], batch.where
    # On several devices it lies as the rows do.
    label = xp.zeros_like(xp.total(rows, 1), dtype=xp.int32)
    label = label + _places(batch, rows, xp.int32)
    every_label = gather_rows(xp, label, batch.axis_name)
    # No row of one side is a row of the other.
    row, other = label, label + every_label.shape[0]
    if where is not None:
        row, other = (xp.where(where, x, -1) for x in (row, other))
    other = gather_rows(xp, other, batch.axis_name)
    return PairLabels(
        label[:, None], row[:, None], every_label[None, :], other[None, :]
    )


def _places(batch: LabelledRows | PairedRows, rows: Any, dtype: Any) -> Any:
    """Return the places of rows, among those of all devices if they are mapped."""
    xp, count = batch.xp, rows.shape[0]
    places = xp.arange(count, dtype=dtype, **xp.device_kw(rows))
    if batch.axis_name is None:
        return places
    return places + xp.astype(xp.axis_index(batch.axis_name) * count, dtype)


def map_row_blocks(
    xp: Namespace,
    function: Callable[..., Any],
    left: Any,
    right: Any,
    pairs: PairLabels,
    score: Callable[..., Any] | None = None,
    *,
    keep_sums: bool = True,
) -> list[Any]:
    """Return ``function(left @ right.T, *pairs)``, a tuple of results of rows.

    With `score`, ``score(left, right)`` takes the place of the product. The sums that
    `function` takes are kept for the gradient, unless not `keep_sums`: for sums of
    columns, of which each block has as many as there are.

    Many rows are processed in blocks, whose scores are computed again for the gradient.
    Results of shape ``(rows)`` are joined. Those of shape ``(1, columns)`` are stacked,
    one a block. On several devices there are no blocks: each has a part of the rows.
    """
    label, row, *others = pairs
    right = xp.replicate_axes(right, 0)
    score = xp.linear if score is None else score

    def block(left: Any, label: Any, row: Any) -> tuple[Any, ...]:
        return function(score(left, right), label, row, *others)

    def join(x: Any, count: int) -> Any:
        return xp.reshape(x, (-1,))[:count] if x.ndim == 2 else xp.squeeze(x, axis=1)

    rows, width = (left, label, row), right.shape[0]
    how = {"join": join, "fills": (0, 0, -1), "keep_sums": keep_sums}
    return map_blocks(xp, block, rows, width, **how)


def map_distance_blocks(
    xp: Namespace, function: Callable[..., Any], rows: Any, pairs: PairLabels
) -> list[Any]:
    """Return what `map_row_blocks` does of the distances of all rows from all."""
    distances = functools.partial(algorithms.row_distances, xp)
    return map_row_blocks(xp, function, rows, rows, pairs, distances, keep_sums=False)


def pair_masks(xp: Namespace, pairs: PairLabels) -> tuple[Any, Any]:
    """Return the masks of positive pairs (one label) and of negative ones."""
    label, row, other_label, other_row = pairs
    is_kept = xp.logical_and(row >= 0, other_row >= 0)
    is_same = label == other_label
    positive = xp.logical_and(is_kept, xp.logical_and(is_same, row != other_row))
    return positive, xp.logical_and(is_kept, xp.logical_not(is_same))


def rows_of_terms(
    xp: Namespace,
    formula: Callable[..., Any],
    d_scores: Callable[..., Any],
    scores: Any,
    terms: Iterable[Any],
) -> Any:
    """Return ``formula(xp, scores, *terms)``, a number for each row of scores.

    Its derivative in the scores is ``d_scores(xp, scores, *terms)``. The terms were
    computed from the scores, once for both.
    """
    terms = tuple(terms)
    partials = (d_scores, *(None for _ in terms))
    return xp.custom_jvp(formula, partials, scores, *terms, axis=1)


def masked_logsumexp(
    xp: Namespace, x: Any, mask: Any, axis: int = 1
) -> tuple[Any, Any]:
    """Return ``log(sum(exp(x)))`` of a matrix where `mask`, and where there is any.

    Where there is none it is a finite number without meaning, so that gradients are
    finite.
    """
    x, has_any = mask_scores(xp, x, mask, axis)
    return xp.logsumexp(x, axis, keepdims=True), has_any


def mask_scores(xp: Namespace, x: Any, mask: Any, axis: int = 1) -> tuple[Any, Any]:
    """Return a matrix, -inf where not `mask`, and where there is any of it.

    Where there is none it is 0.
    """
    has_any = xp.any(mask, axis=axis, keepdims=True)
    rest = xp.where(has_any, -math.inf, xp.zeros_like(has_any, dtype=x.dtype))
    return xp.where(mask, x, rest), has_any


def joint_logsumexp(xp: Namespace, parts: Any) -> Any:
    """Return the logsumexp of those of parts, on the first axis; of none it is -inf."""
    if parts.shape[0] == 1:
        return parts[0, ...]
    total, has_any = masked_logsumexp(xp, parts, parts != -math.inf, axis=0)
    return xp.squeeze(xp.where(has_any, total, -math.inf), axis=0)
