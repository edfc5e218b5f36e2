"""Direct preference optimisation, and the losses that share its arguments."""

import math
from typing import Any, Literal, TypeAlias

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import (
    Bounds,
    Option,
    is_zero,
    open_unit_interval,
    positive,
    real,
    unit_interval,
)
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.preference._dpo_terms import dpo_losses

__all__ = ["LossType", "dpo_loss"]

LossType: TypeAlias = Literal[
    "sigmoid",
    "robust",
    "hinge",
    "ipo",
    "exo_pair",
    "nca_pair",
    "bco_pair",
    "sppo_hard",
    "apo_zero",
    "apo_down",
]
_TYPES = LossType.__args__
_WITH_MARGIN = ("sigmoid", "robust", "hinge")
# What the smoothing of a type may be.
_SMOOTHING = {
    "sigmoid": unit_interval,
    "robust": lambda s: Option(s, Bounds(at_least=0, below=0.5)),
    "exo_pair": open_unit_interval,
}


@loss
def dpo_loss(
    chosen: Array,
    rejected: ArrayLike,
    ref_chosen: ArrayLike | None = None,
    ref_rejected: ArrayLike | None = None,
    *,
    loss_type: LossType = "sigmoid",
    beta: Real = 0.1,
    margin: Real = 0.0,
    label_smoothing: Real = 0.0,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """DPO loss: ``-log(sigmoid(beta * (c - r)))`` of a chosen and a rejected answer.

    With ``c = chosen - ref_chosen`` and ``r = rejected - ref_rejected`` the log-ratios
    of policy and reference, ``z = beta * (c - r) - margin``, ``b = beta``, ``s`` the
    smoothing, ``S`` the sigmoid and ``sp`` the softplus, the loss of a pair is::

        sigmoid    (1-s) * sp(-z) + s * sp(z)
        robust     ((1-s) * sp(-z) - s * sp(z)) / (1 - 2*s)
        hinge      max(0, 1 - z)
        ipo        (c - r - 1 / (2*b))**2
        exo_pair   S(z) * log(S(z) / (1-s)) + S(-z) * log(S(-z) / s)
        nca_pair   sp(-b*c) + sp(b*c) / 2 + sp(b*r) / 2
        bco_pair   sp(-b*c) + sp(b*r)
        sppo_hard  (c - 1 / (2*b))**2 + (r + 1 / (2*b))**2
        apo_zero   S(-b*c) + S(b*r)
        apo_down   S(b*c) + S(-b * (c - r))

    The reference policy is a constant. At ``z == 1`` the hinge still has a gradient.

    Args:
        chosen: Log-probabilities of the answers preferred, each the sum over its
            tokens, shape ``(*)``, real.
        rejected: Those of the other answers, same shape or a number.
        ref_chosen: `chosen` under the reference policy, same shape or a number.
            Without both references the ratios are the log-probabilities.
        ref_rejected: `rejected` under the reference policy, same shape or a number.
        loss_type: One of the names above.
        beta: How much a log-ratio counts, > 0; a number or a 0-d array.
        margin: What ``beta * (c - r)`` is to exceed, for ``"sigmoid"``, ``"robust"``
            and ``"hinge"``; a number or a 0-d array.
        label_smoothing: How often the labels of a pair are the wrong way round: in
            0..1 for ``"sigmoid"``, from 0 to below 0.5 for ``"robust"``, between 0 and
            1 for ``"exo_pair"``, which needs it; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on the loss of each pair, same shape. The mean still divides
            by the number of pairs.
        where: Boolean, broadcastable to `chosen`. A False pair has loss 0 and gradient
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss, shape ``(*)`` for ``"none"``, else ``()``; negative at times for
        ``"robust"``. The mean of no pairs is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, one reference alone is given, an option is out of
            range or of another `loss_type`, or `reduction` is unknown.

    Numerics:
        Log-probabilities of answers are of the order of -1000, where bfloat16 has
        steps of 4: sum them in float32.

    Peers:
        `preference_loss_fn` of Liger's `LigerFusedLinearDPOFunction`, torchtune's
        `DPOLoss`, EasyDeL and TRL's `DPOTrainer`, whose names the types have. TRL's
        ``"ipo"`` takes log-ratios over the number of tokens. MaxText's `dpo_loss_fn`
        multiplies by `beta` twice.

    Examples:
        >>> import numpy as np
        >>> chosen, rejected = np.asarray([-8.0]), np.asarray([-12.0])
        >>> print(dpo_loss(chosen, rejected, beta=0.5, loss_type="hinge", margin=1.5))
        0.5
        >>> print(dpo_loss(chosen, rejected, -9.0, -9.0, loss_type="ipo"))
        1.0

    References:
        R. Rafailov et al., Direct preference optimization: your language model is
        secretly a reward model, 2023.
    """
    check_choice(_TYPES, loss_type=loss_type)
    _check_own(loss_type, _WITH_MARGIN, margin=margin)
    _check_own(loss_type, tuple(_SMOOTHING), label_smoothing=label_smoothing)
    options = {"beta": positive(beta)}
    if not is_zero(margin):
        options["margin"] = real(margin)
    if loss_type == "exo_pair" or not is_zero(label_smoothing):
        options["label_smoothing"] = _SMOOTHING[loss_type](label_smoothing)
    batch = elements(
        chosen=chosen,
        rejected=rejected,
        **_references(ref_chosen, ref_rejected),
        options=options,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, checked = batch.xp, dict(zip(options, batch.options, strict=True))
    c, r, *constants = batch.arrays.values()
    constants = [xp.stop_gradient(x) for x in constants] or [None, None]
    losses = dpo_losses(xp, *_placed(xp, loss_type, checked, (c, r, *constants)))
    return batch.reduce(losses, reduction)


def _check_own(loss_type: str, owners: tuple[str, ...], **option: Any) -> None:
    """Raise if an option is given that the type of loss does not have."""
    ((name, value),) = option.items()
    if loss_type not in owners and not is_zero(value):
        *some, last = map(repr, owners)
        msg = (
            f"{name} belongs to loss_type {', '.join(some)} or {last}, got loss_type "
            f"{loss_type!r}"
        )
        raise ValueError(msg)


def _references(ref_chosen: Any, ref_rejected: Any) -> dict[str, Any]:
    """Return the arrays of the reference policy by name, both or none, or raise."""
    given = {"ref_chosen": ref_chosen, "ref_rejected": ref_rejected}
    absent = [name for name, x in given.items() if x is None]
    if len(absent) == 1:
        msg = f"ref_chosen and ref_rejected must come together, got {absent[0]} None"
        raise ValueError(msg)
    return {} if absent else given


def _placed(
    xp: Namespace, loss_type: str, options: dict[str, Any], arrays: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Return the kind of loss, its arrays, scale, offset and parameters."""
    beta, s = options["beta"], options.get("label_smoothing")
    if loss_type in ("ipo", "sppo_hard"):
        return loss_type, arrays, None, 0.5 / beta
    scaled = arrays, beta, options.get("margin")
    if s is not None and loss_type == "exo_pair":
        return loss_type, *scaled, _log(xp, s), _log(xp, 1 - s)
    if loss_type == "robust" and s is not None:
        # Its weights, (1 - s) / (1 - 2 * s) and -s / (1 - 2 * s), add up to 1.
        s = -s / (1 - 2 * s)
    if loss_type in ("sigmoid", "robust"):
        return ("sigmoid", *scaled) if s is None else ("smoothed", *scaled, s)
    return loss_type, *scaled


def _log(xp: Namespace, x: Any) -> Any:
    return math.log(x) if isinstance(x, float) else xp.log(x)
