"""Distillation: how far the distribution of a student is from that of a teacher."""

from typing import Any

from funloss._array import is_number, lookup
from funloss._core.loss import loss
from funloss._core.options import (
    Option,
    open_unit_interval,
    positive,
    unit_interval,
)
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.distribution._mixtures import KL, MIXED

__all__ = ["distillation_loss", "is_end", "share_option"]


@loss
def distillation_loss(
    input: Array,
    target: ArrayLike,
    *,
    beta: int | Real = 0.0,
    temperature: Real = 1.0,
    axis: int = 1,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Knowledge distillation: divergence of a student's scores from a teacher's.

    With ``p = softmax(input / temperature)`` of the student and ``q = softmax(target /
    temperature)`` of the teacher, the loss of a row is ``KL(q || p)`` for ``beta=0``,
    ``KL(p || q)`` for ``beta=1``, and between them the generalized Jensen-Shannon
    divergence ``beta * KL(q || m) + (1 - beta) * KL(p || m)`` from the mixture ``m =
    (1 - beta) * p + beta * q``. Log-probabilities are scores, too.

    Args:
        input: Scores (logits) of the student, shape ``(C)``, ``(N, C)`` or ``(N, C,
            *d)``, floating. A class with score -inf is impossible.
        target: Scores of the teacher, same shape. It has a gradient, too: stop it
            where the teacher is trained for something else.
        beta: The Python numbers 0 and 1, or between them, where it may be a 0-d
            array. Divided by `beta`, the loss tends to that of 0 as `beta` does.
        temperature: What both scores are divided by, > 0; a number or a 0-d array.
            Multiply the loss by its square for gradients that keep their size.
        axis: Class axis; of a single row it is axis 0.
        weight: Factor on each row's loss, shape of the losses or a number. The mean
            still divides by the number of rows.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``; inf where `beta` is 0 and
        the student holds impossible what the teacher does not, or `beta` is 1 and the
        other way round, and nan where all classes are impossible. The mean of no rows
        is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `reduction` or `axis` is unknown, or an option is
            out of its range (in an array on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        The generalized Jensen-Shannon loss of TRL and Liger, which has the same
        `beta`. EasyDeL's multiplies the divergences by the weights of the mixture
        swapped, and its ``beta=0`` is documented as ``KL(p || q)``. torchtune's forward
        divergence is the cross-entropy, without the teacher's entropy.

    Examples:
        >>> import numpy as np
        >>> x, t = np.log(np.asarray([[[0.5, 0.5]], [[0.75, 0.25]]]))
        >>> print(distillation_loss(x, t).round(4))
        0.1308
        >>> print(distillation_loss(x, t, beta=0.5).round(4))
        0.0338

    References:
        G. Hinton, O. Vinyals and J. Dean, Distilling the knowledge in a neural
        network, 2015.
        R. Agarwal et al., On-policy distillation of language models: Learning from
        self-generated mistakes, 2024.
    """
    rows = time_steps(
        input=input,
        target=target,
        axis=axis,
        inner={"input": 1, "target": 1},
        options={"temperature": positive(temperature), "beta": share_option(beta)},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (x, t), (heat, share) = rows.xp, rows.arrays.values(), rows.options
    if is_end(beta):
        pair = (x, t) if beta == 0 else (t, x)
        losses = KL.losses(xp, *pair, heat, rows.axis)
    else:
        losses = MIXED.losses(xp, x, t, heat, rows.axis, share)
    return rows.reduce(losses, reduction)


def share_option(beta: Any) -> Option:
    """Return `beta` with its bounds: an array must be between 0 and 1."""
    is_plain = lookup(beta) is None or is_number(beta)
    return unit_interval(beta) if is_plain else open_unit_interval(beta)


def is_end(beta: Any) -> bool:
    """Tell whether the divergence is that of one distribution from the other."""
    return is_number(beta) and beta in (0, 1)
