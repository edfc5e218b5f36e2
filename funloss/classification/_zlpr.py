"""ZLPR: a loss of label sets that ranks them above a threshold of 0."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_values
from funloss._core.loss import loss
from funloss._core.soft_sums import soft_sum_terms
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["zlpr_loss"]


@loss
def zlpr_loss(
    input: Array,
    target: ArrayLike,
    *,
    axis: int = 1,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """ZLPR loss: zero-bounded log-sum-exp and pairwise rank-based, of label sets.

    With ``x`` the scores of a row, its loss is ``log(1 + sum(exp(x)))`` over the
    classes that do not apply, plus ``log(1 + sum(exp(-x)))`` over those that do. So
    scores of true classes are to be above 0 and the others below, and classes of one
    kind compete: a class far on its side takes no gradient. Of none it is 0.

    Args:
        input: Scores, shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``, floating. A score
            of -inf rules a class out that does not apply.
        target: Whether each class applies, shape of `input`: boolean, or numbers that
            are 0 or 1. It is a constant, and does not decide the dtype.
        axis: Class axis of `input`; of a single row it is axis 0.
        weight: Factor on each row's loss, shape of the losses or a number. The mean
            divides by the sum of weights.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``; inf where a score is
        infinite on the wrong side. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` or `axis` is unknown, or a target is
            neither 0 nor 1 (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        The ``multilabel_categorical_crossentropy`` of bert4keras, one a row. `axis`,
        `weight` and `where` are new.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([[2.0, -1.0, 0.5]]), np.asarray([[1, 0, 0]])
        >>> print(zlpr_loss(x, t).round(4))
        1.2311

    References:
        J. Su, M. Zhu, A. Murtadha, S. Pan, B. Wen and Y. Liu, ZLPR: A novel loss for
        multi-label classification, 2022.
    """
    rows = time_steps(
        input=input,
        axis=axis,
        inner={"input": 1, "target": 1},
        extras={"target": target},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (input, target) = rows.xp, rows.arrays.values()
    bad = xp.custom_jvp(_is_no_label, None, target)
    # Only to raise: the formula gives nan by itself, in the gradient, too.
    check_values(xp, "0 or 1", target=(target, bad))
    partials, arguments = (_d_input, None, None), (input, target, rows.axis)
    losses = xp.custom_jvp(_zlpr, partials, *arguments, axis=rows.axis, shared=_terms)
    return rows.reduce(losses, reduction, mean_over="weight")


def _is_no_label(xp: Namespace, t: Any) -> Any:
    return xp.absolute(2 * t - 1) != 1


def _scores(xp: Namespace, x: Any, t: Any) -> Any:
    """Return the scores that are to be low, finite; nan where a target is bad."""
    largest = float(xp.finfo(x.dtype).max)
    sign = xp.where(_is_no_label(xp, t), math.nan, 1 - 2 * t)
    return sign * xp.clamp(x, -largest, largest)


def _terms(xp: Namespace, x: Any, t: Any, axis: int) -> tuple[Any, ...]:
    return soft_sum_terms(xp, _scores(xp, x, t), t == 1, None, axis)


def _zlpr(xp: Namespace, *arguments: Any) -> Any:
    *_, axis = arguments
    _, top, own, other_top, others = _terms(xp, *arguments)
    losses = _log_sum(xp, top, own) + _log_sum(xp, other_top, others)
    return xp.squeeze(losses, axis=axis)


def _log_sum(xp: Namespace, top: Any, rest: Any) -> Any:
    """Return ``log(1 + sum(exp(scores)))`` of the columns of `soft_sum_terms`."""
    largest = float(xp.finfo(top.dtype).max)
    return xp.where(top == largest, math.inf, top + xp.log1p(rest))


def _d_input(xp: Namespace, *arguments: Any) -> Any:
    x, t, _, powers, *columns = arguments
    # What is computed again off a CPU shares nothing with the sums.
    x, t, *columns = xp.optimization_barrier(x, t, *columns)
    top, own, other_top, others = columns
    is_true = t == 1
    again = xp.exp(_scores(xp, x, t) - xp.where(is_true, top, other_top))
    # With a bad target, which is of the others, the whole row is nan.
    share, other_share = -1 / (1 + own + 0 * others), 1 / (1 + others)
    return xp.reuse(powers, again) * xp.where(is_true, share, other_share)
