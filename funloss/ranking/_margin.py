"""Margin ranking: the right one of two scores should lead."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked, promote_arrays
from funloss._core.checks import broadcast_shape, check_ndims_equal
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["margin_ranking_loss"]


@loss
def margin_ranking_loss(
    input1: Array,
    input2: ArrayLike,
    target: ArrayLike,
    *,
    margin: Real = 0.0,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Margin ranking loss: ``max(0, margin - target * (input1 - input2))``.

    An element costs ``max(0, -target * (input1 - input2) + margin)``. At exactly
    0 it is active: equal scores without margin have slope ``-target`` and
    ``+target``.

    Args:
        input1: Scores, shape ``(*)``, real.
        input2: Scores; as many dimensions, broadcastable.
        target: 1 where `input1` should lead, -1 where `input2` should; as many
            dimensions, broadcastable; or a number.
        margin: Lead to reach, in units of the scores; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Cost in units of the scores, the broadcast shape for ``"none"``, else
        ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.margin_ranking_loss`, except that three integer
        arrays raise and `target` may be a number. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> print(margin_ranking_loss(np.asarray([2.0]), np.zeros(1), -np.ones(1)))
        2.0
    """
    xp, out, (input1, input2, target) = promote_arrays(
        dtype, input1=input1, input2=input2, target=target
    )
    single = {} if target.shape == () else {"target": target}
    check_ndims_equal(input1=input1, input2=input2, **single)
    shape = broadcast_shape(input1=input1, input2=input2, target=target)
    margin = check_scalar(xp, input1, margin=margin)
    where = check_where(xp, input1, where, shape)
    input1, input2, target = fill_masked(
        xp, where, (input1, 0.0), (input2, 0.0), (target, 0.0)
    )
    cost = xp.custom_jvp(_lack, None, input1, input2, target, margin)
    return reduce_losses(xp, out, cost, reduction, where=where)


def _lack(xp: Namespace, input1: Any, input2: Any, target: Any, margin: Any) -> Any:
    return xp.clamp_min(-target * (input1 - input2) + margin, 0.0)
