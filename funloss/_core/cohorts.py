"""The way into a loss of times until an event: individuals at risk together."""

from typing import Any

from funloss._array import Namespace, lookup, namespace
from funloss._core.arrays import check_real, check_where, promote_arrays
from funloss._core.checks import check_axis, check_shapes_equal, check_values
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = ["Cohorts", "cohorts"]


class Cohorts(Record):
    """Individuals of each cohort, on the last axis."""

    xp: Namespace
    # Of the result.
    dtype: Any
    # Predictions, what orders the individuals, and which have a loss.
    input: Any
    time: Any
    event: Any
    # None, or of the shape of the others.
    where: Any
    # Where the individuals were.
    axis: int

    def reduce(self, losses: Any, reduction: str) -> Any:
        """Reduce and cast losses, 0 but at an event; the mean is over the events.

        For a sum or a mean they may stand in any order.
        """
        xp = self.xp
        if reduction == "none":
            losses = xp.moveaxis(losses, -1, self.axis)
        divisor = xp.total(xp.astype(self.event, losses.dtype))
        if 0 not in losses.shape:
            divisor = xp.clamp_min(divisor, 1.0)
        # All the others are 0 by now: the mask only tells whether there is anyone.
        anyone = None if self.where is None else xp.any(self.where)
        (anyone,) = xp.of_ndim(losses.ndim, anyone)
        return reduce_losses(
            xp, self.dtype, losses, reduction, where=anyone, divisor=divisor
        )


def cohorts(
    input: Any, time: Any, event: Any, *, axis: int, where: Any, dtype: Any
) -> Cohorts:
    """Check, promote and mask the arguments of a loss of times until an event.

    A cohort is nan that has a time of nan or, where that cannot be read, a bad event.

    Raises:
        TypeError: `input` is not floating, or `time` or `event` not real arrays.
        ValueError: Shapes do not fit, or an event is neither 0 nor 1.
    """
    xp, out, (input,) = promote_arrays(dtype, input=input)
    time = _comparable(xp, input, ordered=True, time=time)
    given, event = event, _comparable(xp, input, ordered=False, event=event)
    check_shapes_equal(input=input, time=time, event=event)
    place = _individuals_axis(input, axis)
    where = check_where(xp, input, where, tuple(input.shape))
    where = where if where is None else xp.broadcast_to(where, input.shape)
    neither = _kept(xp, xp.logical_and(event != 0, event != 1), where)
    neither = check_values(xp, "0 or 1", event=(given, neither))
    input = _nan_if_unordered(xp, input, time, neither, where, place)
    event = _kept(xp, event != 0, where)
    arrays = (
        x if x is None else xp.moveaxis(x, place, -1)
        for x in (input, time, event, where)
    )
    return Cohorts(xp, out, *arrays, place)


def _comparable(xp: Namespace, input: Any, *, ordered: bool, **array: Any) -> Any:
    """Return an array of any real dtype as floats or integers that compare.

    With `ordered` their order alone counts, else which of them are 0 and 1.
    """
    ((name, x),) = array.items()
    if lookup(x) is None:
        msg = f"{name} must be an array, got {type(x).__name__}"
        raise TypeError(msg)
    namespace(input=input, **array)
    check_real(xp, name, x.dtype)
    if xp.is_float(x.dtype):
        return xp.stop_gradient(x)
    if not xp.is_int(x.dtype):
        return xp.astype(x, xp.int8)
    # Beside arrays of JAX, those of NumPy hold integers that JAX does not.
    foreign = ordered and lookup(x) is not xp
    return xp.identities(x) if foreign else xp.saturated(x)


def _individuals_axis(input: Any, axis: int) -> int:
    """Return the axis of the individuals counted from the front, or raise."""
    if not input.ndim:
        msg = "input must have an axis of individuals, got shape ()"
        raise ValueError(msg)
    return check_axis(axis, input.ndim)


def _nan_if_unordered(
    xp: Namespace, input: Any, time: Any, neither: Any, where: Any, axis: int
) -> Any:
    """Return hazards, nan along with one whose time or event is none."""
    void = _kept(xp, xp.isnan(time), where) if xp.is_float(time.dtype) else None
    for bad in (neither, void):
        if bad is not None:
            input = xp.nan_where(input, xp.any(bad, axis=axis, keepdims=True))
    return input


def _kept(xp: Namespace, x: Any, where: Any) -> Any:
    return x if where is None else xp.logical_and(x, where)
