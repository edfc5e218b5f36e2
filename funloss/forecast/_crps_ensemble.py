"""The continuous ranked probability score of ensembles, from their sorted members.

Between two neighbours the distribution function is constant, so the score is a sum of
gaps, each times a share that is not negative, and no digits are lost: neither far from
0 nor where the absolute error and the spread nearly cancel.
"""

from typing import Any

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._core.checks import check_integer
from funloss._core.ensembles import ensembles
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["crps_ensemble_loss"]


@loss
def crps_ensemble_loss(
    input: Array,
    target: ArrayLike,
    *,
    fair: Real = 0.0,
    axis: int = -1,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """CRPS of an ensemble: continuous ranked probability score of its members.

    With the members ``x_1, ..., x_m``, the loss of a forecast is the mean of ``abs(x_k
    - target)`` less ``w`` times the sum of ``abs(x_k - x_l)`` over all pairs ``k < l``,
    where ``w`` is ``(1 - fair) / m**2 + fair / (m * (m - 1))``. At 0 it is the score of
    the ensemble as a distribution; at 1 it is that of the distribution that the members
    are drawn from, whatever their number, in expectation. Equal members share the
    derivative; at an exact fit that of the absolute error is 0.

    Args:
        input: Members along `axis`, shape ``(*)``, real.
        target: Values seen, shape of `input` without `axis`; or a number.
        fair: How far the score is made fair to small ensembles, from 0 to 1; or a 0-d
            array. 0.95 is the almost fair score.
        axis: Axis of the members in `input`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``, over forecasts.
        weight: Factor on each forecast's loss, broadcastable to `target`. The mean
            divides by the sum of the weights.
        where: Boolean, broadcastable to `target`. A False forecast has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in units of `input`, the shape of `target` for ``"none"``, else ``()``. The
        mean of no forecasts is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `fair` is not in 0..1 (in an array on JAX: nan in
            value and gradient; see `debug_values`) or not 0 for ensembles of one
            member, or `reduction` is unknown.

    Numerics:
        Members are sorted, in ``O(m * log(m))`` time and ``O(m)`` memory. Only gaps of
        neighbours are added up, each with a share that is not negative.

    Peers:
        `continuous_ranked_probability_score` of torchmetrics;
        `scoringrules.crps_ensemble(target, input)`, with ``estimator="fair"`` for 1.

    Examples:
        >>> import numpy as np
        >>> members = np.asarray([[1.0, 4.0, 2.0]])
        >>> print(crps_ensemble_loss(members, np.asarray([3.0])).round(6))
        0.666667
        >>> print(crps_ensemble_loss(members, np.asarray([3.0]), fair=1.0).round(6))
        0.333333

    References:
        T. Gneiting and A. E. Raftery, Strictly proper scoring rules, prediction, and
        estimation, 2007; C. A. T. Ferro, Fair scores for ensemble forecasts, 2014.
    """
    check_integer(axis=axis)
    batch = ensembles(
        input,
        target,
        axis=axis,
        fair=fair,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp = batch.xp
    x, t = (xp.moveaxis(x, batch.axis, -1) for x in (batch.members, batch.target))
    bad = xp.logical_or(xp.isnan(x), xp.isnan(t))
    x = xp.where(bad, 0.0, x)
    ordered = xp.sort_values(x)
    partials = (_d_input, _d_target, _d_fair, None)
    losses = xp.custom_jvp(_crps_ensemble, partials, x, t, batch.fair, ordered, axis=-1)
    losses = xp.nan_where(losses, xp.any(bad, axis=-1))
    return batch.reduce(losses, reduction)


def _crps_ensemble(xp: Namespace, x: Any, t: Any, fair: Any, ordered: Any) -> Any:
    del x
    # Numbers of a forecast, which torch has for each member.
    t, fair = t[..., :1], fair[..., :1] if getattr(fair, "ndim", 0) else fair
    # Outside of the ensemble the distribution function is 0 or 1.
    inside = xp.minimum(xp.maximum(t, ordered[..., :1]), ordered[..., -1:])
    outside = xp.absolute(t - inside)[..., 0]
    if ordered.shape[-1] == 1:
        return outside
    below, above = (
        clamp(ordered[..., 1:], inside) - clamp(ordered[..., :-1], inside)
        for clamp in (xp.minimum, xp.maximum)
    )
    lower, higher, size = _counts(xp, ordered)

    def share(count: Any) -> Any:
        fairly = count * (count - 1) * (size / (size - 1))
        return (1.0 - fair) * (count * count) + fair * fairly

    sums = xp.total(share(lower) * below + share(higher) * above, -1)
    return outside + sums / (size * size)


def _d_input(xp: Namespace, x: Any, t: Any, fair: Any, ordered: Any) -> Any:
    size = xp.count([x.shape[-1]], x.dtype)
    sign = xp.sign(x - t)
    if x.shape[-1] == 1:
        return sign
    rank = _rank(xp, x, ordered)
    # Of whole numbers, so that nothing is left of the ends where it is fair.
    return (size * sign - rank - fair * (rank / (size - 1))) / (size * size)


def _d_target(xp: Namespace, x: Any, t: Any, fair: Any, ordered: Any) -> Any:
    del fair, ordered
    return xp.sign(t - x) / xp.count([x.shape[-1]], x.dtype)


def _d_fair(xp: Namespace, x: Any, t: Any, fair: Any, ordered: Any) -> Any:
    del t, fair
    size = xp.count([x.shape[-1]], x.dtype)
    if x.shape[-1] == 1:
        return xp.zeros_like(x)
    spread = xp.custom_jvp(_spread, (_rank, None), x, ordered, axis=-1)
    # In equal parts, which are added up.
    part = xp.expand_dims(spread, axis=-1) / (size * size * size * (size - 1))
    return xp.zeros_like(x) - part


def _spread(xp: Namespace, x: Any, ordered: Any) -> Any:
    """Return the sum of the differences of all pairs of members."""
    del x
    lower, higher, _ = _counts(xp, ordered)
    gaps = ordered[..., 1:] - ordered[..., :-1]
    return xp.total(lower * higher * gaps, -1)


def _rank(xp: Namespace, x: Any, ordered: Any) -> Any:
    """Return how many members are below each, less how many are above."""
    below, not_above = (
        algorithms.count_ordered(xp, ordered, x, ties=ties) for ties in (False, True)
    )
    return xp.astype(below + not_above, x.dtype) - xp.count([x.shape[-1]], x.dtype)


def _counts(xp: Namespace, ordered: Any) -> tuple[Any, Any, Any]:
    """Return how many members are below each gap, how many above, and how many."""
    size = xp.count([ordered.shape[-1]], ordered.dtype)
    like = {"dtype": ordered.dtype, **xp.device_kw(ordered)}
    lower = xp.arange(1, ordered.shape[-1], **like)
    (lower,) = xp.of_ndim(ordered.ndim, lower)
    return lower, size - lower, size
