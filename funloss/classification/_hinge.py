"""Hinge loss of binary labels: the loss of scores within a margin."""

import math
from typing import Any, Literal, TypeAlias

from funloss._array import Namespace, lookup
from funloss._array.compiled import fixed
from funloss._core.checks import check_choice, check_values
from funloss._core.elements import Elements, elements
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = [
    "Labels",
    "check_binary_labels",
    "hinge_loss",
    "nan_where_no_sign",
    "to_signs",
]

Labels: TypeAlias = Literal["signed", "binary"]


@loss
def hinge_loss(
    input: Array,
    target: ArrayLike,
    *,
    labels: Labels = "signed",
    margin: Real = 1.0,
    p: int = 1,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Binary hinge loss: ``max(0, margin - y * input)**p``.

    With ``y`` the label, 1 or -1, the loss of an element is ``max(0,
    margin - y * input)**p``. With ``margin=0`` this is the perceptron's loss. A score
    just at its margin has the derivative that it has inside, ``-y`` for ``p=1``.

    Args:
        input: Scores, shape ``(*)``, floating.
        target: Labels, same shape, or one label; any real dtype or boolean. They
            have no derivative, and do not decide the dtype.
        labels: What `target` holds: ``"signed"``, -1 and 1; or ``"binary"``, 0
            and 1, where 0 stands for -1.
        margin: Score to reach on the right side, >= 0; a number or a 0-d array.
        p: 1, or 2 for the squared hinge.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in units of `input`, to the power `p`, shape ``(*)`` for ``"none"``,
        else ``()``. The mean of no elements is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes differ, ``margin < 0``, `p`, `labels` or `reduction` is
            unknown, or a label is none of the two (on JAX: nan in value and
            gradient; see `debug_values`).

    Peers:
        optax's `hinge_loss` and `perceptron_loss`, Keras's `hinge` and
        `squared_hinge`, jaxopt's `binary_hinge_loss` and `binary_perceptron_loss`
        (with ``labels="binary"``). At the margin, their derivative on JAX is half of
        the one here, which is torch's `clamp`; shapes broadcast there. Keras
        takes labels for binary where a batch happens to hold 0 and 1 alone.

    Examples:
        >>> import numpy as np
        >>> scores, labels = np.asarray([2.0, 0.25, -1.0]), np.asarray([1, 1, 0])
        >>> print(hinge_loss(scores, labels, labels="binary", reduction="none"))
        [0.   0.75 0.  ]

    References:
        C. Cortes, V. Vapnik, Support-vector networks, 1995.
        F. Rosenblatt, The perceptron, 1958.
    """
    p = fixed(p)
    check_choice((1, 2), p=int(p) if p in {1, 2} else p)
    batch = elements(
        input=input,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"margin": non_negative(margin)},
        extras={"target": target},
        fill={"target": 1.0},
    )
    target, unread = check_binary_labels(batch, target, labels)
    partials = (_hinge_d_input, None, _hinge_d_margin, *(None,) * 3)
    arguments = (batch.arrays["input"], target, *batch.options, labels, int(p), unread)
    losses = batch.xp.custom_jvp(_hinge, partials, *arguments)
    return batch.reduce(losses, reduction, mean_over="weight")


def check_binary_labels(
    batch: Elements, target: Any, labels: Labels
) -> tuple[Any, bool]:
    """Return labels that are safe to compute with, and whether they are unread.

    `batch` has them as numbers, `target` as they came. A wrong label raises where
    values can be read; where not, the formula is to make it nan.
    """
    check_choice(("signed", "binary"), labels=labels)
    xp, numbers = batch.xp, batch.arrays["target"]
    binary = labels == "binary"
    bad = xp.custom_jvp(_is_no_label, None, numbers, labels)
    rule, other = ("0 or 1", "signed") if binary else ("-1 or 1", "binary")
    advice = f", or pass labels={other!r}"
    bad = check_values(xp, rule, advice, target=(numbers, bad))
    # Converted in the formula and again in its derivative, labels need no memory.
    as_given = batch.where is None and lookup(target) is not None
    return target if as_given else numbers, bad is not None


def to_signs(xp: Namespace, x: Any, target: Any, labels: Labels) -> Any:
    """Return -1 or 1 for each label."""
    sign = xp.astype(target, x.dtype)
    return 2 * sign - 1 if labels == "binary" else sign


# In the formula, rather than after it, the check is the last step before a sum: XLA
# for the CPU adds up what a select writes faster than what arithmetic does.
def nan_where_no_sign(xp: Namespace, x: Any, sign: Any, unread: bool) -> Any:
    """Return `x`, nan where labels are `unread` and a sign is not -1 or 1."""
    return xp.where(xp.absolute(sign) != 1, math.nan, x) if unread else x


def _is_no_label(xp: Namespace, label: Any, labels: Labels) -> Any:
    return xp.absolute(to_signs(xp, label, label, labels)) != 1


def _hinge(
    xp: Namespace,
    x: Any,
    target: Any,
    margin: Any,
    labels: Labels,
    p: int,
    unread: bool,
) -> Any:
    sign = to_signs(xp, x, target, labels)
    hinge = xp.clamp_min(margin - sign * x, 0.0)
    return nan_where_no_sign(xp, hinge if p == 1 else xp.square(hinge), sign, unread)


def _hinge_d_input(xp: Namespace, *arguments: Any) -> Any:
    sign, derivative = _sign_and_derivative(xp, *arguments)
    return -sign * derivative


def _hinge_d_margin(xp: Namespace, *arguments: Any) -> Any:
    sign, derivative = _sign_and_derivative(xp, *arguments)
    # By 1 or, for a second derivative where a label is none, by nan.
    return xp.square(sign) * derivative


def _sign_and_derivative(
    xp: Namespace,
    x: Any,
    target: Any,
    margin: Any,
    labels: Labels,
    p: int,
    unread: bool,
) -> tuple[Any, Any]:
    """Return the sign of a label and the derivative of the loss in its margin."""
    sign = to_signs(xp, x, target, labels)
    if p == 1:
        # Not of a sign that is nan: XLA takes the product of it and a 0 from a
        # comparison for 0.
        derivative = xp.astype(margin - sign * x >= 0, x.dtype)
        return sign, nan_where_no_sign(xp, derivative, sign, unread)
    sign = nan_where_no_sign(xp, sign, sign, unread)
    return sign, 2 * xp.clamp_min(margin - sign * x, 0.0)
