"""Terms of the Tweedie loss, and their derivatives, near any power.

With ``c`` for ``1 - power`` and for ``2 - power``, and ``u = log(mean / target)``, half
the deviance is ``R(2 - power) - target * R(1 - power)``, where ``R(c)`` is ``target**c
* (exp(c * u) - 1 - c * u) / c``. Both terms are at least 0 for powers between 1 and 2,
and one of them is 0 at 1 and at 2: nothing cancels there.
"""

from typing import Any

from funloss._array import Namespace
from funloss._core.record import Record
from funloss.regression._floored import floored

__all__ = ["Tweedie"]


class Tweedie(Record):
    """The loss at a power, and its derivatives."""

    # A Python number, or None where an array comes as the last argument.
    power: Any
    log_input: bool
    full: bool

    def losses(self, xp: Namespace, x: Any, y: Any, eps: Any, *power: Any) -> Any:
        """Return the loss of each element."""
        mean = self._mean(xp, x, eps, *power)
        return _half_deviance(mean, y) if self.full else _part(mean, y)

    def shared(self, xp: Namespace, x: Any, y: Any, eps: Any) -> tuple[Any, ...]:
        """Return what the loss at a number and its derivatives have in common."""
        del y
        mean = self._mean(xp, x, eps)
        return (mean.to_power(mean.a),)

    def d_input(self, xp: Namespace, x: Any, y: Any, eps: Any, *rest: Any) -> Any:
        """Return its derivative in the input, that at the floor below it."""
        mean = self._mean(xp, x, eps, *(rest if self.power is None else ()))
        if not self.log_input:
            power = mean.to_power(mean.a) if self.power is None else rest[0]
            return power * ((mean.value - y) / mean.value)
        steps = mean.to_power(mean.a) * (mean.value - y)
        return xp.where(y == 0, mean.to_power(mean.b), steps)

    def d_target(self, xp: Namespace, x: Any, y: Any, eps: Any, *rest: Any) -> Any:
        """Return its derivative in the target, that without `full` at 0."""
        mean = self._mean(xp, x, eps, *(rest if self.power is None else ()))
        a, is_zero = mean.a, y <= 0
        part = -(mean.log() if _is(a, 0) else mean.to_power(a) / a)
        if not self.full:
            return part
        if _is(mean.b, 2):
            return y - mean.value
        target = xp.where(is_zero, 1.0, y)
        u = mean.log_over(target)
        if _is(a, 0):
            return xp.where(is_zero, part, -u)
        v = a * u
        rest = xp.expm1(_negative(xp, v))
        step = xp.where(v > 0, mean.to_power(a), -_power(xp, target, a)) * rest / a
        return xp.where(is_zero, part, step)

    def d_power(self, xp: Namespace, x: Any, y: Any, eps: Any, power: Any) -> Any:
        """Return its derivative in the power."""
        mean = self._mean(xp, x, eps, power)
        a, b, log = mean.a, mean.b, mean.log()
        of_mean, of_target = (
            mean.to_power(c) * (1 - c * log) / (c * c) for c in (b, a)
        )
        part = of_mean - xp.where(y == 0, 0.0, y * of_target)
        if not self.full:
            return part
        is_zero = y <= 0
        target = xp.where(is_zero, 1.0, y)
        terms = [_excess(mean, target, c) for c in (b, a)]
        value, step = (one - target * other for one, other in zip(*terms, strict=True))
        return xp.where(is_zero, part, -xp.log(target) * value - step)

    def _mean(self, xp: Namespace, x: Any, eps: Any, *power: Any) -> "_Mean":
        (p,) = power or (self.power,)
        if self.log_input:
            return _Mean(xp, xp.exp(x), x, 1 - p, 2 - p)
        has_floor = self.power != 0
        return _Mean(xp, floored(xp, x, eps) if has_floor else x, None, 1 - p, 2 - p)


