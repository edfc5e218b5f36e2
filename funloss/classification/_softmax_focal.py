"""Focal loss of class scores: cross-entropy that leaves easy rows alone."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like
from funloss._core.class_rows import ClassRows, class_rows
from funloss._core.loss import loss
from funloss._core.options import check_options, non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._focal_parts import power, whole
from funloss.classification._odds import Odds, OddsLoss, odds_losses

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

    With ``p = softmax(input)`` and ``y`` the label, the loss of a row is ``alpha[y] *
    (1 - p[y])**gamma * -log(p[y])``; with class probabilities ``q`` in place of labels,
    the sum of that over the classes, each times ``q``. ``1 - p`` comes from the
    scores of the other classes, so it is exact where ``p`` is nearly 1.

    Args:
        input: Scores (logits), shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. A class with score -inf is impossible.
        target: Labels in ``0..C-1``, integers of any width, shape of `input`
            without its class axis; or class probabilities, floating, shape of
            `input`. Probabilities are not checked to add up to 1.
        alpha: Factor on the loss of each class, shape ``(C)``, or one for all, a
            number or a 0-d array >= 0; 1 if None.
        gamma: How fast the loss of an easy row fades, >= 0; 0 is `cross_entropy`.
            A number or a 0-d array; on JAX each whole number has a program of
            its own.
        axis: Class axis of `input`; of a single row it is axis 0.
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not
            count.
            With probabilities it must be negative, and means nothing.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by
            the number of rows that count, whatever `alpha`.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of floating
            `target` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``. The mean is nan when no row
        counts, with derivative 0.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a
            label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `keras.losses.categorical_focal_crossentropy`, with ``alpha=0.25`` and axis -1
        by default. It clips probabilities at 1e-7, beyond which it has no derivative,
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
    rows = class_rows(
        input,
        target,
        ignore_index=ignore_index,
        axis=axis,
        where=where,
        dtype=dtype,
        options={"gamma": non_negative(gamma)},
    )
    (gamma,) = rows.options
    rows, scale = _balance(rows, alpha)
    losses = odds_losses(rows, _FOCAL, whole(gamma), scale)
    return rows.reduce(losses, reduction)


def _balance(rows: ClassRows, alpha: Any) -> tuple[ClassRows, Any]:
    """Return rows weighted by `alpha`, or the one factor of all rows; else None."""
    if alpha is None:
        return rows, None
    if getattr(alpha, "shape", ()) == ():
        scores, (alpha,) = check_options(
            rows.xp, rows.scores, {"alpha": non_negative(alpha)}
        )
        return rows.replace(scores=scores), alpha
    (alpha,) = cast_like(rows.xp, rows.scores, alpha=alpha)
    if tuple(alpha.shape) != (rows.classes,):
        msg = f"alpha must be a number or have shape ({rows.classes},), got "
        raise ValueError(msg + f"{tuple(alpha.shape)}")
    return rows.weighted(alpha), None


def _focal(xp: Namespace, odds: Odds, gamma: Any) -> Any:
    del xp
    return odds.others**gamma * odds.entropy


def _d_log_odds_over_others(xp: Namespace, odds: Odds, gamma: Any) -> Any:
    if isinstance(gamma, int) and gamma > 0:
        entropy = odds.others + gamma * (odds.own * odds.entropy)
        return odds.others ** (gamma - 1) * entropy
    # Where it is 0, so is its power: what is divided by it does not matter.
    others = xp.where(odds.others == 0, 1.0, odds.others)
    fading = gamma * (odds.own * xp.quotient(odds.entropy, others))
    return power(xp, odds.others, gamma) * (1 + fading)


def _focal_d_gamma(xp: Namespace, odds: Odds, gamma: Any) -> Any:
    return power(xp, odds.others, gamma) * odds.entropy * _log_others(xp, odds)


def _log_others(xp: Namespace, odds: Odds) -> Any:
    """Return the logarithm of ``1 - p`` with the digits of a small ``p``; 0 at -inf."""
    is_rare = odds.own < 0.5
    is_other = xp.logical_or(is_rare, odds.others == 0)
    rare = xp.log1p(-xp.where(is_rare, odds.own, 0.0))
    return rare + xp.log(xp.where(is_other, 1.0, odds.others))


_FOCAL = OddsLoss(_focal, _d_log_odds_over_others, _focal_d_gamma)
