"""NT-Xent: each pair of one label against all pairs of different labels."""

import functools
import math
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import promote_arrays
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

__all__ = ["ntxent_loss"]


@loss
def ntxent_loss(
    input: Array,
    target: ArrayLike,
    *,
    temperature: Real = 0.07,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """NT-Xent loss: normalised, temperature-scaled cross-entropy of similarities.

    With ``s`` the cosine of two rows over the temperature, a row ``i`` costs, for
    each other row ``p`` of its label, ``-log(exp(s[i, p]) / (exp(s[i, p]) +
    sum(exp(s[i, n]))))``, the sum over the rows ``n`` of other labels. A row that
    has no other of its label, or none of another, costs 0 with slope 0.

    Args:
        input: Embeddings of any length, shape ``(N, D)``, floating. A row of zeros
            has cosine 0 to all, and the slope of a row of length 1.
        target: Labels, shape ``(N)``, any integers.
        temperature: What divides the cosines, > 0; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by the
            number of ordered pairs of one label, not of rows.
        where: Boolean, broadcastable to `target`. A False row costs 0, has slope 0
            (even at nan) and is in no pair.
        dtype: Of the result; that of `input` if None.

    Returns:
        Cost in nats, one a row for ``"none"``, else ``()``. The mean of rows
        without pairs of one label is 0, that of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, ``temperature <= 0`` or `reduction` is
            unknown.

    Peers:
        `optax.losses.ntxent` and the NTXentLoss of pytorch-metric-learning, except
        that the mean without pairs of one label is 0 (optax: nan), that a row of
        zeros has a slope of ordinary size (optax: 1e4) and that matrices of ``(N,
        N)`` are all that is kept (optax: ``(N, N, D)``). Rows of one label alone
        cost 0, as in optax. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        >>> print(ntxent_loss(x, np.asarray([0, 0, 1]), temperature=0.5).round(4))
        0.1269

    References:
        K. Sohn, Improved deep metric learning with multi-class N-pair loss
        objective, 2016.
        T. Chen, S. Kornblith, M. Norouzi, G. Hinton, A simple framework for
        contrastive learning of visual representations, 2020.
    """
    xp, out, (input,) = promote_arrays(dtype, input=input)
    temperature = check_scalar(xp, input, above=0, temperature=temperature)
    input = propagate_nan(xp, input, temperature)
    input, pairs, where = enter_rows(xp, input, target, where)
    if input.shape[0] == 0:
        return reduce_losses(xp, out, xp.total(input, 1), reduction)
    unit = xp.direction(input, 1)
    rows = functools.partial(_rows, xp)
    cost, count = by_rows(
        xp, rows, unit / temperature, xp.replicate_axes(unit, 0), pairs
    )
    divisor = xp.clamp_min(xp.total(count), 1.0) if reduction == "mean" else None
    return reduce_losses(xp, out, cost, reduction, where=where, divisor=divisor)


def _rows(xp: Namespace, scores: Any, *pairs: Any) -> tuple[Any, Any]:
    """Return the cost of each row, and how many pairs it has."""
    slopes = (_slope, None, None, None, None)
    positive, _ = chosen(xp, *pairs)
    count = xp.sum(xp.astype(positive, xp.int32), axis=1)
    cost = xp.custom_jvp(_cost, slopes, scores, *pairs, axis=1)
    return cost, xp.astype(count, scores.dtype)


def _cost(xp: Namespace, scores: Any, *pairs: Any) -> Any:
    positive, _, mass = _parts(xp, scores, *pairs)
    return xp.total(xp.where(positive, xp.softplus(mass - scores), 0.0), 1)


def _slope(xp: Namespace, scores: Any, *pairs: Any) -> Any:
    positive, negative, mass = _parts(xp, scores, *pairs)
    pull = xp.where(positive, xp.sigmoid(mass - scores), 0.0)
    shares = xp.exp(xp.where(negative, scores - mass, -math.inf))
    return xp.total(pull, 1, keepdims=True) * shares - pull


def _parts(xp: Namespace, scores: Any, *pairs: Any) -> tuple[Any, Any, Any]:
    """Return the pairs that cost something, the negative ones, and their mass."""
    positive, negative = chosen(xp, *pairs)
    mass, some = log_mass(xp, scores, negative)
    return xp.logical_and(positive, some), negative, mass
