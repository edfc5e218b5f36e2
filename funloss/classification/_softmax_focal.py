"""Focal loss of class scores: cross-entropy that leaves easy rows alone."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._odds import Curve
from funloss.classification._scored_rows import enter_rows
from funloss.classification._sigmoid_focal import focal_option, power

__all__ = ["softmax_focal_loss"]


@loss
def softmax_focal_loss(
    input: Array,
    target: ArrayLike,
    *,
    alpha: Real | ArrayLike | None = None,
    gamma: Real | int = 2.0,
    axis: int = 1,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Softmax focal loss: cross-entropy times ``(1 - p)**gamma``.

    With ``p = softmax(input)`` and ``y`` the label, a row costs ``alpha[y] * (1 -
    p[y])**gamma * -log(p[y])``; with class probabilities ``q`` in place of labels,
    the sum of that over the classes, each times ``q``. ``1 - p`` comes from the
    scores of the other classes, so it is exact where ``p`` is nearly 1.

    Args:
        input: Scores (logits), shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. A class with score -inf is impossible.
        target: Labels in ``0..C-1``, integers of any width, shape of `input`
            without its class axis; or class probabilities, floating, shape of
            `input`. Probabilities are not checked to add up to 1.
        alpha: Factor on the cost of each class, shape ``(C)``, or one for all, a
            number or a 0-d array >= 0; 1 if None.
        gamma: How fast the cost of an easy row fades, >= 0; 0 is `cross_entropy`.
            A number or a 0-d array; on JAX each whole number has a program of
            its own.
        axis: Class axis of `input`; of a single row it is axis 0.
        ignore_index: Rows with this label cost 0, have slope 0 and do not count.
            With probabilities it must be negative, and means nothing.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by
            the number of rows that count, whatever `alpha`.
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
        `keras.losses.categorical_focal_crossentropy`, with ``alpha=0.25`` and axis
        -1 by default. It clips probabilities at 1e-7, beyond which it has no slope,
        and takes them unless ``from_logits``. optax has `sigmoid_focal_loss` alone.

    Examples:
        >>> import numpy as np
        >>> scores = np.log(np.asarray([[0.5, 0.5], [0.1, 0.9]]))
        >>> labels = np.asarray([0, 1])
        >>> print(softmax_focal_loss(scores, labels, reduction="none").round(6))
        [0.173287 0.001054]

    References:
        T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollar, Focal loss for dense
        object detection, 2017.
    """
    start = enter_rows(
        dtype, input, target, axis=axis, ignore_index=ignore_index, where=where
    )
    xp = start.xp
    gamma = focal_option(xp, start.input, gamma)
    weight, scale = _balance(xp, start, alpha)
    start = start.spoilt(gamma, scale)
    cost, keep, _ = start.costs(_FOCAL, gamma, weight, scale)
    return reduce_losses(xp, start.out, cost, reduction, where=keep)


def _balance(xp: Namespace, start: Any, alpha: Any) -> tuple[Any, Any]:
    """Return `alpha` as class weights or as one factor; the other is None."""
    if getattr(alpha, "shape", ()) == ():
        if alpha is None:
            return None, None
        return None, check_scalar(xp, start.input, at_least=0, alpha=alpha)
    (alpha,) = cast_like(xp, start.input, alpha=alpha)
    classes = start.input.shape[start.axis]
    if tuple(alpha.shape) != (classes,):
        msg = f"alpha must be a number or have shape ({classes},), got "
        raise ValueError(msg + f"{tuple(alpha.shape)}")
    return alpha, None


def _cost(xp: Namespace, odds: Any, gamma: Any) -> Any:
    return xp.sigmoid(odds) ** gamma * xp.softplus(odds)


def _rate(xp: Namespace, odds: Any, gamma: Any) -> Any:
    fading = gamma * (xp.sigmoid(-odds) * _entropy(xp, odds))
    return power(xp, xp.sigmoid(odds), gamma) * (1 + fading)


def _entropy(xp: Namespace, odds: Any) -> Any:
    """Return the cross-entropy over the probability of the other classes."""

    def ratio(xp: Namespace, odds: Any) -> Any:
        miss = xp.sigmoid(odds)
        # Where it is 0, so is its power: what is divided by it does not matter.
        return xp.softplus(odds) / xp.where(miss == 0, 1.0, miss)

    # That of a quotient has the square of the divisor, which underflows.
    def slope(xp: Namespace, odds: Any) -> Any:
        return 1 - xp.sigmoid(-odds) * _entropy(xp, odds)

    return xp.custom_jvp(ratio, (slope,), odds)


def _gamma_slope(xp: Namespace, odds: Any, gamma: Any) -> Any:
    # log(miss) is -softplus(-odds), exact where it is nearly 0.
    entropies = xp.softplus(-odds) * xp.softplus(odds)
    return -power(xp, xp.sigmoid(odds), gamma) * entropies


_FOCAL = Curve(_cost, _rate, _gamma_slope)
