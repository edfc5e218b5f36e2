"""Primitives that act on each element."""

import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funloss._array.standard import Standard


class Elementwise(Standard):
    """Elementwise primitives in terms of the standard alone."""

    def stop_gradient(self, x: Any) -> Any:
        """Return `x` as a constant."""
        return x

    def optimization_barrier(self, *arrays: Any) -> Any:
        """Return `arrays` as they are: what is computed of them is not shared."""
        return arrays

    def reuse(self, kept: Any, again: Any) -> Any:
        """Return `kept`, or `again`, the same, where that is quicker to compute."""
        return self.on_cpu(lambda kept, _: kept, lambda _, again: again, kept, again)

    def on_cpu(
        self, function: Callable[..., Any], other: Callable[..., Any], *arrays: Any
    ) -> Any:
        """Return ``function(*arrays)``, or as much by `other` where it is quicker."""
        del other
        return function(*arrays)

    def cond(
        self,
        predicate: Any,
        function: Callable[..., Any],
        other: Callable[..., Any],
        *arrays: Any,
    ) -> Any:
        """Return ``function(*arrays)`` where the 0-d `predicate` holds, else `other`'s.

        Where the predicate cannot be read, and not on JAX, it is that of `other`.
        """
        holds = self.concrete(predicate) and bool(predicate)
        return (function if holds else other)(*arrays)

    def absolute(self, x: Any) -> Any:
        """Return ``abs(x)``; derivative ``sign(x)``, 0 at 0 and at nan."""
        return self.standard.abs(x)

    def clamp_min(self, x: Any, bound: Any) -> Any:
        """Raise `x` to at least `bound`; gradient 1 there, nan stays (gradient 0)."""
        return self.where(x < bound, bound, x)

    def clamp_max(self, x: Any, bound: Any) -> Any:
        """Lower `x` to at most `bound`; gradient 1 there, nan stays (gradient 0)."""
        return self.where(x > bound, bound, x)

    def clamp(self, x: Any, low: Any, high: Any) -> Any:
        """Confine `x` to ``low..high``; derivative 1 at both bounds."""
        return self.clamp_max(self.clamp_min(x, low), high)

    def heaviside(self, x: Any) -> Any:
        """Return 1 where x is positive, else 0, in its dtype; nan stays; no derivative.

        A factor where a selection would do: XLA adds up a table of factors as it is
        computed, but writes out what it selects, and constants that two tables share.
        """
        sign = self.sign(x)
        return self.sign(sign + self.standard.abs(sign))

    def may_be_infinite(self, x: Any) -> bool:
        """Tell whether an element is infinite; True where that is not read."""
        del x
        return True

    def safe_sqrt(self, x: Any) -> Any:
        """Return the square root; derivative 0 at 0."""
        zero = x == 0
        return self.where(zero, 0.0, self.sqrt(self.where(zero, 1.0, x)))

    def safe_power(self, x: Any, exponent: float) -> Any:
        """Return ``x**exponent`` for ``x >= 0``; value and gradient 0 at 0."""
        zero = x == 0
        return self.where(zero, 0.0, self.where(zero, 1.0, x) ** exponent)

    def quotient(self, x: Any, y: Any) -> Any:
        """Return ``x / y``; derivatives divide by `y` each time, not by its powers."""
        return x / y

    def xlogy(self, x: Any, y: Any) -> Any:
        """Return ``x * log(y)``, 0 where x is 0 and y is not nan.

        Derivatives at ``x == 0``: ``log(y)`` for positive finite y, else 0; 0 in y.
        """
        void = self.logical_and(x == 0, self.logical_or(y <= 0, y == math.inf))
        return x * self.log(self.where(void, 1.0, y))

    def multiply_no_nan(self, weight: Any, x: Any) -> Any:
        """Return ``mass * x`` for ``x >= 0``; 0 without mass, even of infinity."""
        return self.where(weight == 0, 0.0, weight * x)

    def softplus(self, x: Any) -> Any:
        """Return ``log(1 + exp(x))`` without overflow; derivative `sigmoid`."""
        return self.logaddexp(x, self.zeros_like(x))

    def softplus_tail(self, size: Any) -> Any:
        """Return ``softplus(-size)`` for ``size >= 0``."""
        return self.softplus(-size)

    def log_sigmoid(self, x: Any) -> Any:
        """Return ``-softplus(-x)``."""
        return -self.softplus(-x)

    def sigmoid(self, x: Any) -> Any:
        """Return ``1 / (1 + exp(-x))`` without overflow."""
        small = self.exp(-self.absolute(x))
        return self.where(x >= 0, 1.0, small) / (1.0 + small)

    def exp2(self, k: Any) -> Any:
        """Return ``2**k`` of whole ``k <= 0``, to rounding; no derivative."""
        return self.exp(self.stop_gradient(k) * math.log(2))

    def log1mexp(self, x: Any) -> Any:
        """Return ``log(1 - exp(x))`` for ``x <= 0``, with its digits near 0 and far."""
        return self.custom_jvp(_log1mexp, (_log1mexp_d_x,), x)

    def expm1x(self, x: Any) -> Any:
        """Return ``exp(x) - 1 - x``, at least 0, with its digits near 0."""
        return self.custom_jvp(_expm1x, (_expm1x_d_x,), x)

    def expm1x_derivative(self, x: Any) -> Any:
        """Return ``exp(x) - 1``, from what `expm1x` computes for the same `x`."""
        return self.custom_jvp(_expm1x_d_x, (_expm1x_d_x2,), x)

    def expm1x_ratio(self, x: Any) -> Any:
        """Return ``(exp(x) - 1 - x) / x**2`` for ``abs(x) <= 1``, 1/2 at 0."""
        # As many terms of the series as the dtype sees.
        least = float(self.finfo(x.dtype).eps) / 8
        first, *others = [factor for factor in _SERIES if factor > least][::-1]
        total = first * x + others[0]
        for factor in others[1:]:
            total = total * x + factor
        return total

    def gammaln(self, x: Any) -> Any:
        """Return ``log(abs(gamma(x)))``; inf at 0. Derivative `digamma`."""
        return self._special("gammaln", x)

    def digamma(self, x: Any) -> Any:
        """Return the logarithmic derivative of the gamma function."""
        return self._special("digamma", x)

    def erf(self, x: Any) -> Any:
        """Return the error function."""
        return self._special("erf", x)

    def erfc(self, x: Any) -> Any:
        """Return 1 less the error function, with its digits far out."""
        return self._special("erfc", x)

    def erfinv(self, x: Any) -> Any:
        """Return the inverse error function; +-inf at +-1."""
        return self._special("erfinv", x)

    def _special(self, name: str, x: Any) -> Any:
        if self.name == "cupy":
            # It converts no array by itself.
            special = importlib.import_module("cupyx.scipy.special")
            return getattr(special, name)(x)
        import scipy.special  # noqa: PLC0415 - slow to import, rarely needed

        values = getattr(scipy.special, name)(np.asarray(x))
        return self.asarray(values, dtype=x.dtype, **self.device_kw(x))

    def custom_jvp(
        self,
        formula: Callable[..., Any],
        partials: Sequence[Callable[..., Any] | None] | None,
        *arguments: Any,
        axis: int | None = None,
        shared: Callable[..., Any] | None = None,
    ) -> Any:
        """Return ``formula(xp, *arguments)``, element by element or added up.

        Where the library differentiates, the derivative with respect to
        argument k is ``partials[k](xp, *arguments)`` (None: no derivative at all);
        with ``partials=None`` it is the formula's own. Derivatives are themselves
        differentiated for higher orders. Python numbers are constants. With
        `axis` the formula adds up along it, and derivatives have the shape before.
        What ``shared(xp, *arguments)`` returns is what the formula computes as well:
        partials get it after the arguments, and compute it again only where that is
        quicker than to keep it.
        """
        del partials, axis, shared
        return formula(self, *arguments)

    def quick_value(
        self, quick: Callable[..., Any], general: Callable[..., Any], *arguments: Any
    ) -> Any:
        """Return ``general(xp, *arguments)`` with its derivatives.

        ``quick(xp, *arguments)`` returns a value that takes less time, and where it is
        that of `general`. JAX on a CPU returns it, unless it differentiates, if it is
        exact everywhere. Arguments that are no arrays are constants.
        """
        del quick
        return general(self, *arguments)


