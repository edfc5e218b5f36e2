"""Entmax losses: between cross-entropy and sparsemax, with probabilities of 0."""

from typing import Any

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._array.compiled import fixed
from funloss._core.class_rows import class_rows
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["entmax_loss"]


@loss
def entmax_loss(
    input: Array,
    target: ArrayLike,
    *,
    alpha: float = 1.5,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    axis: int = 1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Entmax loss: the Fenchel-Young loss of alpha-entmax; sparsemax for alpha 2.

    With ``h(p) = sum(p - p**alpha) / (alpha * (alpha - 1))``, Tsallis' entropy, and
    ``p`` the probabilities that maximise ``sum(p * x) + h(p)``, the entmax of the
    scores ``x``, the loss of a row of class probabilities ``q`` is ``sum((p - q) * x)
    + h(p) - h(q)``. A label ``y`` stands for all its mass on class ``y``. The
    derivative in the scores is ``p - q``. Classes far behind have a probability of
    exactly 0, and a class that leads all others by ``1 / (alpha - 1)`` has 1 and has
    loss 0.

    Args:
        input: Scores, shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``, floating. A
            class with score -inf is impossible.
        target: Labels in ``0..C-1``, integers of any width, shape of `input`
            without its class axis; or class probabilities >= 0, floating, shape of
            `input`. Where these do not add up to 1, the derivative is ``sum(q) * p -
            q``.
        alpha: Above 1, up to 2, a Python number. With 2 this is the sparsemax
            loss; as it falls to 1, the loss turns into `cross_entropy`.
        weight: Class weights, shape ``(C)``: a row's loss is multiplied by
            ``sum(weight * q)``, and the mean divides by the sum of that over the
            rows that count.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not
            count.
            With probabilities it must be negative, and means nothing.
        axis: Class axis of `input`; of a single row it is axis 0.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of floating
            `target` if None.

    Returns:
        Loss in units of the scores, one a row for ``"none"``, else ``()``. The
        mean is nan when no row counts, with derivative 0.

    Raises:
        TypeError: `input` is not floating, `alpha` is no Python number, or arrays
            of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a label
            is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `multiclass_sparsemax_loss` of optax and jaxopt is ``alpha=2``; there, a
        label out of range counts as another, and optax takes no single row.

    Examples:
        >>> import numpy as np
        >>> scores, labels = np.asarray([[2.0, 0.0], [0.5, 0.5]]), np.asarray([0, 1])
        >>> print(entmax_loss(scores, labels, reduction="none").round(4))
        [0.     0.3905]
        >>> print(entmax_loss(scores, labels, alpha=2, reduction="none"))
        [0.   0.25]

    References:
        B. Peters, V. Niculae, A. F. T. Martins, Sparse sequence-to-sequence
        models, 2019.
        A. F. T. Martins, R. F. Astudillo, From softmax to sparsemax, 2016.
    """
    alpha = _checked(alpha)
    rows = class_rows(
        input,
        target,
        weight=weight,
        ignore_index=ignore_index,
        axis=axis,
        where=where,
        dtype=dtype,
    )
    xp, target = rows.xp, rows.target
    target = rows.expand(target) if rows.has_labels else target
    losses = _of_rows(xp, rows.filled_scores(), target, alpha, rows.axis)
    losses = rows.nan_where_bad(losses)
    row_weight = rows.row_weight()
    losses = losses if row_weight is None else losses * row_weight
    return rows.reduce(losses, reduction, mean_weights=row_weight)


def _checked(alpha: Any) -> float:
    alpha = fixed(alpha)
    if not isinstance(alpha, int | float) or isinstance(alpha, bool):
        msg = f"alpha must be a Python number, got {alpha!r}"
        raise TypeError(msg)
    if alpha == 1:
        msg = "alpha must be > 1 and <= 2, got 1: that is cross_entropy"
        raise ValueError(msg)
    if not 1 < alpha <= 2:
        msg = f"alpha must be > 1 and <= 2, got {alpha!r}"
        raise ValueError(msg)
    return float(alpha)


def _of_rows(xp: Namespace, x: Any, target: Any, alpha: float, axis: int) -> Any:
    options = (alpha, axis)
    scale = algorithms.entmax_scale(xp, x, alpha, axis)
    d_target = None if xp.is_int(target.dtype) else algorithms.entmax_d_target
    # The loss is least in the scale, which therefore has no derivative of its own.
    partials = (algorithms.entmax_d_input, None, d_target, None)
    return xp.custom_jvp(
        algorithms.entmax_from_scale, partials, x, scale, target, options, axis=axis
    )
