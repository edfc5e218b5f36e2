"""Targets of values: one step ahead, or returns along a time axis."""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace, lookup
from funloss._core.arrays import cast_like, fill_masked
from funloss._core.checks import check_axis, check_broadcastable_to
from funloss._core.options import check_scalar, is_zero
from funloss._core.time_steps import TimeSteps

__all__ = [
    "apply_as_constant",
    "check_inverses",
    "discounted_sums",
    "lambda_returns",
    "time_major",
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
    arrays = [xp.stop_gradient(x) for x in (reward, discount, value)]
    decay = trace_decay(steps, arrays[-1], lambda_, time_axis)
    reward, discount, value = time_major(steps, time_axis, *arrays)
    gain = reward + discount * ((1 - decay) * value)
    return xp.moveaxis(discounted_sums(xp, gain, discount * decay), 0, time_axis)


def trace_decay(steps: TimeSteps, like: Any, lambda_: Any, time_axis: int) -> Any:
    """Return the weight of the next step's return in each target, time first.

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
    (decay,) = time_major(steps, time_axis, decay)
    if where is None:
        last = xp.zeros_like(decay[:1, ...])
        return xp.concat([decay[:-1, ...], last], axis=0)
    (kept,) = time_major(steps, time_axis, where)
    followed = xp.concat([kept[1:, ...], xp.zeros_like(kept[:1, ...])], axis=0)
    return xp.where(followed, decay, 0.0)


def time_major(steps: TimeSteps, time_axis: int, *arrays: Any) -> list[Any]:
    """Return the arrays in the shape of the steps, with the time axis first."""
    xp, axis = steps.xp, check_axis(time_axis, len(steps.shape), "time_axis")
    return [xp.moveaxis(xp.broadcast_to(x, steps.shape), axis, 0) for x in arrays]


def discounted_sums(xp: Namespace, gain: Any, decay: Any) -> Any:
    """Return ``s[t] = gain[t] + decay[t] * s[t + 1]``, and `gain` at the last step."""
    if gain.shape[0] < 2:
        return gain

    def step(carry: Any, row: Any) -> Any:
        (later,), (gained, kept) = carry, row
        now = gained + kept * later
        return (now,), now

    rows = gain[:-1, ...], decay[:-1, ...]
    _, sums = xp.scan(step, (gain[-1, ...],), rows, reverse=True)
    return xp.concat([sums, gain[-1:, ...]], axis=0)
