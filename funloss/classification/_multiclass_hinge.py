"""Hinge loss over all classes: that of the strongest wrong class."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.class_rows import class_rows
from funloss._core.labels import expand_along
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["multiclass_hinge_loss"]


@loss
def multiclass_hinge_loss(
    input: Array,
    target: ArrayLike,
    *,
    margin: Real = 1.0,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    axis: int = 1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Multi-class hinge loss (Crammer-Singer): hinge of the best wrong class.

    With ``y`` the label of a row and ``w`` the class weights (1 if None), the
    loss of the row is ``w[y] * max(0, margin + input[j] - input[y])`` with ``j`` the
    wrong class of the largest score; with ``margin=0`` this is the multiclass
    perceptron's loss. Wrong classes that tie share the derivative equally, and so does
    the true class where it leads by just the margin.

    Args:
        input: Scores, shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``, floating. A
            wrong class with score -inf is none.
        target: Labels in ``0..C-1``, shape of `input` without its class axis,
            integers of any width.
        margin: Lead to keep, in units of the scores, >= 0; a number or a 0-d
            array.
        weight: Class weights, shape ``(C)``. The mean divides by the sum of
            ``w[y]`` over the rows that count.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Class axis of `input`; of a single row it is axis 0.
        where: Boolean, broadcastable to `target`. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in units of the scores, shape of `target` for ``"none"``, else
        ``()``. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, ``margin < 0``, `reduction` is unknown,
            or a label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `multiclass_hinge_loss` and `multiclass_perceptron_loss` of optax and
        jaxopt, with the classes last; a label out of range gives another finite
        number there, and scores around 1e4 lose digits. Keras's
        `categorical_hinge` of one-hot labels takes the best wrong class for 0
        where its score is negative. `multi_margin_loss` adds up all wrong
        classes, not the best alone.

    Examples:
        >>> import numpy as np
        >>> scores = np.asarray([[2.0, 1.5, 0.0], [0.0, -3.0, -1.0]])
        >>> print(multiclass_hinge_loss(scores, np.asarray([0, 1]), reduction="none"))
        [0.5 4. ]

    References:
        K. Crammer, Y. Singer, On the algorithmic implementation of multiclass
        kernel-based vector machines, 2001.
        M. Collins, Discriminative training methods for hidden Markov models, 2002.
    """
    rows = class_rows(
        input,
        target,
        weight=weight,
        axis=axis,
        where=where,
        dtype=dtype,
        options={"margin": non_negative(margin)},
        takes="labels",
    )
    place = rows.expand(rows.target)
    arguments = (rows.filled_scores(), *rows.options, place, rows.axis)
    partials = (_d_input, _d_margin, None, None)
    losses = rows.xp.custom_jvp(
        _hinge, partials, *arguments, axis=rows.axis, shared=_rival
    )
    losses = rows.nan_where_bad(losses)
    row_weight = rows.row_weight()
    losses = losses if row_weight is None else losses * row_weight
    return rows.reduce(losses, reduction, mean_weights=row_weight)


def _hinge(xp: Namespace, *arguments: Any) -> Any:
    _, hinge = _rival(xp, *arguments)
    *_, axis = arguments
    return xp.clamp_min(hinge[(slice(None),) * axis + (0, ...)], 0.0)


def _d_margin(xp: Namespace, x: Any, margin: Any, *others: Any) -> Any:
    """Return the share of each wrong class in the loss, 0 beyond the margin."""
    del margin
    place, axis, best, hinge = others
    leads, ties = _leaders(xp, x, place, axis, best)
    return leads * _share(xp, ties, hinge)


def _d_input(xp: Namespace, x: Any, margin: Any, *others: Any) -> Any:
    del margin
    place, axis, best, hinge = others
    leads, ties = _leaders(xp, x, place, axis, best)
    share = _share(xp, ties, hinge)
    true = _classes(xp, x, place, axis) == place
    return xp.where(true, -ties * share, leads * share)


def _rival(
    xp: Namespace, x: Any, margin: Any, place: Any, axis: int
) -> tuple[Any, Any]:
    """Return the best wrong score, and the margin less the lead of the true one.

    Without a wrong class it is -inf, also for a true class at -inf.
    """
    best = xp.amax(_wrong(xp, x, place, axis), axis, keepdims=True)
    hinge = margin + (best - xp.gather(x, place, axis))
    return best, xp.where(best == -math.inf, -math.inf, hinge)


def _leaders(
    xp: Namespace, x: Any, place: Any, axis: int, best: Any
) -> tuple[Any, Any]:
    """Return 1 for the best wrong classes, else 0, and their number."""
    leads = xp.astype(_wrong(xp, x, place, axis) == best, x.dtype)
    return leads, xp.total(leads, axis, keepdims=True)


def _share(xp: Namespace, ties: Any, hinge: Any) -> Any:
    # At the margin, the true class is one of those that tie.
    share = xp.where(hinge == 0, 1 / (ties + 1), 1 / ties)
    return xp.where(hinge < 0, 0.0, share)


def _wrong(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    return xp.where(_classes(xp, x, place, axis) == place, -math.inf, x)


def _classes(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    classes = xp.arange(x.shape[axis], dtype=place.dtype, **xp.device_kw(x))
    return expand_along(xp, classes, axis, x.ndim)
