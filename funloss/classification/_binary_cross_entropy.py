"""Binary cross-entropy, of probabilities and of logits."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_values
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["binary_cross_entropy", "is_no_probability"]


# torch floors p * (1 - p) in the derivative at this float32 number, in every dtype.
_FLOOR = 9.999999960041972e-13


_EPSILON = 1e-12


_OF_LOGITS = ": of logits it is binary_cross_entropy_with_logits"


@loss
def binary_cross_entropy(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Binary cross-entropy between probabilities and targets.

    With ``p`` the input and ``t`` the target, the loss of an element is
    ``-(t * log(p) + (1 - t) * log(1 - p))``, each logarithm at least -100. The
    derivative is ``(p - t) / (p * (1 - p))`` with the denominator at least 1e-12.
    Prefer `binary_cross_entropy_with_logits`, which loses no digits near 0 and 1.

    Args:
        input: Probabilities in 0..1, shape ``(*)``, real.
        target: True probabilities in 0..1, same shape, or a number.
        weight: Factor on each element's loss, broadcastable to `input`. The mean
            still divides by the number of elements.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `reduction` is unknown, or a probability lies
            outside 0..1 (on JAX: nan in value and gradient; see `debug_values`).

    Torch:
        `torch.nn.functional.binary_cross_entropy`; dtypes may differ, `target` may
        be a number, and 16-bit derivatives at 0 and 1 are finite. `where` and `dtype`
        are new.

    Examples:
        >>> import numpy as np
        >>> print(binary_cross_entropy(np.asarray([0.5, 0.0]), np.ones(2)).round(4))
        50.3466
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        fill={"input": 0.5, "target": 0.5},
        broadcast_weight=True,
    )
    checks = [
        _unread(batch.xp, advice, name, batch.arrays[name])
        for name, advice in (("input", _OF_LOGITS), ("target", ""))
    ]
    losses = batch.map(*(_BCE_OR_NAN if any(checks) else _BCE))
    return batch.reduce(losses, reduction)


def is_no_probability(xp: Namespace, p: Any) -> Any:
    """Return where `p` is outside 0..1 or nan."""
    return xp.logical_not(_is_probability(xp, p))


def _is_probability(xp: Namespace, p: Any) -> Any:
    return xp.logical_and(p >= 0, p <= 1)


def _unread(xp: Namespace, advice: str, name: str, p: Any) -> bool:
    """Raise where `p` is no probability, or return whether that cannot be read."""
    if not xp.concrete(p):
        return True
    outside = xp.custom_jvp(is_no_probability, None, p)
    return check_values(xp, "in 0..1", advice, **{name: (p, outside)}) is not None


def _bce(xp: Namespace, p: Any, t: Any) -> Any:
    log_rest = xp.clamp_min(xp.log1p(-p), -100.0)
    return (t - 1) * log_rest - t * xp.clamp_min(xp.log(p), -100.0)


def _bce_d_input(xp: Namespace, p: Any, t: Any) -> Any:
    return xp.custom_jvp(_floored_d_input, (_bce_d2_input, _bce_d2_input_target), p, t)


def _floored_d_input(xp: Namespace, p: Any, t: Any) -> Any:
    return (p - t) / xp.clamp_min((1 - p) * p, _FLOOR)


def _bce_d2_input(xp: Namespace, p: Any, t: Any) -> Any:
    # The clamp keeps XLA from adding 1 and epsilon first, which loses digits near 1.
    rest = xp.clamp_min(1 - p, 0.0) + _EPSILON
    denominator = xp.square((p + _EPSILON) * rest)
    return (p * p - 2 * p * t + t) / denominator


def _bce_d2_input_target(xp: Namespace, p: Any, t: Any) -> Any:
    return -1 / xp.clamp_min((1 - p) * p, _FLOOR)


def _bce_d_target(xp: Namespace, p: Any, t: Any) -> Any:
    return xp.log1p(-p) - xp.log(p)


def _are_probabilities(xp: Namespace, p: Any, t: Any) -> Any:
    return xp.logical_and(_is_probability(xp, p), _is_probability(xp, t))


# A select, where a factor of each array would be written out before the sum.
def _bce_or_nan(xp: Namespace, p: Any, t: Any) -> Any:
    return xp.where(_are_probabilities(xp, p, t), _bce(xp, p, t), math.nan)


def _bce_or_nan_d_input(xp: Namespace, p: Any, t: Any) -> Any:
    return _bce_d_input(xp, p, t) * _one_or_nan(xp, p, t)


def _bce_or_nan_d_target(xp: Namespace, p: Any, t: Any) -> Any:
    return _bce_d_target(xp, p, t) * _one_or_nan(xp, p, t)


# A factor, which keeps derivatives of any order nan.
def _one_or_nan(xp: Namespace, p: Any, t: Any) -> Any:
    return xp.where(_are_probabilities(xp, p, t), xp.ones_like(p), math.nan)


_BCE = (_bce, (_bce_d_input, _bce_d_target))
_BCE_OR_NAN = (_bce_or_nan, (_bce_or_nan_d_input, _bce_or_nan_d_target))
