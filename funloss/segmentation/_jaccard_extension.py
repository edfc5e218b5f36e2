"""The Lovász extension of the Jaccard loss: increments of sorted errors."""

import math
from collections.abc import Callable
from typing import Any

from funloss._algorithms._running_sums import positions
from funloss._array import Namespace
from funloss._core.labels import nan_rows_where
from funloss._core.pixels import Pixels

__all__ = ["jaccard_extension", "wrong_sides"]


def jaccard_extension(
    batch: Pixels, keys: Any, to_error: Callable[[Any], Any] | None = None
) -> Any:
    """Return the loss of each region of pixels, whose errors are in the order of keys.

    They are `to_error` of the keys, which may round to equal errors, or the keys
    themselves; masked pixels have none above 0. A nan, and a value out of range, makes
    the loss of its region nan, and all of its gradients.
    """
    xp = batch.xp
    input, keys, truth = (batch.rows(x) for x in (batch.input, keys, batch.target))
    void = xp.isnan(keys)
    bad = xp.any(void, axis=-1)
    bad = bad if batch.bad is None else xp.logical_or(bad, batch.bad)
    keys = xp.where(void, 0.0, keys)
    order = xp.argsort_descending(keys, -1)
    keys, truth = (xp.gather(x, order, -1) for x in (keys, truth != 0))
    errors = keys if to_error is None else to_error(keys)
    steps = _increments(xp, truth, errors.dtype)
    # An error of 0 has gradient 0, as have the hinge and the distance that it is of.
    used = xp.logical_and(steps > 0, errors > 0)
    losses = xp.total(xp.where(used, errors, 0.0) * steps, -1)
    return nan_rows_where(xp, losses, input, bad, -1)


def wrong_sides(batch: Pixels, truth: Any) -> Any:
    """Return by how much each score is on the wrong side of 0, -inf if masked.

    In this order, errors that round to the same keep that of the exact ones.
    """
    xp = batch.xp
    keys = (1.0 - 2.0 * truth) * batch.input
    return keys if batch.mask is None else xp.where(batch.mask, keys, -math.inf)


def _increments(xp: Namespace, truth: Any, dtype: Any) -> Any:
    """Return by how much the Jaccard loss grows as pixel after pixel becomes wrong.

    Before it, I positives are right, and U pixels are positive or wrong: a positive
    takes ``1 / U`` off ``I / U``, a negative ``I / (U * (U + 1))``.
    """
    # Counts of integers: those of float32 are exact up to 17 million pixels only.
    hits = xp.astype(truth, xp.int32)
    running = xp.astype(xp.cumulative_sum(hits, axis=-1), xp.int32)
    wrong, count = running - hits, running[..., -1:]
    right = xp.astype(count - wrong, dtype)
    union = xp.astype(count + positions(xp, truth) - wrong, dtype)
    share = xp.where(truth, 1.0, right / (union + 1.0)) / xp.clamp_min(union, 1.0)
    # Without positives the first wrong pixel takes the whole of 1 - 0 / 0.
    return xp.where(union == 0, 1.0, share)
