"""Squared log-partition of logits, which keeps them from drifting."""

from funloss._core.loss import loss
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["z_loss"]


@loss
def z_loss(
    input: Array,
    *,
    weight: ArrayLike | None = None,
    axis: int = 1,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Z-loss: the squared log-partition ``logsumexp(input)**2`` of logits.

    It is least where the exponentials of a row add up to 1. Multiply it by a small
    number and add it to the cross-entropy, or use the `z_loss` of `cross_entropy`;
    for the router of a mixture of experts the classes are experts, and ``axis=-1``.

    Args:
        input: Scores (logits), shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. A class with score -inf is impossible.
        weight: Factor on each row's loss, shape of the losses or a number. The mean
            still divides by the number of rows.
        axis: Class axis of `input`; of a single row it is axis 0.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in squared nats, at least 0, one a row for ``"none"``, else ``()``; nan
        where all classes are impossible. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating.
        ValueError: Shapes do not fit, or `reduction` or `axis` is unknown.

    Peers:
        T5X's cross-entropy with `z_loss` adds it, but has no derivative in the factor
        and none of its second result. The usual factors are 1e-4 for a language model
        and 1e-3 for a router.

    Examples:
        >>> import numpy as np
        >>> print(z_loss(np.log(np.asarray([[0.5, 0.5], [1.0, 1.0]]))).round(4))
        0.2402

    References:
        A. Chowdhery et al., PaLM: Scaling language modeling with pathways, 2022.
        B. Zoph, I. Bello, S. Kumar, N. Du, Y. Huang, J. Dean, N. Shazeer and W. Fedus,
        ST-MoE: Designing stable and transferable sparse expert models, 2022.
    """
    rows = time_steps(
        input=input,
        axis=axis,
        inner={"input": 1},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    logsumexp = rows.xp.masked_logsumexp(rows.arrays["input"], rows.axis)
    return rows.reduce(rows.xp.square(logsumexp), reduction)
