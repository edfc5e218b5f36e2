"""Losses of boxes by their intersection over union."""

from typing import Any, Literal

from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss._core.vector_rows import vector_rows
from funloss.detection._boxes import box_losses

__all__ = ["box_iou_loss"]

_KINDS = ("iou", "giou", "diou", "ciou")


@loss
def box_iou_loss(
    input: Array,
    target: ArrayLike,
    *,
    kind: Literal["iou", "giou", "diou", "ciou"] = "giou",
    eps: Real = 1e-7,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Box IoU loss: one minus the intersection over union; GIoU, DIoU and CIoU loss.

    With the areas ``I`` of the intersection, ``U`` of the union and ``H`` of the
    smallest box around both, the loss of a pair is, for each `kind`:

    - ``"iou"``: ``1 - I / (U + eps)``, with gradient 0 where the boxes do not overlap;
    - ``"giou"``: that plus ``(H - U) / (H + eps)``;
    - ``"diou"``: that of ``"iou"`` plus ``d2 / (c2 + eps)``, with the squares of the
      distance of the centres and of the diagonal of the smallest box around both;
    - ``"ciou"``: that of ``"diou"`` plus ``a * v``, where ``v`` is the squared
      difference of ``2 / pi * atan(width / height)`` and its factor ``a = v / (1 - I /
      (U + eps) + v + eps)`` is a constant.

    Boxes that touch do not overlap. Where corners of both coincide, the gradients of
    the maxima and minima are shared, as torch does.

    Args:
        input: Boxes ``x1, y1, x2, y2``, shape ``(*, 4)``, real.
        target: Boxes, shape ``(*, 4)``, broadcastable with `input`.
        kind: What is added to one minus the intersection over union.
        eps: Added to areas and squares that are divided by, >= 0, in their units; a
            number or a 0-d array. 0 over 0 is 0.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``, over pairs of boxes.
        weight: Factor on each pair's loss, broadcastable to ``(*)``. The mean divides
            by the sum of the weights.
        where: Boolean, broadcastable to ``(*)``. A False pair has loss 0, has gradient
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss, shape ``(*)`` for ``"none"``, else ``()``. Of boxes with ``x1 <= x2`` and
        ``y1 <= y2`` in 0..1 for ``"iou"``, else in 0..2 but for ``"ciou"``, where it
        is below 3. The mean of no pairs is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``eps < 0``, or `kind` or `reduction` is unknown.

    Numerics:
        What of each box lies outside the other is added up, not taken from areas, so
        the loss of nearly equal boxes has its digits, and so far from the origin.

        Boxes are not checked, for those of a model may be inverted as it trains: a
        negative width overlaps nothing, areas have its sign, and the difference of
        the two ``atan`` is the angle between the diagonals. A point, whose width and
        height are 0, has no shape: beside it ``v`` and its gradient are 0.

    Peers:
        `torchvision.ops.generalized_box_iou_loss`, `distance_box_iou_loss` and
        `complete_box_iou_loss`, with ``reduction="none"`` by default; the last one
        has its `eps` in the factor alone and is nan where a height and width are 0.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.0, 0.0, 2.0, 2.0]), np.asarray([1.0, 0.0, 3.0, 2.0])
        >>> for kind in ("iou", "giou", "diou", "ciou"):
        ...     print(kind, box_iou_loss(x, t, kind=kind).round(4))
        iou 0.6667
        giou 0.6667
        diou 0.7436
        ciou 0.7436

    References:
        H. Rezatofighi et al., Generalized intersection over union, 2019. Z. Zheng et
        al., Distance-IoU loss: faster and better learning for bounding box regression,
        2020.
    """
    check_choice(_KINDS, kind=kind)
    rows = vector_rows(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"eps": non_negative(eps)},
        check=_check_boxes,
    )
    (input, target), (eps,) = rows.vectors, rows.options
    losses = box_losses(rows.xp, input, target, eps, kind)
    return rows.reduce(losses, reduction, mean_over="weight")


def _check_boxes(**boxes: Any) -> None:
    for name, x in boxes.items():
        if not x.ndim or x.shape[-1] != 4:
            msg = f"{name} must have shape (*, 4), got {tuple(x.shape)}"
            raise ValueError(msg)
