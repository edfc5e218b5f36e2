"""Cross-entropy of unnormalised class scores."""

from typing import Any

from funloss._core.arrays import fill_masked
from funloss._core.class_rows import ClassRows, class_rows
from funloss._core.loss import loss
from funloss._core.options import is_zero, unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["cross_entropy"]


@loss
def cross_entropy(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    label_smoothing: Real = 0.0,
    axis: int = 1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Softmax cross-entropy between logits and class labels or probabilities.

    With ``p = softmax(input)`` and ``w`` the class weights (1 if None), the loss of
    a row of class probabilities ``q`` is ``-sum(w * q * log(p))``. A label ``y``
    stands for all its mass on class ``y``. Label smoothing ``s`` replaces ``q`` by
    ``(1 - s) * q + s / C``.

    Args:
        input: Scores (logits), shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. A class with score -inf is impossible.
        target: Labels in ``0..C-1``, integers of any width, shape of `input`
            without its class axis; or class probabilities, floating, shape of
            `input`. Probabilities are not checked to add up to 1.
        weight: Class weights, shape ``(C)``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. With labels the mean
            divides by the sum of ``w[y]`` over the rows that count, with
            probabilities by the number of rows.
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not
            count.
            With probabilities it must be negative, and means nothing.
        label_smoothing: In 0..1; a number or a 0-d array.
        axis: Class axis of `input`; of a single row it is axis 0.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of floating
            `target` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``. The mean is nan when
        no row counts, with derivative 0.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a
            label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Torch:
        `torch.nn.functional.cross_entropy`, except: the dtype of `target`, not
        its shape, tells labels from probabilities; labels of any integer dtype
        and weights of any floating dtype are taken; ``0 * log(0)`` is 0 with
        probabilities; ignored rows with nan or inf have derivative 0, not nan; a
        negative `label_smoothing` raises. `axis`, `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> scores = np.log(np.asarray([[0.5, 0.5], [0.25, 0.75]]))
        >>> print(cross_entropy(scores, np.asarray([0, 1]), reduction="none").round(4))
        [0.6931 0.2877]
    """
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
    losses = _of_labels(rows) if rows.has_labels else _of_probabilities(rows)
    return rows.reduce(losses, reduction, mean_weights=rows.label_weight)


def _of_labels(rows: ClassRows) -> Any:
    """Return the losses, weighted by class."""
    xp, scores, (smoothing,) = rows.xp, rows.scores, rows.options
    uniform = None
    if not is_zero(smoothing):
        ones = (1,) * scores.ndim
        uniform = xp.ones(ones, dtype=scores.dtype, **xp.device_kw(scores))
        uniform = uniform * rows.class_weight() / rows.classes
    losses = xp.softmax_cross_entropy_with_integer_labels(
        scores,
        rows.target,
        rows.axis,
        rows.keep,
        row_weight=rows.label_weight,
        smoothing_target=uniform,
        smoothing=smoothing,
    )
    return rows.nan_where_bad(losses)


def _of_probabilities(rows: ClassRows) -> Any:
    """Return the losses, weighted by class."""
    xp, target, (smoothing,) = rows.xp, rows.target, rows.options
    if not is_zero(smoothing):
        target = (1 - smoothing) * target + smoothing / rows.classes
    target = target * rows.class_weight()
    if rows.weight is not None:
        (target,) = fill_masked(xp, rows.expand(rows.keep), (target, 0.0))
    return xp.softmax_cross_entropy(rows.scores, target, rows.axis, rows.keep)