class _Mean(Record):
    """A mean, and the exponents of a power."""

    xp: Namespace
    value: Any
    # Its logarithm, if that is what was given.
    given_log: Any
    # One less the power, and two less it.
    a: Any
    b: Any

    def log(self) -> Any:
        """Return its logarithm."""
        return self.xp.log(self.value) if self.given_log is None else self.given_log

    def to_power(self, c: Any) -> Any:
        """Return it to the power of `c`, which may be an array."""
        if self.given_log is not None:
            return self.value if _is(c, 1) else self.xp.exp(c * self.given_log)
        if c is not self.b or _is(c, 2) or _is(c, 0):
            return _power(self.xp, self.value, c)
        # One power fewer to compute; 0 has none below it.
        other = _power(self.xp, self.value, self.a)
        return self.xp.multiply_no_nan(self.value, other)

    def log_over(self, target: Any) -> Any:
        """Return the logarithm of its ratio to `target`, with its digits near 0."""
        xp = self.xp
        if self.given_log is not None:
            return self.given_log - xp.log(target)
        excess = (self.value - target) / target
        is_near = xp.absolute(excess) < 0.5
        near = xp.log1p(xp.where(is_near, excess, 0.0))
        return xp.where(is_near, near, xp.log(self.value / target))


def _is(c: Any, number: int) -> bool:
    """Tell whether an exponent is that Python number; an array may be anything."""
    return type(c) is float and c == number


def _power(xp: Namespace, x: Any, c: Any) -> Any:
    """Return a power of numbers of at least 0.

    In float32 an exponent near 1 or -1 would be rounded by as much as one near 0.
    """
    near = round(c) if type(c) is float else 0
    if near not in (1, -1) or _is(c, near):
        return x**c
    rest = xp.where(x > 0, x, 1.0) ** (c - near)
    return x * rest if near == 1 else rest / x


def _negative(xp: Namespace, v: Any) -> Any:
    """Return ``-abs(v)``, with derivative 1 at 0, where `v` itself is what is meant."""
    return xp.where(v > 0, -v, v)


def _of_mean(mean: _Mean) -> Any:
    b = mean.b
    return mean.log() if _is(b, 0) else mean.to_power(b) / b


def _part(mean: _Mean, y: Any) -> Any:
    a, xp = mean.a, mean.xp
    of_target = mean.log() if _is(a, 0) else mean.to_power(a) / a
    # A target of 0 beside a mean of 0.
    return _of_mean(mean) + xp.multiply_no_nan(y, -of_target)


def _half_deviance(mean: _Mean, y: Any) -> Any:
    xp = mean.xp
    if _is(mean.b, 2):
        return 0.5 * xp.square(mean.value - y)
    is_zero = y <= 0
    target = xp.where(is_zero, 1.0, y)
    own, other = (
        0.0 if _is(c, 0) else _excess(mean, target, c)[0] for c in (mean.b, mean.a)
    )
    return xp.where(is_zero, _of_mean(mean), own - target * other)


def _excess(mean: _Mean, target: Any, c: Any) -> tuple[Any, Any]:
    """Return ``R(c)``, and what its derivative has besides ``log(target) * R(c)``.

    Of the two powers the larger one is a factor, so that no exponential overflows.
    """
    xp, u = mean.xp, mean.log_over(target)
    v = c * u
    w = _negative(xp, v)
    rest = xp.expm1(w)
    # exp(w) - 1 - w, and 1 - exp(w) + w * exp(w).
    falling = xp.expm1x(w)
    # Beyond that the exponential is 0, and times minus infinity it would be nan.
    far = xp.clamp_min(w, -1e3) * (rest + 1) - rest
    rising = xp.where(w > -1, w * rest - falling, far)
    if type(mean.b) is float and mean.b < 0:
        # Both terms have a logarithm, of one sign by now: left out where it is large.
        is_far = xp.absolute(u) > 1
        falling = xp.where(is_far, rest, falling)
        rising = xp.where(is_far, -rest, rising)
    falls, low, top = v <= 0, _power(xp, target, c), mean.to_power(c)
    return (
        xp.where(falls, low * falling, top * rising) / c,
        xp.where(falls, low * rising, top * falling) / (c * c),
    )
