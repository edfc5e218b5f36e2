"""Poly-1 loss: cross-entropy with its leading term adjusted."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like
from funloss._core.labels import check_class_weight
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._odds import Curve
from funloss.classification._scored_rows import enter_rows

__all__ = ["poly_loss"]


@loss
def poly_loss(
    input: Array,
    target: ArrayLike,
    *,
    epsilon: Real = 2.0,
    weight: ArrayLike | None = None,
    axis: int = 1,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """PolyLoss (Poly-1): cross-entropy plus ``epsilon * (1 - p)``.

    With ``p = softmax(input)``, ``w`` the class weights (1 if None) and ``y`` the
    label, a row costs ``w[y] * (-log(p[y]) + epsilon * (1 - p[y]))``; with class
    probabilities ``q`` in place of labels, the sum of that over the classes, each
    times ``q``. The cross-entropy is the sum of ``(1 - p)**k / k`` over ``k >= 1``,
    and `epsilon` is added to the factor of its first term.

    Args:
        input: Scores (logits), shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. A class with score -inf is impossible.
        target: Labels in ``0..C-1``, integers of any width, shape of `input`
            without its class axis; or class probabilities, floating, shape of
            `input`. Probabilities are not checked to add up to 1.
        epsilon: Addition to the leading factor, >= -1, which takes the term away;
            a number or a 0-d array. The default is what the paper found best for
            classifying images, and optax's.
        weight: Class weights, shape ``(C)``.
        axis: Class axis of `input`; of a single row it is axis 0.
        ignore_index: Rows with this label cost 0, have slope 0 and do not count.
            With probabilities it must be negative, and means nothing.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. With labels the mean
            divides by the sum of ``w[y]`` over the rows that count, with
            probabilities by the number of rows.
        where: Boolean, broadcastable to the rows. A False row costs 0, has slope
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of floating
            `target` if None.

    Returns:
        Cost in nats, one a row for ``"none"``, else ``()``. The mean is nan when no row
        counts, with slope 0.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a
            label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `optax.losses.poly_loss_cross_entropy`, which takes probabilities alone, on
        axis -1 by default; its ``where`` masks classes, which are scores of -inf
        here, and it loses ``1 - p`` where ``p`` is nearly 1.

    Examples:
        >>> import numpy as np
        >>> scores = np.log(np.asarray([[0.5, 0.5], [0.1, 0.9]]))
        >>> print(poly_loss(scores, np.asarray([0, 1]), reduction="none").round(6))
        [1.693147 0.305361]

    References:
        Z. Leng, M. Tan, C. Liu, E. D. Cubuk, X. Shi, S. Cheng and D. Anguelov,
        PolyLoss: A polynomial expansion perspective of classification loss
        functions, 2022.
    """
    start = enter_rows(
        dtype, input, target, axis=axis, ignore_index=ignore_index, where=where
    )
    xp, x = start.xp, start.input
    epsilon = check_scalar(xp, x, at_least=-1, epsilon=epsilon)
    (weight,) = cast_like(xp, x, weight=weight)
    check_class_weight(weight, x, start.axis)
    start = start.spoilt(epsilon)
    cost, keep, mass = start.costs(_POLY, epsilon, weight)
    return reduce_losses(xp, start.out, cost, reduction, where=keep, mean_weights=mass)


def _cost(xp: Namespace, odds: Any, epsilon: Any) -> Any:
    return xp.softplus(odds) + epsilon * xp.sigmoid(odds)


def _rate(xp: Namespace, odds: Any, epsilon: Any) -> Any:
    return 1 + epsilon * xp.sigmoid(-odds)


def _epsilon_slope(xp: Namespace, odds: Any, epsilon: Any) -> Any:
    del epsilon
    return xp.sigmoid(odds)


_POLY = Curve(_cost, _rate, _epsilon_slope)
