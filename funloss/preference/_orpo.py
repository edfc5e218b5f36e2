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


def _parts(xp: Namespace, chosen: Any, rejected: Any) -> tuple[Any, Any, Any, Any]:
    """Return both rests, and the terms of the gradient in `chosen`, negated.

    The sigmoid in the gradient underflows where its product with ``1 / rest`` does not:
    their quotient is taken as a whole, both sides of it times the smaller of
    ``exp(rejected - chosen)`` and 1.
    """
    rest, other = _rest(xp, chosen), _rest(xp, rejected)
    lead = chosen - rejected
    is_ahead = lead > 0
    small = xp.exp(xp.where(is_ahead, -lead, lead))
    top = xp.where(is_ahead, small, 1.0)
    return rest, other, top, top * rest + xp.where(is_ahead, 1.0, small) * other


def _orpo_d_chosen(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    at_zero = chosen == 0
    _, _, top, total = _parts(xp, xp.where(at_zero, -1.0, chosen), rejected)
    return xp.where(at_zero, 0.0, -xp.quotient(top, total))


def _orpo_d_rejected(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    at_zero = rejected == 0
    safe = xp.where(at_zero, -1.0, rejected)
    rest, other, top, total = _parts(xp, chosen, safe)
    partial = xp.quotient(rest, other) * xp.quotient(top, total)
    return xp.where(at_zero, 0.0, partial)
