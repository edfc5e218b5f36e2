"""Multi-label soft margin loss: sigmoid cross-entropy, averaged over the classes."""

from funloss._core.checks import check_axis
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.classification._binary_cross_entropy_with_logits import logit_losses

__all__ = ["multilabel_soft_margin_loss"]


@loss
def multilabel_soft_margin_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Multi-label soft margin loss: binary cross-entropy averaged over classes.

    With ``x`` the input and ``t`` the target, the loss of a row is the mean over
    its classes of ``w * ((1 - t) * softplus(x) + t * softplus(-x))``.

    Args:
        input: Logits, shape ``(*, C)``, real.
        target: Whether each class applies, 0..1, same shape, or a number.
        weight: Factor on each loss, broadcastable to `input`, such as ``(C)``.
            The mean still divides by the number of classes.
        reduction: ``"none"``, ``"mean"`` or ``"sum"`` over the rows.
        axis: Class axis.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``. The mean of no rows
        is nan, and so is a row without classes.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.multilabel_soft_margin_loss`, except that unequal
        shapes raise (torch broadcasts, then adds up the wrong axis) and that
        infinite logits have their exact limits. `axis`, `where` and `dtype` are
        new.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([[0.0, -800.0]]), np.asarray([[1.0, 0.0]])
        >>> print(multilabel_soft_margin_loss(x, t).round(4))
        0.3466
    """
    batch = elements(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        extras={"weight": weight},
        fill={"weight": 1.0},
        broadcast_weight=True,
        row_axis=axis,
    )
    xp, (input, target, weight) = batch.xp, batch.arrays.values()
    losses = logit_losses(xp, input, target)
    losses = losses if weight is None else losses * weight
    axis = check_axis(axis, input.ndim)
    return batch.reduce(xp.total(losses, axis) / input.shape[axis], reduction)
