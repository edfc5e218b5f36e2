"""Shapes of the general robust loss: some have a formula of their own."""

import math
from collections.abc import Callable
from typing import Any

from funloss._array import Namespace, is_number
from funloss._core.record import Record

__all__ = ["log_of_square", "shape_of"]

# From here on 1 + x**2 is x**2 to all digits of float64, and no square of it is
# infinite in float32; nor is that of the smaller number.
_FAR, _LARGE = 1e17, 1e9


class Shape(Record):
    """The loss of an error over the scale, and its derivatives."""

    value: Callable[..., Any]
    # In the error over the scale, and in alpha; called with both, as the value is.
    derivative: Callable[..., Any]
    derivative_in_alpha: Callable[..., Any] | None = None

    def losses(self, xp: Namespace, x: Any, t: Any, alpha: Any, scale: Any) -> Any:
        """Return the loss of each element."""
        return self.value(xp, (x - t) / scale, alpha)

    def d_input(self, xp: Namespace, x: Any, t: Any, alpha: Any, scale: Any) -> Any:
        """Return its derivative in the input."""
        return self.derivative(xp, (x - t) / scale, alpha) / scale

    def d_scale(self, xp: Namespace, x: Any, t: Any, alpha: Any, scale: Any) -> Any:
        """Return its derivative in the scale."""
        error = _finite(xp, (x - t) / scale)
        return -error * self.derivative(xp, error, alpha) / scale

    @property
    def d_alpha(self) -> Callable[..., Any] | None:
        """Its derivative in alpha."""
        derivative = self.derivative_in_alpha
        if derivative is None:
            return None
        return lambda xp, x, t, alpha, scale: derivative(xp, (x - t) / scale, alpha)


def shape_of(alpha: Any) -> Shape:
    """Return the shape for `alpha`, a Python number or an array."""
    return _OWN.get(alpha, _GENERAL) if is_number(alpha) else _GENERAL


def _finite(xp: Namespace, x: Any) -> Any:
    most = float(xp.finfo(x.dtype).max)
    return xp.clamp_max(xp.clamp_min(x, -most), most)


def _charbonnier(xp: Namespace, x: Any, _: Any) -> Any:
    size = xp.absolute(x)
    far = size > _FAR
    near = xp.where(far, 1.0, size)
    return xp.where(far, size, near * near / (1 + xp.sqrt(1 + near * near)))


def _charbonnier_d_x(xp: Namespace, x: Any, _: Any) -> Any:
    near = xp.clamp_max(xp.clamp_min(x, -_FAR), _FAR)
    return near / xp.sqrt(1 + near * near)


def _cauchy(xp: Namespace, x: Any, _: Any) -> Any:
    return log_of_square(xp, x, 2.0)


def _cauchy_d_x(xp: Namespace, x: Any, _: Any) -> Any:
    # Over its own size, so that nothing is squared that is large.
    large = xp.clamp_min(xp.absolute(_finite(xp, x)), 1.0)
    part = _finite(xp, x) / large
    return part / (1 / large + 0.5 * part * part * large)


def _geman_mcclure(xp: Namespace, x: Any, _: Any) -> Any:
    near = xp.clamp_max(xp.absolute(x), _FAR)
    return 2 * near * near / (near * near + 4)


def _geman_mcclure_d_x(xp: Namespace, x: Any, _: Any) -> Any:
    near = xp.clamp_max(xp.clamp_min(x, -_FAR), _FAR)
    rest = 4 / (near * near + 4)
    return near * rest * rest


def _welsch(xp: Namespace, x: Any, _: Any) -> Any:
    return -xp.expm1(-0.5 * x * x)


def _welsch_d_x(xp: Namespace, x: Any, _: Any) -> Any:
    near = xp.clamp_max(xp.clamp_min(x, -_FAR), _FAR)
    return near * xp.exp(-0.5 * near * near)


def _square(xp: Namespace, x: Any, _: Any) -> Any:
    return 0.5 * x * x


def _square_d_x(xp: Namespace, x: Any, _: Any) -> Any:
    return x


_OWN = {
    2.0: Shape(_square, _square_d_x),
    1.0: Shape(_charbonnier, _charbonnier_d_x),
    0.0: Shape(_cauchy, _cauchy_d_x),
    -2.0: Shape(_geman_mcclure, _geman_mcclure_d_x),
    -math.inf: Shape(_welsch, _welsch_d_x),
}


