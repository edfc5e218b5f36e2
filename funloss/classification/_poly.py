"""Poly-1 loss: cross-entropy with its leading term adjusted."""

from typing import Any

from funloss._array import Namespace
from funloss._core.class_rows import class_rows
from funloss._core.loss import loss
from funloss._core.options import Bounds, Option
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._odds import Odds, OddsLoss, odds_losses

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
    label, the loss of a row is ``w[y] * (-log(p[y]) + epsilon * (1 - p[y]))``; with
    class probabilities ``q`` in place of labels, the sum of that over the classes,
    each times ``q``. The cross-entropy is the sum over ``k >= 1`` of ``(1 -
    p)**k / k``, and `epsilon` is added to the factor of its first term.

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
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not
            count.
            With probabilities it must be negative, and means nothing.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. With labels the mean
            divides by the sum of ``w[y]`` over the rows that count, with
            probabilities by the number of rows.
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
    rows = class_rows(
        input,
        target,
        weight=weight,
        ignore_index=ignore_index,
        axis=axis,
        where=where,
        dtype=dtype,
        options={"epsilon": Option(epsilon, Bounds(at_least=-1))},
    )
    losses = odds_losses(rows, _POLY, *rows.options)
    return rows.reduce(losses, reduction, mean_weights=rows.label_weight)


def _poly(xp: Namespace, odds: Odds, epsilon: Any) -> Any:
    del xp
    return odds.entropy + epsilon * odds.others


def _d_log_odds_over_others(xp: Namespace, odds: Odds, epsilon: Any) -> Any:
    del xp
    return 1 + epsilon * odds.own


def _poly_d_epsilon(xp: Namespace, odds: Odds, epsilon: Any) -> Any:
    del xp, epsilon
    return odds.others


_POLY = OddsLoss(_poly, _d_log_odds_over_others, _poly_d_epsilon)
