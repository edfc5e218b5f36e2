"""Circle loss: pairs weighed by how far each is from where it should be."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import promote_arrays
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    by_rows,
    chosen,
    enter_rows,
    log_mass,
)

__all__ = ["circle_loss"]


@loss
def circle_loss(
    input: Array,
    target: ArrayLike,
    *,
    margin: Real = 0.25,
    gamma: Real = 80.0,
    constant_weights: bool = True,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Circle loss: pairs of rows weighted by their distance from the optimum.

    With ``s`` the cosine of two rows, let ``v = 1 - s`` for rows of one label and
    ``v = s`` for others: 0 is where a pair should be. It has the score ``z = gamma
    * max(0, v + margin) * (v - margin)``, and a row costs ``log(1 + sum(exp(z)) *
    sum(exp(z)))``, a sum over the other rows of its label times one over the rest.
    A row with none of either costs 0, has slope 0 and does not count in the mean.

    Args:
        input: Embeddings of any length, shape ``(N, D)``, floating. A row of zeros
            has cosine 0 to all, and the slope of a row of length 1.
        target: Labels, shape ``(N)``, any integers.
        margin: How far from 0 a ``v`` may lie; a number or a 0-d array.
        gamma: Scale of the scores, > 0; a number or a 0-d array.
        constant_weights: Whether the slope takes each ``max(0, v + margin)`` for a
            constant, as the paper does. If False, it is the derivative of the cost.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by the
            number of rows with a row of the same label and one of another.
        where: Boolean, broadcastable to `target`. A False row costs 0, has slope 0
            (even at nan) and is in no pair.
        dtype: Of the result; that of `input` if None.

    Returns:
        Cost in nats, one a row for ``"none"``, else ``()``. The mean is 0 when rows
        have no such pairs, and nan of no rows.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, an option is out of its range or
            `reduction` is unknown.

    Peers:
        The CircleLoss of pytorch-metric-learning with ``margin=0.4``.
        `keras.losses.circle` has ``margin=0.4`` and ``constant_weights=False``,
        takes rows of length 1 without dividing by it, and lowers a cosine beyond 1.
        Both average over the rows whose cost is not 0 to rounding. `where` and
        `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
        >>> print(circle_loss(x, np.asarray([0, 0, 1]), gamma=4.0).round(4))
        1.7653

    References:
        Y. Sun et al., Circle loss: a unified perspective of pair similarity
        optimization, 2020.
    """
    check_choice((True, False), constant_weights=constant_weights)
    xp, out, (input,) = promote_arrays(dtype, input=input)
    margin = check_scalar(xp, input, at_least=-math.inf, margin=margin)
    gamma = check_scalar(xp, input, above=0, gamma=gamma)
    input = propagate_nan(xp, input, margin, gamma)
    input, pairs, where = enter_rows(xp, input, target, where)
    if input.shape[0] == 0:
        return reduce_losses(xp, out, xp.total(input, 1), reduction)

    def rows(cosine: Any, *pairs: Any) -> tuple[Any, Any]:
        slopes = (_slope, _margin_slope, _gamma_slope, None, None, None, None, None)
        arguments = (cosine, margin, gamma, constant_weights, *pairs)
        kinds = (xp.any(kind, axis=1) for kind in chosen(xp, *pairs))
        counted = xp.astype(xp.logical_and(*kinds), input.dtype)
        return xp.custom_jvp(_cost, slopes, *arguments, axis=1), counted

    unit = xp.direction(input, 1)
    cost, counted = by_rows(xp, rows, unit, xp.replicate_axes(unit, 0), pairs)
    divisor = xp.clamp_min(xp.total(counted), 1.0) if reduction == "mean" else None
    return reduce_losses(xp, out, cost, reduction, where=where, divisor=divisor)


def _cost(xp: Namespace, *arguments: Any) -> Any:
    masses, counted = _masses(xp, *arguments)
    cost = xp.where(counted, xp.softplus(masses[0] + masses[1]), 0.0)
    return xp.squeeze(cost, axis=1)


def _masses(xp: Namespace, *arguments: Any) -> tuple[list[Any], Any]:
    """Return the mass of each kind of pairs, and which rows have both."""
    weight, excess = _score(xp, *arguments)
    kinds = chosen(xp, *arguments[4:])
    found = [log_mass(xp, weight * excess, kind) for kind in kinds]
    return [mass for mass, _ in found], xp.logical_and(*(some for _, some in found))


def _score(xp: Namespace, *arguments: Any) -> tuple[Any, Any]:
    """Return the weight of each pair and what it multiplies."""
    _, margin, gamma, constant, *_ = arguments
    distance = _distance(xp, *arguments)
    weight = xp.clamp_min(distance + margin, 0.0)
    weight = gamma * (xp.stop_gradient(weight) if constant else weight)
    return weight, distance - margin


def _distance(xp: Namespace, *arguments: Any) -> Any:
    """Return how far each pair is from where it should be."""
    cosine = arguments[0]
    positive, _ = chosen(xp, *arguments[4:])
    return xp.where(positive, 1 - cosine, cosine)


def _shares(xp: Namespace, *arguments: Any) -> Any:
    """Return the derivative of the cost in each score."""
    weight, excess = _score(xp, *arguments)
    masses, counted = _masses(xp, *arguments)
    score, total = weight * excess, xp.sigmoid(masses[0] + masses[1])
    shares = 0.0
    for kind, mass in zip(chosen(xp, *arguments[4:]), masses, strict=True):
        chosen_here = xp.logical_and(kind, counted)
        shares = shares + xp.exp(xp.where(chosen_here, score - mass, -math.inf))
    return total * shares


def _rise(xp: Namespace, *arguments: Any) -> tuple[Any, Any]:
    """Return the derivatives of a score by way of what is weighed and the weight."""
    _, margin, gamma, constant, *_ = arguments
    weight, excess = _score(xp, *arguments)
    if constant:
        return weight, 0.0
    active = _distance(xp, *arguments) + margin >= 0
    return weight, xp.where(active, gamma * excess, 0.0)


def _slope(xp: Namespace, *arguments: Any) -> Any:
    through_excess, through_weight = _rise(xp, *arguments)
    step = _shares(xp, *arguments) * (through_excess + through_weight)
    positive, _ = chosen(xp, *arguments[4:])
    return xp.where(positive, -step, step)


def _margin_slope(xp: Namespace, *arguments: Any) -> Any:
    through_excess, through_weight = _rise(xp, *arguments)
    return _shares(xp, *arguments) * (through_weight - through_excess)


def _gamma_slope(xp: Namespace, *arguments: Any) -> Any:
    weight, excess = _score(xp, *arguments)
    return _shares(xp, *arguments) * weight * excess / arguments[2]
