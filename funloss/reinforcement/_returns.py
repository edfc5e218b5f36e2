"""Targets of values: one step ahead, or returns along a time axis."""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace, lookup
from funloss._core.arrays import cast_like, fill_masked
from funloss._core.checks import check_axis, check_broadcastable_to
from funloss._core.options import check_scalar, is_zero

__all__ = [
    "check_inverses",
    "check_steps",
    "discounted_sums",
    "in_time",
    "lambda_targets",
    "rescaled",
    "traces",
]


def check_steps(shape: tuple[int, ...], **arrays: Any) -> None:
    """Raise unless each array holds one number a step, or one for all of them."""
    for name, x in arrays.items():
        if x is not None and tuple(x.shape) not in (shape, ()):
            msg = f"{name} must have shape {shape} or (), got {tuple(x.shape)}"
            raise ValueError(msg)


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


def rescaled(
    xp: Namespace, x: Any, where: Any, **function: Callable[[Any], Any] | None
) -> Any:
    """Return a function of an array as a constant, or `x` if the function is None.

    It is 0 where `where` is False: a function need not be finite at what masked
    steps hold.
    """
    ((name, apply),) = function.items()
    if apply is None:
        return x
    x = xp.stop_gradient(x)
    made = apply(x)
    if lookup(made) is not lookup(x) or tuple(made.shape) != tuple(x.shape):
        shape, got = tuple(x.shape), type(made).__name__
        got += "" if lookup(made) is None else f" of shape {tuple(made.shape)}"
        kind = type(x).__name__
        msg = f"{name} must return a {kind} of shape {shape}, got {got}"
        raise ValueError(msg)
    made = xp.stop_gradient(xp.astype(made, x.dtype))
    return fill_masked(xp, where, (made, 0.0))[0]


def lambda_targets(
    xp: Namespace,
    reward: Any,
    discount: Any,
    value: Any,
    lambda_: Any,
    where: Any,
    axis: int,
    shape: tuple[int, ...],
) -> Any:
    """Return the constants that values are drawn to: the lambda-returns.

    A step that no kept step follows takes its `value` alone, as every step does with
    the number 0 for `lambda_`.
    """
    if is_zero(lambda_):
        return xp.stop_gradient(reward + discount * value)
    arrays = [xp.stop_gradient(x) for x in (reward, discount, value)]
    trace = traces(xp, arrays[-1], where, axis, shape, lambda_=lambda_)
    reward, discount, value = in_time(xp, axis, shape, *arrays)
    gain = reward + discount * ((1 - trace) * value)
    return xp.moveaxis(discounted_sums(xp, gain, discount * trace), 0, axis)


def traces(
    xp: Namespace, like: Any, where: Any, axis: int, shape: Any, **option: Any
) -> Any:
    """Return how much of each step's target comes from the step after, time first.

    Nothing does where no kept step follows.
    """
    ((name, share),) = option.items()
    if lookup(share) is None or tuple(share.shape) == ():
        check_scalar(xp, like, at_least=-float("inf"), **option)
    (share,) = cast_like(xp, like, **option)
    if lookup(share) is None:
        share = xp.asarray(share, dtype=like.dtype, **xp.device_kw(like))
    check_broadcastable_to(shape, **{name: share})
    (share,) = fill_masked(xp, where, (xp.stop_gradient(share), 0.0))
    (share,) = in_time(xp, axis, shape, share)
    if where is None:
        last = xp.zeros_like(share[:1, ...])
        return xp.concat([share[:-1, ...], last], axis=0)
    (kept,) = in_time(xp, axis, shape, where)
    followed = xp.concat([kept[1:, ...], xp.zeros_like(kept[:1, ...])], axis=0)
    return xp.where(followed, share, 0.0)


def in_time(xp: Namespace, axis: int, shape: tuple[int, ...], *arrays: Any) -> Any:
    """Return the arrays in `shape`, with the time axis first."""
    axis = check_axis(axis, len(shape), "time_axis")
    return [xp.moveaxis(xp.broadcast_to(x, shape), axis, 0) for x in arrays]


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
