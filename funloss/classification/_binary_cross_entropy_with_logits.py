"""Binary cross-entropy of logits."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["binary_cross_entropy_with_logits", "logit_losses"]


@loss
def binary_cross_entropy_with_logits(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    pos_weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Binary cross-entropy between logits and targets (sigmoid cross-entropy).

    With ``x`` the input, ``t`` the target and ``v`` the `pos_weight` (1 if
    None), the loss of an element is ``(1 - t) * softplus(x) + v * t *
    softplus(-x)``: `binary_cross_entropy` of ``sigmoid(x)``, exact in both tails.

    Args:
        input: Logits, shape ``(*)``, real.
        target: True probabilities, same shape, or a number; not checked to lie in
            0..1.
        weight: Factor on each element's loss, broadcastable to `input`. The mean
            still divides by the number of elements.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        pos_weight: Factor on the loss of a true 1, broadcastable to `input`.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.binary_cross_entropy_with_logits`, except: exact
        where torch cancels (``input`` far below 0) or is nan (infinite logits);
        the result has the promoted dtype, not the target's; integer targets, a
        number as target, and derivatives with respect to both weights are taken.
        `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.0, -20.0]), np.asarray([1.0, 0.0])
        >>> print(binary_cross_entropy_with_logits(x, t, reduction="none"))
        [6.93147181e-01 2.06115362e-09]
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        extras={"pos_weight": pos_weight},
        fill={"pos_weight": 1.0},
        broadcast_weight=True,
    )
    losses = logit_losses(batch.xp, *batch.arrays.values())
    return batch.reduce(losses, reduction)


def logit_losses(xp: Namespace, x: Any, t: Any, pos_weight: Any = None) -> Any:
    """Return the loss of each logit."""
    partials = (_logit_bce_d_input, _logit_bce_d_target, _logit_bce_d_pos_weight)
    return xp.custom_jvp(_logit_bce, partials, x, t, pos_weight)


def _logit_bce(xp: Namespace, x: Any, t: Any, pos_weight: Any) -> Any:
    positive = t if pos_weight is None else t * pos_weight
    near = xp.softplus_tail(xp.absolute(x))
    if pos_weight is None:
        far = x * (xp.astype(x > 0, x.dtype) - t)
    else:
        far = (1 - t) * xp.clamp_min(x, 0.0) + positive * xp.clamp_min(-x, 0.0)
        near = near * (1 - t + positive)
    if not xp.may_be_infinite(x):
        return near + far
    # A weight of 0 on an infinite tail has loss 0.
    void = (x == math.inf) & (t == 1) | (x == -math.inf) & (positive == 0)
    return xp.where(void, 0.0, near + far)


def _logit_bce_d_input(xp: Namespace, x: Any, t: Any, pos_weight: Any) -> Any:
    positive = t if pos_weight is None else t * pos_weight
    return (1 - t + positive) * xp.sigmoid(x) - positive


def _logit_bce_d_target(xp: Namespace, x: Any, t: Any, pos_weight: Any) -> Any:
    if pos_weight is None:
        return -x
    return -x + (pos_weight - 1) * xp.softplus(-x)


def _logit_bce_d_pos_weight(xp: Namespace, x: Any, t: Any, pos_weight: Any) -> Any:
    del pos_weight
    return t * xp.softplus(-x)