def _log1mexp(xp: Any, x: Any) -> Any:
    near = x > -math.log(2)
    close = xp.log(-xp.expm1(xp.where(near, x, -1.0)))
    return xp.where(near, close, xp.log1p(-xp.exp(xp.where(near, -1.0, x))))


def _log1mexp_d_x(xp: Any, x: Any) -> Any:
    # Of the quotient, the second derivative would be infinity over infinity far out.
    return xp.custom_jvp(lambda xp, x: -1 / xp.expm1(-x), (_log1mexp_d_x2,), x)


def _log1mexp_d_x2(xp: Any, x: Any) -> Any:
    partial = _log1mexp_d_x(xp, x)
    return partial * (1 - partial)


# exp(x) - 1 - x over x**2, as a series in x.
_SERIES = [1 / math.factorial(k + 2) for k in range(17)]


def _expm1x(xp: Any, x: Any) -> Any:
    is_near = xp.absolute(x) < 1
    near = xp.where(is_near, x, 0.0)
    # An exponential, as `expm1` takes twice the time and has no more digits from 1 on.
    distant = xp.where(x == math.inf, math.inf, (xp.exp(x) - 1) - x)
    return xp.where(is_near, near * near * xp.expm1x_ratio(near), distant)


def _expm1x_d_x(xp: Any, x: Any) -> Any:
    return xp.where(x < -1, xp.exp(x) - 1, _expm1x(xp, x) + x)


def _expm1x_d_x2(xp: Any, x: Any) -> Any:
    return xp.exp(x)
