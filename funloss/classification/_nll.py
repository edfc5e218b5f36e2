"""Negative log-likelihood of log-probabilities."""

from funloss._core.class_rows import class_rows
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["nll_loss"]


@loss
def nll_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    axis: int = 1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Negative log-likelihood of class labels under log-probabilities.

    With ``y`` the label of a row and ``w`` the class weights (1 if None), the
    loss of the row is ``-w[y] * input[y]``.

    Args:
        input: Log-probabilities, shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. They are not checked to be normalised.
        target: Labels in ``0..C-1``, shape of `input` without its class axis,
            integers of any width.
        weight: Class weights, shape ``(C)``. The mean divides by the sum of
            ``w[y]`` over the rows that count.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not
            count.
        axis: Class axis of `input`; of a single row it is axis 0.
        where: Boolean, broadcastable to `target`. A False row has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in nats, shape of `target` for ``"none"``, else ``()``. The mean is
        nan when no row counts, with derivative 0.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, an option is unknown, or a label is out
            of range (on JAX: nan in value and gradient; see `debug_values`).

    Torch:
        `torch.nn.functional.nll_loss`; labels of any integer dtype and weights
        of any floating dtype are taken. `axis`, `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> log_p = np.log(np.asarray([[0.5, 0.5], [0.25, 0.75]]))
        >>> print(nll_loss(log_p, np.asarray([0, 1]), reduction="none").round(4))
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
        takes="labels",
    )
    xp, input = rows.xp, rows.scores
    if rows.bad is not None:
        input = xp.nan_where(input, rows.expand(rows.bad))
    losses = -xp.take_label(input, rows.target, rows.axis)
    weight = rows.label_weight
    return rows.reduce(losses, reduction, weight=weight, mean_weights=weight)
