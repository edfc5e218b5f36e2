"""Functions of the pairs of a list: of items i and j, as `sum_over_pairs` takes them.

These helpers avoid `where` and shared literals: XLA:CPU fuses purely arithmetic (L, L)
expressions into the sum, but materialises any `select` and any constant used by two of
them. Masks are therefore factors of 0 and 1, and constants come of an array of items.
"""

import math
from collections.abc import Mapping
from typing import Any

from funloss._algorithms._running_sums import clip_infinite
from funloss._array import Namespace

__all__ = [
    "Item",
    "is_more_relevant",
    "item_indices",
    "mask_nonnegative",
    "off_diagonal",
    "pair_mask",
    "presence",
    "score_differences",
    "split_infinite",
    "zeros",
]

Item = Mapping[str, Any]


def is_more_relevant(xp: Namespace, first: Item, second: Item) -> Any:
    """Return 1 where the label of the first item is higher, else 0."""
    difference = xp.stop_gradient(first["label"] - second["label"])
    return xp.sign(xp.maximum(difference, first["zero"]))


def presence(xp: Namespace, where: Any, like: Any) -> Any:
    """Return 1 for unmasked items, else 0; None without a mask."""
    return None if where is None else xp.astype(where, like.dtype)


def pair_mask(first: Item, second: Item) -> Any:
    """Return 1 for the pairs of unmasked items, else 0; just 1 without a mask."""
    if first["present"] is None:
        return 1.0
    return first["present"] * second["present"]


def item_indices(xp: Namespace, like: Any) -> Any:
    """Return the index of each item, for `off_diagonal`."""
    indices = xp.arange(like.shape[-1], dtype=like.dtype, **xp.device_kw(like))
    return xp.of_ndim(like.ndim, indices)[0] + zeros(xp, like)


def off_diagonal(xp: Namespace, first: Item, second: Item) -> Any:
    """Return 1 where i and j differ, else 0."""
    return xp.absolute(xp.sign(first["index"] - second["index"]))


def mask_nonnegative(xp: Namespace, values: Any, mask: Any, zero: Any) -> Any:
    """Return `values` >= 0 where `mask` is 1, and 0 where it is 0, even of infinity."""
    limited = xp.minimum(values, (mask + mask - (zero + 1.0)) * (zero + math.inf))
    return xp.clamp_min(limited, zero)


def split_infinite(xp: Namespace, scores: Any) -> dict[str, Any]:
    """Return the scores that are finite and the signs of the others, else 0."""
    is_infinite = xp.isinf(scores)
    finite = xp.where(is_infinite, 0.0, scores)
    return {"score": finite, "sign": xp.where(is_infinite, xp.sign(scores), 0.0)}


def score_differences(xp: Namespace, first: Item, second: Item) -> Any:
    """Return the difference of scores split above; between equal infinities, 0."""
    sign_difference, half = first["sign"] - second["sign"], first["zero"] + 0.5
    infinity = first["zero"] + math.inf
    # The bounds are (inf, inf) or (-inf, -inf) where the signs differ, else no bounds.
    bound = (sign_difference - half) * infinity
    difference = xp.maximum(first["score"] - second["score"], bound)
    return xp.minimum(difference, (sign_difference + half) * infinity)


def zeros(xp: Namespace, like: Any) -> Any:
    """Return zeros that are computed, not a constant."""
    return clip_infinite(xp, xp.stop_gradient(like)) * 0.0
