"""Margin loss over all classes, several of them true."""

from typing import Any

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked
from funloss._core.checks import check_shapes_equal, check_values
from funloss._core.elements import elements
from funloss._core.labels import (
    as_row,
    batch_shape,
    check_integers,
    class_axis,
    nan_rows_where,
)
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["multilabel_margin_loss"]


@loss
def multilabel_margin_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Multi-label margin loss: hinge over pairs of target and other classes.

    The true classes of a row are the labels before its first -1. Its loss is
    ``1 / C * sum(max(0, 1 - input[k] + input[i]))`` over its true classes ``k``,
    as often as they are listed, and all other classes ``i``. A class that just
    keeps its distance has gradient 0, and a nan score has loss 0.

    Args:
        input: Scores, shape ``(C)`` or ``(N, C)``, floating.
        target: Labels in ``0..C-1``, ended by -1, same shape, integers of any
            width. Labels behind the -1 do not count, but must lie in ``-1..C-1``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Class axis.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss, one a row for ``"none"``, else ``()``. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes differ, `reduction` is unknown, or a label is out of
            range (on JAX: nan in value and gradient; see `debug_values`).

    Torch:
        `torch.nn.functional.multilabel_margin_loss`; 16-bit floats, labels of any
        integer dtype and more axes are taken, the mean of no rows is nan (torch:
        uninitialised memory). `axis`, `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> scores, labels = np.asarray([0.1, 0.2, 0.4, 0.8]), np.asarray([3, 0, -1, 1])
        >>> print(multilabel_margin_loss(scores, labels).round(4))
        0.85
    """
    batch = elements(input=input, where=True, dtype=dtype)
    xp, (input,) = batch.xp, batch.arrays.values()
    check_integers(input, target)
    check_shapes_equal(input=input, target=target)
    axis = class_axis(as_row(xp, input), axis)
    input, target = (xp.moveaxis(as_row(xp, x), axis, -1) for x in (input, target))
    batch = batch.replace(
        where=check_where(xp, input, where, batch_shape(input.shape, -1))
    )
    keep = None if batch.where is None else xp.expand_dims(batch.where, axis=-1)
    labels, listed, bad = _label_lists(xp, target, keep)
    (input,) = fill_masked(xp, keep, (input, 0.0))
    losses = algorithms.sum_of_hinges(xp, input, labels, listed) / input.shape[-1]
    losses = nan_rows_where(xp, losses, input, bad, -1)
    return batch.reduce(losses, reduction)


def _label_lists(xp: Namespace, target: Any, keep: Any) -> tuple[Any, Any, Any]:
    """Return labels that are safe to gather by, which are listed, and bad rows."""
    given, target = target, xp.saturated(target)
    bad = xp.logical_or(target < -1, target >= target.shape[-1])
    bad = bad if keep is None else xp.logical_and(bad, keep)
    bad = check_values(xp, f"in -1..{target.shape[-1] - 1}", target=(given, bad))
    ended = xp.cumulative_sum(xp.astype(target == -1, xp.int32), axis=-1)
    listed = xp.logical_and(ended == 0, target >= 0)
    listed = xp.logical_and(listed, target < target.shape[-1])
    bad = bad if bad is None else xp.any(bad, axis=-1)
    return xp.where(listed, target, 0), listed, bad
