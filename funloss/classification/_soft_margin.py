"""Logistic loss of signed labels, for one class and for many."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["soft_margin_loss"]


@loss
def soft_margin_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Soft margin (logistic) loss: ``log(1 + exp(-target * input))``.

    The loss of an element is ``log(1 + exp(-target * input))``: nearly 0 for a
    score far on the right side, nearly linear on the wrong one.

    Args:
        input: Scores, shape ``(*)``, real.
        target: 1 or -1, broadcastable to `input`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.soft_margin_loss`, except: finite where torch
        overflows; the result has the promoted dtype, not the input's; `target`
        has a derivative. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> print(soft_margin_loss(np.asarray([-800.0]), np.ones(1)))
        800.0
    """
    batch = elements(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        fill={"target": 1.0},
        shapes="to_first",
    )
    losses = batch.map(_soft_margin, (_soft_margin_d_input, _soft_margin_d_target))
    return batch.reduce(losses, reduction)


def _soft_margin(xp: Namespace, x: Any, t: Any) -> Any:
    return xp.softplus(-t * x)


def _soft_margin_d_input(xp: Namespace, x: Any, t: Any) -> Any:
    return -t * xp.sigmoid(-t * x)


def _soft_margin_d_target(xp: Namespace, x: Any, t: Any) -> Any:
    return -x * xp.sigmoid(-t * x)
