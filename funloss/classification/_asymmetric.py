"""Asymmetric loss of logits: a focal loss that fades each side by its own power."""

from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import non_negative, unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._asymmetric_terms import PARTIALS, asymmetric
from funloss.classification._focal_parts import (
    logistic_parts,
    unread_probability,
    whole,
)

__all__ = ["asymmetric_loss"]


@loss
def asymmetric_loss(
    input: Array,
    target: ArrayLike,
    *,
    gamma_neg: Real | int = 4.0,
    gamma_pos: Real | int = 1.0,
    clip: Real = 0.05,
    constant_weights: bool = False,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Asymmetric loss: a focal loss whose easy negatives fade fast, or are dropped.

    With ``p = sigmoid(input)`` and ``q = max(0, p - clip)``, the loss of an element
    with target ``t`` is ``-t * (1 - p)**gamma_pos * log(p) - (1 - t) * q**gamma_neg *
    log(1 - q)``. A negative up to ``p == clip`` has loss 0 and gradient 0. Exact in
    both tails.

    Args:
        input: Logits, shape ``(*)``, real.
        target: True probabilities in 0..1, same shape, or a number.
        gamma_neg: How fast the loss of an easy negative fades, >= 0. A number or a 0-d
            array; on JAX each whole number has a program of its own.
        gamma_pos: Likewise of positives.
        clip: Probability up to which a negative has no loss, in 0..1; a number or a 0-d
            array. It also bounds the loss of a wrong negative by ``-log(clip)``.
        constant_weights: Whether the gradient takes both powers for constants. If
            False, it is the gradient of the loss.
        weight: Factor on each element's loss, broadcastable to `input`. The mean
            divides by the sum of weights.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, an option is out of its range or unknown, or a target
            lies outside 0..1 (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        timm's ``AsymmetricLossMultiLabel``, which is the sum over all elements, and
        floors probabilities at 1e-8, beyond which it has no derivative. There
        ``disable_torch_grad_focal_loss=True`` is `constant_weights`.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.0, 2.0, -4.0]), np.asarray([1.0, 0.0, 0.0])
        >>> print(asymmetric_loss(x, t, reduction="none").round(4))
        [0.3466 0.8464 0.    ]

    References:
        E. Ben-Baruch, T. Ridnik et al., Asymmetric loss for multi-label classification,
        2020.
    """
    options = {
        "gamma_neg": non_negative(gamma_neg),
        "gamma_pos": non_negative(gamma_pos),
        "clip": unit_interval(clip),
    }
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options=options,
        broadcast_weight=True,
    )
    xp, (input, target) = batch.xp, batch.arrays.values()
    unread = unread_probability(xp, target)
    arguments = (input, target, *map(whole, batch.options), constant_weights, unread)
    partials = (*PARTIALS, None, None)
    losses = xp.custom_jvp(asymmetric, partials, *arguments, shared=logistic_parts)
    return batch.reduce(losses, reduction, mean_over="weight")
