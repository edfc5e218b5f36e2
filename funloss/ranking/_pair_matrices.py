"""Matrices of the pairs of a list: entry ``[..., i, j]`` is of items i and j.

These helpers avoid `where` and shared literals: XLA:CPU fuses purely arithmetic (L, L)
expressions into the sum, but materialises any `select` and any constant used by two of
them. Masks are therefore factors of 0 and 1, and constants come as columns.
"""

import math
from typing import Any

from funloss._array import Namespace

__all__ = [
    "clip_infinite",
    "constant_column",
    "finite_limit",
    "is_more_relevant",
    "mask_nonnegative",
    "off_diagonal",
    "pair_mask",
    "row_and_column",
    "score_differences",
]


def row_and_column(xp: Namespace, x: Any) -> tuple[Any, Any]:
    """Return ``x[i]`` and ``x[j]``, to broadcast to the pairs ``[i, j]``."""
    return xp.expand_dims(x, axis=-1), xp.expand_dims(x, axis=-2)


def constant_column(xp: Namespace, like: Any, value: float) -> Any:
    """Return a number for each first item i, to broadcast to the pairs."""
    return xp.expand_dims(_zeros(xp, like) + value, axis=-1)


def is_more_relevant(xp: Namespace, labels: Any) -> Any:
    """Return 1 where ``labels[i] > labels[j]``, else 0."""
    first, second = row_and_column(xp, xp.stop_gradient(labels))
    return xp.sign(xp.maximum(first - second, constant_column(xp, labels, 0.0)))


def pair_mask(xp: Namespace, where: Any, like: Any) -> Any:
    """Return 1 for the pairs of unmasked items, else 0; just 1 without a mask."""
    if where is None:
        return 1.0
    first, second = row_and_column(xp, xp.astype(where, like.dtype))
    return first * second


def off_diagonal(xp: Namespace, like: Any) -> Any:
    """Return 1 where i and j differ, else 0."""
    first, second = row_and_column(xp, _indices(xp, like))
    return xp.absolute(xp.sign(first - second))


def mask_nonnegative(xp: Namespace, values: Any, mask: Any, like: Any) -> Any:
    """Return `values` >= 0 where `mask` is 1, and 0 where it is 0, even of infinity."""
    one = constant_column(xp, like, 1.0)
    infinity = constant_column(xp, like, math.inf)
    limited = xp.minimum(values, (mask + mask - one) * infinity)
    return xp.clamp_min(limited, constant_column(xp, like, 0.0))


def score_differences(xp: Namespace, scores: Any) -> Any:
    """Return ``scores[i] - scores[j]``; between equal infinities, 0."""
    is_infinite = xp.isinf(scores)
    first, second = row_and_column(xp, xp.where(is_infinite, 0.0, scores))
    signs = xp.where(is_infinite, xp.sign(scores), 0.0)
    first_sign, second_sign = row_and_column(xp, signs)
    sign_difference, half = first_sign - second_sign, constant_column(xp, scores, 0.5)
    infinity = constant_column(xp, scores, math.inf)
    # The bounds are (inf, inf) or (-inf, -inf) where the signs differ, else no bounds.
    difference = xp.maximum(first - second, (sign_difference - half) * infinity)
    return xp.minimum(difference, (sign_difference + half) * infinity)


def clip_infinite(xp: Namespace, scores: Any) -> Any:
    """Return `scores`, infinite ones as numbers whose difference is finite."""
    limit = finite_limit(xp, scores)
    return xp.clamp(scores, -limit, limit)


def finite_limit(xp: Namespace, x: Any) -> float:
    """Return what stands for infinity where differences must be finite."""
    return float(xp.finfo(x.dtype).max) / 4


def _indices(xp: Namespace, like: Any) -> Any:
    indices = xp.arange(like.shape[-1], dtype=like.dtype, **xp.device_kw(like))
    return xp.of_ndim(like.ndim, indices)[0] + _zeros(xp, like)


def _zeros(xp: Namespace, like: Any) -> Any:
    """Return zeros that are computed, not a constant."""
    return clip_infinite(xp, xp.stop_gradient(like)) * 0.0
