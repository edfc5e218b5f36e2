"""Bi-tempered logistic loss: bounded, of probabilities with a heavy tail."""

from typing import Any

import funloss._algorithms as algorithms
from funloss._array import Namespace, is_number
from funloss._array.compiled import fixed
from funloss._core.class_rows import ClassRows, class_rows
from funloss._core.labels import expand_along
from funloss._core.loss import loss
from funloss._core.options import is_zero, unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["bi_tempered_loss"]


@loss
def bi_tempered_loss(
    input: Array,
    target: ArrayLike,
    *,
    t1: float = 0.8,
    t2: float = 1.2,
    label_smoothing: Real = 0.0,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    axis: int = 1,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Bi-tempered logistic loss: cross-entropy with a bound and a heavy tail.

    With ``log_t(u) = (u**(1 - t) - 1) / (1 - t)`` and ``exp_t`` its inverse, and the
    probabilities ``p = exp_t2(x - c)`` of the scores ``x``, where ``c`` makes them add
    up to 1, the loss of a row with label ``y`` is ``-log_t1(p[y]) - (1 - sum(p**(2 -
    t1))) / (2 - t1)``. With class probabilities ``q`` it is the sum of ``q *
    (log_t1(q) - log_t1(p)) - (q**(2 - t1) - p**(2 - t1)) / (2 - t1)``, 0 where ``p ==
    q``. For ``t1 = t2 = 1`` it is `cross_entropy`, less the entropy of ``q``.

    Args:
        input: Scores (logits), shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. A class with score -inf is impossible.
        target: Labels in ``0..C-1``, integers of any width, shape of `input`
            without its class axis; or class probabilities >= 0, floating, shape of
            `input`. These are not checked to add up to 1.
        t1: Of the logarithm, from 0 and below 2, a Python number. Below 1 the loss of
            a row is at most ``1 / (1 - t1)``.
        t2: Of the exponential, in 0..4, a Python number. Above 1 the tail of the
            probabilities is heavy; below 1 classes far behind have exactly 0.
        label_smoothing: In 0..1; a number or a 0-d array. Moves so much of each row's
            mass to equal probabilities.
        weight: Class weights, shape ``(C)``: a row's loss is multiplied by the weight
            of its label, or by ``sum(weight * q)``, and the mean divides by the sum of
            these over the rows that count.
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not
            count.
            With probabilities it must be negative, and means nothing.
        axis: Class axis of `input`; of a single row it is axis 0.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of floating
            `target` if None.

    Returns:
        Loss, one a row for ``"none"``, else ``()``. The mean is nan when no row
        counts, with derivative 0.

    Raises:
        TypeError: `input` is not floating, `t1` or `t2` is no Python number, or
            arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a label
            is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        ``bi_tempered_logistic_loss`` of the paper's authors, which takes one-hot
        labels, and stops after five steps of the search for the normalisation.

    Examples:
        >>> import numpy as np
        >>> scores, labels = np.asarray([[2.0, 0.0], [6.0, 0.0]]), np.asarray([0, 1])
        >>> print(bi_tempered_loss(scores, labels, reduction="none").round(4))
        [0.1096 2.7194]

    References:
        E. Amid, M. K. Warmuth, R. Anil and T. Koren, Robust bi-tempered logistic loss
        based on Bregman divergences, 2019.
    """
    t1, t2 = _checked("t1", t1, 2), _checked("t2", t2, 4)
    rows = class_rows(
        input,
        target,
        weight=weight,
        ignore_index=ignore_index,
        axis=axis,
        where=where,
        dtype=dtype,
        options={"label_smoothing": unit_interval(label_smoothing)},
    )
    (smoothing,) = rows.options
    row_weight = rows.row_weight()
    if t1 == t2 == 1 and rows.has_labels and is_zero(smoothing):
        losses = rows.cross_entropies(smoothing)
    else:
        options = t1, t2, rows.axis
        target = _smoothed(rows, smoothing)
        losses = _of_rows(rows.xp, rows.filled_scores(), target, options)
        losses = rows.nan_where_bad(losses)
        losses = losses if row_weight is None else losses * row_weight
    return rows.reduce(losses, reduction, mean_weights=row_weight)


def _checked(name: str, t: Any, most: int) -> float:
    t = fixed(t)
    if not is_number(t):
        msg = f"{name} must be a Python number, got {t!r}"
        raise TypeError(msg)
    # A t1 of 2 would make the loss of every label infinite.
    if not (0 <= t < 2 if name == "t1" else 0 <= t <= most):
        least = f"{name} must be >= 0 and <{'' if name == 't1' else '='} {most}"
        msg = f"{least}, got {t!r}"
        raise ValueError(msg)
    return float(t)


def _smoothed(rows: ClassRows, smoothing: Any) -> Any:
    """Return labels with a class axis of length 1, or probabilities."""
    xp, target = rows.xp, rows.target
    target = rows.expand(target) if rows.has_labels else target
    if is_zero(smoothing):
        return target
    if rows.has_labels:
        classes = xp.arange(rows.classes, dtype=target.dtype, **xp.device_kw(target))
        classes = expand_along(xp, classes, rows.axis, rows.scores.ndim)
        target = xp.astype(classes == target, rows.scores.dtype)
    return (1 - smoothing) * target + smoothing / rows.classes


def _of_rows(
    xp: Namespace, x: Any, target: Any, options: tuple[float, float, int]
) -> Any:
    _, t2, axis = options
    alpha = 2 - t2
    # The gradient in the scores includes what the scale changes.
    scale = None if alpha == 1 else algorithms.entmax_scale(xp, x, alpha, axis)
    d_target = None if xp.is_int(target.dtype) else algorithms.tempered_d_target
    partials = (algorithms.tempered_d_input, None, d_target, None)
    return xp.custom_jvp(
        algorithms.tempered_from_scale, partials, x, scale, target, options, axis=axis
    )
