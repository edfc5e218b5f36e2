"""How far the mean kernels of two samples are apart, added up a row at a time.

For each row, the mean over the rows of its own sample is compared with that over the
other sample, and only then are rows added up: rounded as they are, such differences are
as small as the discrepancy, and their roundings average out. Equal samples have
differences of 0, as both means then are of equal numbers in one order.

A pair of rows of one sample is in the sum twice. So a gradient is twice that of the
first row of each pair, which keeps that order as well.
"""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._core.batch_rows import TwoSamples
from funloss._core.row_blocks import map_blocks
from funloss.distribution._sample_kernels import Kernel

__all__ = ["discrepancy"]


class _Setting(NamedTuple):
    xp: Namespace
    kernel: Kernel
    unbiased: bool
    # If it is a number, which is no array to differentiate.
    bandwidth: Any


class _Side(NamedTuple):
    rows: Any
    # Of shape (N), or None.
    where: Any
    # The number of rows that count, or 1; and that of other rows, for each row.
    count: Any
    others: Any


def discrepancy(batch: TwoSamples, kernel: Kernel, *, unbiased: bool) -> Any:
    """Return the discrepancy of two samples, nan if one of them has no row."""
    xp, (x, y), (bandwidth,) = batch.xp, batch.sides, batch.options
    if 0 in (x.rows.shape[0], y.rows.shape[0]):
        nothing = xp.total(x.rows) + xp.total(y.rows)
        return xp.full_like(nothing, math.nan)
    number, array = (
        (None, bandwidth) if hasattr(bandwidth, "shape") else (bandwidth, None)
    )
    setting = _Setting(xp, kernel, unbiased, number)
    value, along, back = (
        functools.partial(f, setting) for f in (_value, _along, _gradients)
    )
    arrays = (x.rows, y.rows, x.where, y.where, array)
    found = xp.derivative_along(value, along, *arrays, back=back)
    for side in (x, y):
        if side.where is not None:
            found = xp.where(xp.any(side.where), found, math.nan)
    return found


def _value(setting: _Setting, *arrays: Any) -> tuple[Any]:
    xp, (sides, widths) = setting.xp, _unpacked(setting, arrays)

    def sums(distances: Any, where: Any, *_: Any) -> tuple[Any]:
        return (_sums(setting, setting.kernel.value, distances, where, widths),)

    each = (_contrasts(setting, sums, *pair)[0] for pair in (sides, sides[::-1]))
    return (functools.reduce(lambda x, y: x + y, map(xp.total, each)),)


def _along(setting: _Setting, moving: Any, held: Any, results: Any) -> Any:
    xp, gradients = setting.xp, _gradients(setting, held, 1.0, *results)
    pairs = ((x, g) for x, g in zip(moving, gradients, strict=True) if g is not None)
    return functools.reduce(lambda x, y: x + y, (xp.total(x * g) for x, g in pairs))


def _gradients(setting: _Setting, arrays: Any, g: Any, value: Any) -> tuple[Any, ...]:
    del value
    xp, (sides, widths) = setting.xp, _unpacked(setting, arrays)
    # Products of rows lose the digits of what these have in common.
    halves = (
        xp.total(0.5 / side.count * side.rows, 0, keepdims=True) for side in sides
    )
    centre = xp.stop_gradient(functools.reduce(lambda x, y: x + y, halves))
    by_bandwidth = setting.kernel.by_bandwidth if setting.bandwidth is None else None

    def pulls(distances: Any, where: Any, left: Any, right: Any) -> tuple[Any, ...]:
        left, right = left - centre, right - centre
        pull = _table(setting, setting.kernel.pull, distances, where, widths)
        towards = xp.linear(pull, xp.matrix_transpose(right), precise=True)
        rows = xp.total(pull, 1)[:, None] * left - towards
        if by_bandwidth is None:
            return (rows,)
        rest = (_sums(setting, by_bandwidth, distances, where, [h]) for h in widths)
        return (rows, *rest)

    pairs = sides, sides[::-1]
    (x, *more), (y, *rest) = (_contrasts(setting, pulls, *pair) for pair in pairs)
    by_width = None
    if more:
        each = [xp.total(a) + xp.total(b) for a, b in zip(more, rest, strict=True)]
        by_width = g * (xp.stack(each, axis=0) if arrays[-1].ndim else each[0])
    return 2.0 * g * x, 2.0 * g * y, None, None, by_width


def _unpacked(setting: _Setting, arrays: Any) -> tuple[tuple[_Side, _Side], list[Any]]:
    """Return both sides, and the bandwidths one by one."""
    xp, (x, y, keep_x, keep_y, widths) = setting.xp, arrays
    sides = _side(setting, x, keep_x), _side(setting, y, keep_y)
    if widths is None:
        return sides, [setting.bandwidth]
    return sides, list(xp.unstack(widths, axis=0)) if widths.ndim else [widths]


def _side(setting: _Setting, rows: Any, where: Any) -> _Side:
    xp = setting.xp
    if where is None:
        count = xp.count(rows.shape[:1], rows.dtype)
    else:
        count = xp.clamp_min(xp.total(xp.astype(where, rows.dtype)), 1.0)
    # A product, since Python refuses to divide by its own 0.
    one = xp.ones((), dtype=rows.dtype, **xp.device_kw(rows))
    return _Side(rows, where, count, (count - 1.0) * one if setting.unbiased else count)


def _contrasts(
    setting: _Setting, function: Callable[..., Any], own: _Side, other: _Side
) -> list[Any]:
    """Return the mean of own rows less that of others for each row, over all rows."""
    within, between = (_over_rows(setting, function, own, x) for x in (own, other))
    # Subtracted before the division: a compiler may leave one of two quotients
    # unrounded, and then those of equal sums differ.
    ratio, found = own.others / other.count, []
    for one, two in zip(within, between, strict=True):
        contrast = (one - ratio * two) / (own.others * own.count)
        if own.where is not None:
            where = own.where if contrast.ndim == 1 else own.where[:, None]
            contrast = setting.xp.where(where, contrast, 0.0)
        found.append(contrast)
    return found


def _over_rows(
    setting: _Setting, function: Callable[..., Any], left: _Side, right: _Side
) -> list[Any]:
    """Return what `function` makes of the distances of each row from all others."""
    xp, others = setting.xp, setting.xp.replicate_axes(right.rows, 0)
    where = None if right.where is None else xp.replicate_axes(right.where, 0)

    def block(rows: Any) -> tuple[Any, ...]:
        distances = algorithms.row_distances(xp, rows, others)
        return function(distances, where, rows, others)

    def join(x: Any, count: int) -> Any:
        return xp.reshape(x, (-1, *x.shape[2:]))[:count, ...]

    return map_blocks(xp, block, (left.rows,), others.shape[0], join=join)


def _table(
    setting: _Setting, function: Callable[..., Any], d: Any, where: Any, widths: Any
) -> Any:
    """Return the sum of `function` over bandwidths, 0 for rows that are masked."""
    each = (function(setting.xp, d, h) for h in widths)
    total = functools.reduce(lambda x, y: x + y, each)
    return total if where is None else setting.xp.where(where[None, :], total, 0.0)


def _sums(setting: _Setting, *table: Any) -> Any:
    return setting.xp.total(_table(setting, *table), 1)
