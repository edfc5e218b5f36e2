"""Generalized cross-entropy: between cross-entropy and absolute error."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.class_rows import class_rows
from funloss._core.loss import loss
from funloss._core.options import Bounds, Option
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._odds import Odds, OddsLoss, odds_losses

__all__ = ["generalized_cross_entropy"]


@loss
def generalized_cross_entropy(
    input: Array,
    target: ArrayLike,
    *,
    q: Real = 0.7,
    weight: ArrayLike | None = None,
    axis: int = 1,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Generalized cross-entropy ``(1 - p**q) / q``, robust to label noise.

    With ``p = softmax(input)``, ``w`` the class weights (1 if None) and ``y`` the
    label, the loss of a row is ``w[y] * (1 - p[y]**q) / q``, at most ``w[y] / q``;
    with class probabilities in place of labels, the sum of that over the classes,
    each times its probability. It tends to `cross_entropy` as `q` tends to 0, and is
    ``1 - p[y]``, half the absolute error of the probabilities, for ``q=1``.

    Args:
        input: Scores (logits), shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. A class with score -inf is impossible.
        target: Labels in ``0..C-1``, integers of any width, shape of `input`
            without its class axis; or class probabilities, floating, shape of
            `input`. Probabilities are not checked to add up to 1.
        q: In 0..1, but not 0; a number or a 0-d array. The default is the paper's.
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
        Loss, one a row for ``"none"``, else ``()``. The mean is nan when no row
        counts, with derivative 0.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a
            label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `keras.losses.categorical_generalized_cross_entropy`, which takes
        probabilities in place of scores, and no default for ``q``. Its derivative is
        infinite where a probability is 0, and for small ``q`` it loses digits.

    Examples:
        >>> import numpy as np
        >>> scores, labels = np.log(np.asarray([[0.25, 0.75]])), np.asarray([0])
        >>> print(generalized_cross_entropy(scores, labels, q=0.5))
        1.0

    References:
        Z. Zhang and M. R. Sabuncu, Generalized cross entropy loss for training deep
        neural networks with noisy labels, 2018.
    """
    rows = class_rows(
        input,
        target,
        weight=weight,
        ignore_index=ignore_index,
        axis=axis,
        where=where,
        dtype=dtype,
        options={"q": Option(q, Bounds(above=0, at_most=1))},
    )
    losses = odds_losses(rows, _GENERALIZED, *rows.options)
    return rows.reduce(losses, reduction, mean_weights=rows.label_weight)


def _generalized(xp: Namespace, odds: Odds, q: Any) -> Any:
    return -xp.expm1(-q * odds.entropy) / q


def _d_log_odds_over_others(xp: Namespace, odds: Odds, q: Any) -> Any:
    return xp.exp(-q * odds.entropy)


# The integral of t * exp(-z * t) over 0..1 as a series in z; beyond 1/2 its closed
# form does not cancel.
_SERIES = [(-1) ** k / (math.factorial(k) * (k + 2)) for k in range(15)]


def _generalized_d_q(xp: Namespace, odds: Odds, q: Any) -> Any:
    entropy = odds.entropy
    small = q * entropy < 0.5
    near = xp.where(small, entropy, 0.0)
    series = 0.0 * near
    for factor in reversed(_SERIES):
        series = series * (q * near) + factor
    far = q * xp.where(small, 0.5 / q, entropy)
    closed = (1 - xp.exp(-far) * (1 + far)) / q / q
    return -xp.where(small, near * near * series, closed)


_GENERALIZED = OddsLoss(_generalized, _d_log_odds_over_others, _generalized_d_q)
