"""Negative log-likelihood of log-probabilities."""

from funloss._core.arrays import cast_like, check_where, promote_arrays
from funloss._core.checks import check_integer
from funloss._core.labels import (
    batch_shape,
    check_class_weight,
    class_axis,
    class_labels,
    label_weights,
    match_rows,
)
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
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
    row costs ``-w[y] * input[y]``.

    Args:
        input: Log-probabilities, shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. They are not checked to be normalised.
        target: Labels in ``0..C-1``, shape of `input` without its class axis,
            integers of any width.
        weight: Class weights, shape ``(C)``. The mean divides by the sum of
            ``w[y]`` over the rows that count.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        ignore_index: Rows with this label cost 0, have slope 0 and do not count.
        axis: Class axis of `input`; of a single row it is axis 0.
        where: Boolean, broadcastable to `target`. A False row costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Cost in nats, shape of `target` for ``"none"``, else ``()``. The mean is
        nan when no row counts, with slope 0.

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
    check_integer(ignore_index=ignore_index)
    xp, out, (input,) = promote_arrays(dtype, input=input)
    axis = class_axis(input, axis)
    target = match_rows(xp, input, target, axis)
    (weight,) = cast_like(xp, input, weight=weight)
    check_class_weight(weight, input, axis)
    where = check_where(xp, input, where, batch_shape(input.shape, axis))
    labels, keep, bad = class_labels(
        xp, input, target, input.shape[axis], ignore_index=ignore_index, where=where
    )
    if bad is not None:
        input = xp.nan_where(input, xp.expand_dims(bad, axis=axis))
    cost = -xp.take_label(input, labels, axis)
    mass = label_weights(xp, weight, labels, keep)
    return reduce_losses(
        xp, out, cost, reduction, weight=mass, where=keep, mean_weights=mass
    )
