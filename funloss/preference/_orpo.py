"""Odds-ratio preference optimisation: chosen over rejected without a reference."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["orpo_loss"]


@loss
def orpo_loss(
    chosen: Array,
    rejected: ArrayLike,
    *,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """ORPO loss: ``-log(sigmoid(o(chosen) - o(rejected)))`` of log-odds `o`.

    The log-odds of a mean log-probability x are ``o(x) = x - log(1 - exp(x))``. This is
    the term of the odds ratio alone: training adds the cross-entropy of the chosen
    answers, as ``cross_entropy(...) + 0.1 * orpo_loss(...)``. At a log-probability of 0
    the log-odds are those of the largest number below 0 that the dtype holds normally,
    and the gradient is 0.

    Args:
        chosen: Log-probabilities of the answers preferred, each the mean over its
            tokens, <= 0, shape ``(*)``, real.
        rejected: Those of the other answers, same shape or a number.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on the loss of each pair, same shape. The mean still divides
            by the number of pairs.
        where: Boolean, broadcastable to `chosen`. A False pair has loss 0 and gradient
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the two if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no pairs is
        nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `reduction` is unknown, or a log-probability is
            above 0 (on JAX: nan in value and gradient; see `debug_values`).

    Numerics:
        ``1 - exp(x)`` is taken as ``-expm1(x)``, and the two as their quotient, so that
        answers of a probability near 1 keep their digits.

    Peers:
        `odds_ratio_loss` of Liger's `LigerFusedLinearORPOFunction`, and TRL's
        `ORPOTrainer`, times `beta`. These and EasyDeL take ``log1p(-exp(x))``, which in
        float32 is -inf from -3e-8 on, with an infinite gradient.

    Examples:
        >>> import numpy as np
        >>> chosen, rejected = np.log(np.asarray([0.5])), np.log(np.asarray([0.25]))
        >>> print(np.exp(-orpo_loss(chosen, rejected)).round(4))  # odds of 1 over 1/3
        0.75

    References:
        J. Hong et al., ORPO: monolithic preference optimization without reference
        model, 2024.
    """
    batch = elements(
        chosen=chosen,
        rejected=rejected,
        fill={"chosen": -1.0, "rejected": -1.0},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    losses = batch.map(_orpo, (_orpo_d_chosen, _orpo_d_rejected))
    for name, x in batch.arrays.items():
        losses = batch.nan_outside(losses, "<= 0", _is_above, **{name: x})
    return batch.reduce(losses, reduction)


def _is_above(xp: Namespace, x: Any) -> Any:
    del xp
    return x > 0


def _rest(xp: Namespace, x: Any) -> Any:
    """Return ``1 - exp(x)``, which is above 0."""
    least = float(xp.finfo(x.dtype).smallest_normal)
    return -xp.expm1(xp.clamp_max(x, -least))


def _orpo(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    rests = _rest(xp, chosen) / _rest(xp, rejected)
    return xp.softplus(rejected - chosen + xp.log(rests))


# With A = exp(r) / total and B = exp(c) / total, where total = exp(r) * (1 - exp(c)) +
# exp(c) * (1 - exp(r)), the gradient is -A in c = chosen, and (1 - exp(c)) / (1 -
# exp(r)) * A in r = rejected. The sigmoid in it may underflow where A does not.
def _share(xp: Namespace, x: Any, y: Any) -> Any:
    """Return A of ``(c, r)``, B of ``(r, c)``."""
    return xp.custom_jvp(_share_value, (_share_d_x, _share_d_y), x, y)


def _share_value(xp: Namespace, x: Any, y: Any) -> Any:
    # Both sides times the smaller of exp(-x) and exp(-y), so that nothing overflows.
    is_larger = x > y
    small = xp.exp(-xp.absolute(x - y))
    top = xp.where(is_larger, small, 1.0)
    other = xp.where(is_larger, 1.0, small)
    return top / (top * _rest(xp, x) + other * _rest(xp, y))


def _share_d_x(xp: Namespace, x: Any, y: Any) -> Any:
    share = _share(xp, x, y)
    return share * (share - 1)


def _share_d_y(xp: Namespace, x: Any, y: Any) -> Any:
    return _share(xp, x, y) * _share(xp, y, x)


def _orpo_d_chosen(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    at_zero = chosen == 0
    return xp.where(
        at_zero, 0.0, -_share(xp, xp.where(at_zero, -1.0, chosen), rejected)
    )


def _orpo_d_rejected(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    at_zero = rejected == 0
    safe = xp.where(at_zero, -1.0, rejected)
    partials = (_pull_d_chosen, _pull_d_rejected)
    return xp.where(at_zero, 0.0, xp.custom_jvp(_pull, partials, chosen, safe))


def _pull(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    rests = _rest(xp, chosen) / _rest(xp, rejected)
    return rests * _share(xp, chosen, rejected)


def _pull_d_chosen(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    return -_share_d_y(xp, chosen, rejected)


def _pull_d_rejected(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    change = _share(xp, rejected, chosen) + xp.exp(rejected) / _rest(xp, rejected)
    return _pull(xp, chosen, rejected) * change
