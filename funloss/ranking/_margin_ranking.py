"""Margin ranking loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_ndims_equal
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import real
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

    The loss of an element is ``max(0, -target * (input1 - input2) + margin)``. At
    exactly 0 the hinge is active: equal scores without margin have gradients
    ``-target`` and ``+target``.

    Args:
        input1: Scores, shape ``(*)``, real.
        input2: Scores; as many dimensions, broadcastable.
        target: 1 where `input1` should be larger, -1 where `input2` should; as many
            dimensions, broadcastable; or a number.
        margin: Score difference to reach, in units of the scores; a number or a 0-d
            array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False element has loss 0 and
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Loss in units of the scores, the broadcast shape for ``"none"``, else ``()``.
        The mean of no elements is nan.

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
    batch = elements(
        input1=input1,
        input2=input2,
        target=target,
        where=where,
        dtype=dtype,
        options={"margin": real(margin)},
        shapes="broadcast",
        check=_check_ndims,
    )
    return batch.reduce(batch.map(_margin_ranking), reduction)


def _check_ndims(*, input1: Any, input2: Any, target: Any) -> None:
    others = {} if target.shape == () else {"target": target}
    check_ndims_equal(input1=input1, input2=input2, **others)


def _margin_ranking(
    xp: Namespace, input1: Any, input2: Any, target: Any, margin: Any
) -> Any:
    return xp.clamp_min(-target * (input1 - input2) + margin, 0.0)
