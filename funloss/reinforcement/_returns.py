"""Targets of values: one step ahead, or returns along a time axis."""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace, lookup
from funloss._core.arrays import cast_like, fill_masked
from funloss._core.checks import check_axis, check_broadcastable_to
from funloss._core.labels import expand_along
from funloss._core.options import check_scalar, is_zero
from funloss._core.time_steps import TimeSteps

__all__ = [
    "apply_as_constant",
    "check_inverses",
    "discounted_sums",
    "lambda_returns",
    "trace_decay",
]


def check_inverses(**functions: Any) -> None:
    """Raise unless both options are functions, or both are None."""
    for name, function in functions.items():
        if function is not None and not callable(function):
            msg = f"{name} must be a function, got {function!r}"
            raise TypeError(msg)
    given = [name for name, function in functions.items() if function is not None]
    if len(given) == 1:
        msg = f"{' and '.join(functions)} must be given together, got {given[0]} alone"
        raise ValueError(msg)


def apply_as_constant(
    xp: Namespace, x: Any, where: Any, **function: Callable[[Any], Any] | None
) -> Any:
    """Return a function of `x`, without a gradient; `x` if the function is None.

    The result is 0 where `where` is False: a function need not be finite at the
    values that fill masked steps.
    """
    ((name, apply),) = function.items()
    if apply is None:
        return x
    x = xp.stop_gradient(x)
    result = apply(x)
    if lookup(result) is not lookup(x) or tuple(result.shape) != tuple(x.shape):
        shape, got = tuple(x.shape), type(result).__name__
        got += "" if lookup(result) is None else f" of shape {tuple(result.shape)}"
        kind = type(x).__name__
        msg = f"{name} must return a {kind} of shape {shape}, got {got}"
        raise ValueError(msg)
    result = xp.stop_gradient(xp.astype(result, x.dtype))
    return fill_masked(xp, where, (result, 0.0))[0]


def lambda_returns(steps: TimeSteps, value: Any, lambda_: Any, time_axis: int) -> Any:
    """Return the lambda-returns, without a gradient, of values of the next states.

    A step that no unmasked step follows takes its `value` alone, as every step does
    with the number 0 for `lambda_`.
    """
    xp, reward, discount = steps.xp, steps.arrays["reward"], steps.arrays["discount"]
    if is_zero(lambda_):
        return xp.stop_gradient(reward + discount * value)
    reward, discount, value = map(xp.stop_gradient, (reward, discount, value))
    decay = trace_decay(steps, value, lambda_, time_axis)
    gain = reward + discount * ((1 - decay) * value)
    return discounted_sums(steps, gain, discount * decay, time_axis)


def trace_decay(steps: TimeSteps, like: Any, lambda_: Any, time_axis: int) -> Any:
    """Return the weight of the next step's return in each target.

    It is 0 where no unmasked step follows.
    """
    xp, shape, where = steps.xp, steps.shape, steps.where
    if lookup(lambda_) is None or tuple(lambda_.shape) == ():
        check_scalar(xp, like, at_least=-float("inf"), lambda_=lambda_)
    (decay,) = cast_like(xp, like, lambda_=lambda_)
    if lookup(decay) is None:
        decay = xp.asarray(decay, dtype=like.dtype, **xp.device_kw(like))
    check_broadcastable_to(shape, lambda_=decay)
    (decay,) = fill_masked(xp, where, (xp.stop_gradient(decay), 0.0))
    return xp.where(_is_followed(steps, like, time_axis), decay, 0.0)


def _is_followed(steps: TimeSteps, like: Any, time_axis: int) -> Any:
    """Return where an unmasked step follows; it broadcasts to the steps."""
    xp, shape, axis = steps.xp, steps.shape, _axis_of_time(steps, time_axis)
    places = xp.arange(shape[axis], **xp.device_kw(like))
    followed = expand_along(xp, places < shape[axis] - 1, axis, len(shape))
    if steps.where is None:
        return followed
    kept = xp.broadcast_to(steps.where, shape)
    before = (slice(None),) * axis
    # The last step has the first after it, which does not count.
    kept = [kept[(*before, part, ...)] for part in (slice(1, None), slice(1))]
    return xp.logical_and(followed, xp.concat(kept, axis=axis))


def discounted_sums(steps: TimeSteps, gain: Any, decay: Any, time_axis: int) -> Any:
    """Return ``s[t] = gain[t] + decay[t] * s[t + 1]``, and `gain` at the last step."""
    xp, axis = steps.xp, _axis_of_time(steps, time_axis)
    if steps.shape[axis] < 2:
        return gain

    def step(carry: Any, row: Any) -> Any:
        (later,), (gained, kept) = carry, row
        now = gained + kept * later
        return (now,), now

    arrays = (xp.broadcast_to(x, steps.shape) for x in (gain, decay))
    gain, decay = (xp.moveaxis(x, axis, 0) for x in arrays)
    rows = gain[:-1, ...], decay[:-1, ...]
    _, sums = xp.scan(step, (gain[-1, ...],), rows, reverse=True)
    return xp.moveaxis(xp.concat([sums, gain[-1:, ...]], axis=0), 0, axis)


def _axis_of_time(steps: TimeSteps, time_axis: int) -> int:
    return check_axis(time_axis, len(steps.shape), "time_axis")
