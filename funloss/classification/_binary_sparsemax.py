"""Sparsemax loss of binary labels: quadratic around zero, linear or 0 beyond."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.classification._hinge import (
    Labels,
    check_binary_labels,
    nan_where_no_sign,
    to_signs,
)

__all__ = ["binary_sparsemax_loss"]


@loss
def binary_sparsemax_loss(
    input: Array,
    target: ArrayLike,
    *,
    labels: Labels = "binary",
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Binary sparsemax loss: hinge loss with a quadratically smoothed corner.

    With ``y`` the label, 1 or -1, and ``z = -y * input``, an element has loss 0 up to
    ``z == -1``, ``(z + 1)**2 / 4`` up to 1, and ``z`` beyond. It is `entmax_loss`
    with ``alpha=2`` of two classes with scores `input` and 0.

    Args:
        input: Scores, shape ``(*)``, floating.
        target: Labels, same shape, or one label; any real dtype or boolean. They
            have no derivative, and do not decide the dtype.
        labels: What `target` holds: ``"binary"``, 0 and 1, where 0 stands for -1;
            or ``"signed"``, -1 and 1.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The
        mean of no elements is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes differ, `labels` or `reduction` is unknown, or a label
            is none of the two (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        optax's `sparsemax_loss` and jaxopt's `binary_sparsemax_loss`, which take
        any label but 0 for 1. jaxopt's `sparse_plus(x)` is the loss of a label 0,
        `sparse_sigmoid(x)` its derivative.

    Examples:
        >>> import numpy as np
        >>> scores, labels = np.asarray([2.0, 0.0, -3.0]), np.ones(3)
        >>> print(binary_sparsemax_loss(scores, labels, reduction="none"))
        [0.   0.25 3.  ]

    References:
        M. Blondel, A. F. T. Martins, V. Niculae, Learning with Fenchel-Young
        losses, 2020.
    """
    batch = elements(
        input=input,
        weight=weight,
        where=where,
        dtype=dtype,
        extras={"target": target},
        fill={"target": 1.0},
    )
    target, unread = check_binary_labels(batch, target, labels)
    losses = batch.xp.custom_jvp(
        _sparse_plus,
        (_sparse_plus_d_input, None, None, None),
        batch.arrays["input"],
        target,
        labels,
        unread,
    )
    return batch.reduce(losses, reduction, mean_over="weight")


def _sparse_plus(
    xp: Namespace, x: Any, target: Any, labels: Labels, unread: bool
) -> Any:
    # The parabola lies above the line within -1..1, and ends at its clamps.
    sign = to_signs(xp, x, target, labels)
    error = -sign * x
    half = xp.clamp(0.5 * error + 0.5, 0.0, 1.0)
    losses = xp.maximum(error, xp.square(half))
    return nan_where_no_sign(xp, losses, sign, unread)


def _sparse_plus_d_input(
    xp: Namespace, x: Any, target: Any, labels: Labels, unread: bool
) -> Any:
    sign = to_signs(xp, x, target, labels)
    sign = nan_where_no_sign(xp, sign, sign, unread)
    return -sign * xp.clamp(0.5 - 0.5 * sign * x, 0.0, 1.0)
