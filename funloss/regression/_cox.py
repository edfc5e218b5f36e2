"""Cox loss."""

from typing import Literal

from funloss._core.checks import check_choice
from funloss._core.cohorts import cohorts
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.regression._partial_likelihood import (
    partial_likelihood_terms,
    sort_individuals,
    unsort,
)

__all__ = ["cox_loss"]


@loss
def cox_loss(
    input: Array,
    time: ArrayLike,
    event: ArrayLike,
    *,
    ties: Literal["efron", "breslow"] = "efron",
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Cox loss: negative partial log-likelihood of proportional hazards.

    An individual is at risk until its own `time`, that included. With ``R`` the sum of
    ``exp(input)`` over those at risk at the time of an event, the loss of the event is
    ``log(R) - input``. Of ``d`` events at one time, whose own sum is ``T``, that of the
    l-th, from 0 in the order of the array, is ``log(R - l / d * T) - input``. A
    censored individual has loss 0.

    Args:
        input: Logarithms of hazards, shape ``(*, N)``, floating. A number added to all
            of them changes nothing.
        time: Times of event or censoring, same shape, of any real dtype; only their
            order matters. It is a constant, as is `event`.
        event: Whether the event was seen, same shape: boolean, or 0 and 1.
        ties: ``"efron"``, or ``"breslow"``, with which events at one time have ``R``
            each.
        reduction: ``"none"``, ``"mean"`` over the events, or ``"sum"``.
        axis: Axis of the individuals.
        where: Boolean, broadcastable to `input`. A False individual has loss 0 and
            gradient 0 (even at nan), and is never at risk.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in nats, shape of `input` for ``"none"``, else ``()``. The mean without
        events is 0, that of no individuals is nan.

    Raises:
        TypeError: `input` is not floating, or `time` or `event` not real arrays.
        ValueError: Shapes do not fit, an event is neither 0 nor 1 (on JAX: nan in
            value and gradient; see `debug_values`), or an option is unknown.

    Peers:
        The neg_partial_log_likelihood of torchsurv, except that with ties its mean is
        over the times at which there are events. `axis`, `where` and `dtype` are new.

    Numerics:
        The time and the memory of one sort: sums over those at risk run along the
        sorted times, each relative to its largest exponential. Without ties a loss near
        0 keeps its digits.

    Examples:
        >>> import numpy as np
        >>> x, time = np.zeros(4), np.asarray([3.0, 1.0, 2.0, 1.0])
        >>> event = np.asarray([False, True, True, False])
        >>> print(cox_loss(x, time, event, reduction="none").round(4))  # log 4, log 2
        [0.     1.3863 0.6931 0.    ]

    References:
        D. R. Cox, Regression models and life-tables, 1972.
        B. Efron, The efficiency of Cox's likelihood function for censored data, 1977.
    """
    check_choice(("efron", "breslow"), ties=ties)
    batch = cohorts(input, time, event, axis=axis, where=where, dtype=dtype)
    if 0 in batch.input.shape:
        return batch.reduce(batch.input, reduction)
    individuals = sort_individuals(batch)
    losses = partial_likelihood_terms(batch.xp, individuals, ties)
    if reduction == "none":
        losses = unsort(batch.xp, losses, individuals)
    return batch.reduce(losses, reduction)
