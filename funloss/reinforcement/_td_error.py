"""Half the squared temporal-difference error, or its Huber loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.options import check_scalar, propagate_nan
from funloss.regression._huber import huber_losses

__all__ = ["squared_td_error"]


def squared_td_error(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    """Return half the squared errors, or their Huber loss if `delta` is given."""
    if delta is None:
        return xp.custom_jvp(_half_squared, (_error, None), input, target)
    delta = check_scalar(xp, input, above=0, delta=delta)
    return huber_losses(xp, propagate_nan(xp, input, delta), target, delta)


def _half_squared(xp: Namespace, input: Any, target: Any) -> Any:
    return 0.5 * xp.square(input - target)


def _error(xp: Namespace, input: Any, target: Any) -> Any:
    return input - target