def _ratio(xp: Namespace, x: Any, k: Any) -> Any:
    return xp.absolute(x) / (xp.sqrt(k) if not is_number(k) else math.sqrt(k))


def log_of_square(xp: Namespace, x: Any, k: Any) -> Any:
    """Return ``log(1 + x**2 / k)`` without overflow."""
    ratio = _ratio(xp, x, k)
    # Nothing is selected, so that XLA fuses it into a sum.
    near, beyond = xp.clamp_max(ratio, _LARGE), xp.clamp_min(ratio, _LARGE)
    return xp.log1p(near * near) + 2 * xp.log(beyond / _LARGE)


def _numbers(xp: Namespace, x: Any, alpha: Any) -> tuple[Any, Any, Any]:
    """Return alpha off 0 and infinity, its distance from 2, off 0, and which is near.

    Off 0 by so little that no loss has other digits for it, but may be divided by it.
    """
    if is_number(alpha):
        alpha = xp.asarray(alpha, dtype=x.dtype, **xp.device_kw(x))
    eps = float(xp.finfo(x.dtype).eps)
    alpha = xp.clamp_min(xp.clamp_max(alpha, eps**-2), -(eps**-2))
    least = eps / 128 * xp.ones_like(alpha)
    alpha = xp.where(xp.absolute(alpha) < least, least, alpha)
    distance = xp.absolute(alpha - 2)
    return alpha, xp.clamp_min(distance, eps), distance < 0.5


def _general(xp: Namespace, x: Any, alpha: Any) -> Any:
    x = _finite(xp, x)
    alpha, k, near = _numbers(xp, x, alpha)
    log = log_of_square(xp, x, k)
    # Near 2 the power is a square times a power near 1.
    rest = 0.5 * (alpha - 2) * log
    grown = k * xp.expm1(xp.where(near, rest, 0.5 * alpha * log))
    square = x * (x * xp.exp(rest))
    return (grown + xp.where(near, square, xp.zeros_like(square))) / alpha


def _general_d_x(xp: Namespace, x: Any, alpha: Any) -> Any:
    x = _finite(xp, x)
    alpha, k, _ = _numbers(xp, x, alpha)
    ratio = _ratio(xp, x, k)
    # An exponential loses the digits that its argument has before the point. One power
    # is a quotient where that of the rest is nearer to 0.
    low = xp.logical_and(alpha < 1, ratio <= _FAR)
    power = xp.where(low, 0.5 * alpha, 0.5 * (alpha - 2))
    part = x / xp.where(low, 1 + xp.square(ratio), xp.ones_like(ratio))
    return part * xp.exp(power * log_of_square(xp, x, k))


def _general_d_alpha(xp: Namespace, x: Any, alpha: Any) -> Any:
    x = _finite(xp, x)
    alpha, k, near = _numbers(xp, x, alpha)
    log = log_of_square(xp, x, k)
    rest, power = 0.5 * (alpha - 2) * log, 0.5 * alpha * log
    side = xp.where(alpha < 2, -xp.ones_like(alpha), xp.ones_like(alpha))
    square = x * (x * xp.exp(rest))
    value = (square + k * xp.expm1(rest)) / alpha
    by_rest = 0.5 * (square + k * xp.exp(rest)) * xp.expm1x(-log)
    close = (by_rest + side * xp.expm1(rest) - value) / alpha
    by_power = 0.25 * k * log * log * _derivative_of_expm1_ratio(xp, power)
    by_k = xp.expm1(power) / alpha + 0.5 * xp.expm1(-log) * xp.exp(power)
    return xp.where(near, close, by_power + side * by_k)


def _derivative_of_expm1_ratio(xp: Namespace, h: Any) -> Any:
    """Return the derivative of ``(exp(h) - 1) / h``, which is 1/2 at 0."""
    is_near = xp.absolute(h) < 1
    near = xp.where(is_near, h, xp.zeros_like(h))
    far = xp.where(is_near, xp.ones_like(h), h)
    close = 1 - (1 - near) * xp.expm1x_ratio(near)
    return xp.where(is_near, close, (far * xp.exp(far) - xp.expm1(far)) / (far * far))


_GENERAL = Shape(_general, _general_d_x, _general_d_alpha)
