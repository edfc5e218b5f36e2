"""Hinge loss of binary labels: scores that lack a margin are charged for it."""

from typing import Any, Literal, TypeAlias

from funloss._array import Namespace, lookup
from funloss._array.compiled import fixed
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    check_choice,
    check_same_shape_or_scalar,
    check_shapes_equal,
    check_values,
)
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["Labels", "checked", "hinge_loss", "sided"]

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

    With ``y`` the label, 1 or -1, an element costs ``max(0, margin - y *
    input)**p``. With ``margin=0`` this is the perceptron's loss. A score just at
    its margin has the slope that it has inside, ``-y`` for ``p=1``.

    Args:
        input: Scores, shape ``(*)``, floating.
        target: Labels, same shape, or one label; any real dtype or boolean. They
            have no slope, and do not decide the dtype.
        labels: What `target` holds: ``"signed"``, -1 and 1; or ``"binary"``, 0
            and 1, where 0 stands for -1.
        margin: Score to reach on the right side, >= 0; a number or a 0-d array.
        p: 1, or 2 for the squared hinge.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's cost, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Cost in units of `input`, to the power `p`, shape ``(*)`` for ``"none"``,
        else ``()``. The mean of no elements is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes differ, ``margin < 0``, `p`, `labels` or `reduction` is
            unknown, or a label is none of the two (on JAX: nan in value and
            gradient; see `debug_values`).

    Peers:
        optax's `hinge_loss` and `perceptron_loss`, Keras's `hinge` and
        `squared_hinge`, jaxopt's `binary_hinge_loss` and `binary_perceptron_loss`
        (with ``labels="binary"``). At the margin, their slope on JAX is half of
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
    xp, out, (input,) = promote_arrays(dtype, input=input)
    margin = check_scalar(xp, input, at_least=0, margin=margin)
    input = propagate_nan(xp, input, margin)
    given, weight = cast_like(xp, input, target=target, weight=weight)
    check_same_shape_or_scalar(input=input, target=given)
    check_shapes_equal(input=input, weight=weight)
    where = check_where(xp, input, where, input.shape)
    (input,) = fill_masked(xp, where, (input, 0.0))
    target, bad = checked(xp, target, given, labels, where)
    slopes = (_slope, None, _margin_slope, None, None)
    cost = xp.custom_jvp(_hinge, slopes, input, target, margin, labels, int(p))
    cost = cost if bad is None else xp.nan_where(cost, bad)
    return reduce_losses(
        xp, out, cost, reduction, weight=weight, where=where, mean_weights=weight
    )


def checked(
    xp: Namespace, target: Any, given: Any, labels: Labels, where: Any
) -> tuple[Any, Any]:
    """Return labels that are safe to compute with, and which are none, for `nan_where`.

    `given` is `target` as it came from `cast_like`. A label that is none raises where
    values can be read; the second result is None where there is no such label.
    """
    check_choice(("signed", "binary"), labels=labels)
    (given,) = fill_masked(xp, where, (given, 1.0))
    binary = labels == "binary"
    bad = xp.custom_jvp(_is_no_bit if binary else _is_no_sign, None, given)
    rule, other = ("0 or 1", "signed") if binary else ("-1 or 1", "binary")
    advice = f", or pass labels={other!r}"
    bad = check_values(xp, rule, advice, target=(given, bad))
    # Converted in the formula and again in its slope, labels need no memory.
    return target if where is None and lookup(target) is not None else given, bad


def sided(xp: Namespace, x: Any, target: Any, labels: Labels) -> Any:
    """Return -1 or 1 for each label."""
    side = xp.astype(target, x.dtype)
    return 2 * side - 1 if labels == "binary" else side


def _is_no_sign(xp: Namespace, label: Any) -> Any:
    return xp.absolute(label) != 1


def _is_no_bit(xp: Namespace, label: Any) -> Any:
    return xp.absolute(2 * label - 1) != 1


def _hinge(xp: Namespace, *arguments: Any) -> Any:
    lack = xp.clamp_min(_distance(xp, *arguments), 0.0)
    return lack if arguments[-1] == 1 else xp.square(lack)


def _margin_slope(xp: Namespace, *arguments: Any) -> Any:
    distance = _distance(xp, *arguments)
    if arguments[-1] == 2:
        return 2 * xp.clamp_min(distance, 0.0)
    return xp.astype(distance >= 0, distance.dtype)


def _slope(xp: Namespace, *arguments: Any) -> Any:
    x, target, _, labels, _ = arguments
    return -sided(xp, x, target, labels) * _margin_slope(xp, *arguments)


def _distance(xp: Namespace, *arguments: Any) -> Any:
    """Return how far a score is from its margin, negative beyond."""
    x, target, margin, labels, _ = arguments
    return margin - sided(xp, x, target, labels) * x
