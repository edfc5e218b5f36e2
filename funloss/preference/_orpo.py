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
    losses = batch.map(_orpo, (_orpo_d_chosen, _orpo_d_rejected), shared=_rests)
    # Only to raise: the formula gives nan by itself, in the gradient, too.
    for name, x in batch.arrays.items():
        batch.nan_outside(losses, "<= 0", lambda _, x: x > 0, **{name: x})
    return batch.reduce(losses, reduction)


def _rest(xp: Namespace, x: Any) -> Any:
    """Return ``1 - exp(x)``, above 0 at 0 as well; nan beyond."""
    rest = -xp.expm1(x)
    least = float(xp.finfo(x.dtype).smallest_normal)
    return xp.clamp_min(rest, least) + 0.0 * xp.sqrt(rest)


def _rests(xp: Namespace, chosen: Any, rejected: Any) -> tuple[Any, Any]:
    return _rest(xp, chosen), _rest(xp, rejected)


def _orpo(xp: Namespace, chosen: Any, rejected: Any) -> Any:
    rest, other = _rests(xp, chosen, rejected)
    return xp.softplus(rejected - chosen + xp.log(rest / other))


# With p and q the probabilities, A = q / (q * (1 - p) + p * (1 - q)) and B the same
# with p and q exchanged, the derivative is -A in log(p) and (1 - p) / (1 - q) * A in
# log(q). The sigmoid of the difference may underflow where A does not.
def _share(xp: Namespace, *arguments: Any) -> Any:
    """Return A of both log-probabilities and their rests; 0 where the first is 0."""
    partials = (_share_d_x, _share_d_y, None, None)
    return xp.custom_jvp(_share_value, partials, *arguments)


def _share_value(xp: Namespace, x: Any, y: Any, x_rest: Any, y_rest: Any) -> Any:
    return xp.heaviside(-x) / (x_rest + xp.exp(x - y) * y_rest)


def _share_d_x(xp: Namespace, *arguments: Any) -> Any:
    share = _share(xp, *arguments)
    return share * (share - 1)


def _share_d_y(xp: Namespace, x: Any, y: Any, x_rest: Any, y_rest: Any) -> Any:
    exchanged = _share(xp, y, x, y_rest, x_rest)
    return _share(xp, x, y, x_rest, y_rest) * exchanged


def _orpo_d_chosen(xp: Namespace, *arguments: Any) -> Any:
    return -_share(xp, *arguments)


def _orpo_d_rejected(xp: Namespace, *arguments: Any) -> Any:
    partials = (lambda xp, *a: -_share_d_y(xp, *a), _orpo_d_rejected_twice, None, None)
    return xp.custom_jvp(_orpo_d_rejected_value, partials, *arguments)


def _orpo_d_rejected_value(
    xp: Namespace, chosen: Any, rejected: Any, rest: Any, other: Any
) -> Any:
    share = _share(xp, chosen, rejected, rest, other)
    return xp.heaviside(-rejected) * (rest / other) * share


def _orpo_d_rejected_twice(
    xp: Namespace, chosen: Any, rejected: Any, rest: Any, other: Any
) -> Any:
    partial = _orpo_d_rejected(xp, chosen, rejected, rest, other)
    exchanged = _share(xp, rejected, chosen, other, rest)
    return partial * (exchanged + xp.exp(rejected) / other)
