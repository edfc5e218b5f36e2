"""Real options: Python numbers or 0-d arrays, and the bounds of each."""

import functools
import math
import numbers
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from funloss._array import Namespace, is_number, lookup
from funloss._array.compiled import fixed
from funloss._array.number import Number
from funloss._core.checks import check_values

__all__ = [
    "Bounds",
    "Option",
    "check_fixed",
    "check_options",
    "check_scalar",
    "is_zero",
    "non_negative",
    "not_nan",
    "open_unit_interval",
    "positive",
    "propagate_nan",
    "real",
    "unit_interval",
]


class Bounds(NamedTuple):
    """The range of a real option; ``at_least=-inf`` takes every number but nan."""

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None

    @functools.lru_cache(maxsize=128)  # noqa: B019 - of a tuple of numbers
    def rules(self) -> list[tuple[str, Callable[..., Any], float]]:
        """Return the sign, the comparison and the number of each bound."""
        every = (
            (">", operator.gt, self.above),
            (">=", operator.ge, self.at_least),
            ("<", operator.lt, self.below),
            ("<=", operator.le, self.at_most),
        )
        return [(sign, test, x) for sign, test, x in every if x is not None]

    def tests(self, x: Any) -> list[Any]:
        """Return for each bound whether `x` keeps it."""
        return [test(x, bound) for _, test, bound in self.rules()]

    def __str__(self) -> str:
        """Return the rule in words."""
        return " and ".join(
            "a number" if bound == -math.inf else f"{sign} {bound:g}"
            for sign, _, bound in self.rules()
        )

    def check(self, name: str, value: float) -> None:
        """Raise unless the number `value` of option `name` keeps all bounds."""
        above, at_least, below, at_most = self
        if not (
            (above is None or value > above)
            and (at_least is None or value >= at_least)
            and (below is None or value < below)
            and (at_most is None or value <= at_most)
        ):
            msg = f"{name} must be {self}, got {value!r}"
            raise ValueError(msg)


_POSITIVE = Bounds(above=0)
_NON_NEGATIVE = Bounds(at_least=0)
_UNIT_INTERVAL = Bounds(at_least=0, at_most=1)
_OPEN_UNIT_INTERVAL = Bounds(above=0, below=1)
_REAL = Bounds()
_NOT_NAN = Bounds(at_least=-math.inf)


class Option(NamedTuple):
    """The value of a real option as it was given, and its bounds."""

    value: Any
    bounds: Bounds
    # Whether it may also be an array of shape (K,).
    several: bool = False

    @property
    def is_bounded(self) -> bool:
        """Tell whether a value that cannot be read may become nan."""
        return any(bound is not None for bound in self.bounds)

    def check(self, xp: Namespace, like: Any, name: str) -> Any:
        """Return a Python number, or a 0-d array in `like`'s dtype.

        A value outside the bounds raises where it can be read; elsewhere the
        option becomes nan, and with it the loss and its gradient.
        """
        value, bounds, several = self
        if isinstance(value, Number):
            value.bounds[name] = bounds
            same = value.array.dtype == like.dtype
            return value.array if same else xp.astype(value.array, like.dtype)
        if lookup(value) is None:
            number = self._check_number(name)
            if isinstance(number, float):
                return number
            return xp.asarray(number, dtype=like.dtype, **xp.device_kw(like))
        if value.ndim > several:
            shape, more = tuple(value.shape), " or a 1-d" if several else ""
            msg = f"{name} must be a number or a 0-d{more} array, got shape {shape}"
            raise ValueError(msg)
        value = xp.astype(value, like.dtype)
        tests = bounds.tests(value)
        if xp.concrete(value):
            for kept in tests:
                self._check_array(xp, name, value, kept)
            return value
        for kept in tests:
            value = xp.where(kept, value, math.nan)
        return value

    def _check_array(self, xp: Namespace, name: str, value: Any, kept: Any) -> None:
        if value.ndim:
            bad = xp.logical_not(kept)
            check_values(xp, str(self.bounds), **{name: (value, bad)})
        elif not bool(kept):
            msg = f"{name} must be {self.bounds}, got {float(value)!r}"
            raise ValueError(msg)

    def _check_number(self, name: str) -> Any:
        value, bounds, _ = self
        if type(value) is not float:
            if not is_number(value):
                msg = f"{name} must be a real number, got {value!r}"
                raise TypeError(msg)
            value = float(value) if isinstance(value, numbers.Real) else value
        bounds.check(name, value)
        return value


def positive(value: Any, *, several: bool = False) -> Option:
    """Return an option that must be above 0; `several` may be an array ``(K,)``."""
    return Option(value, _POSITIVE, several)


def non_negative(value: Any) -> Option:
    """Return an option that must be 0 or above."""
    return Option(value, _NON_NEGATIVE)


def unit_interval(value: Any) -> Option:
    """Return an option that must lie in 0..1."""
    return Option(value, _UNIT_INTERVAL)


def open_unit_interval(value: Any) -> Option:
    """Return an option that must lie between 0 and 1, both excluded."""
    return Option(value, _OPEN_UNIT_INTERVAL)


def real(value: Any) -> Option:
    """Return an option without bounds."""
    return Option(value, _REAL)


def not_nan(value: Any) -> Option:
    """Return an option that may be any number but nan."""
    return Option(value, _NOT_NAN)


def check_scalar(
    xp: Namespace,
    like: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
    **option: Any,
) -> Any:
    """Return a checked option by `Option.check`; it is the only keyword beside bounds.

    ``at_least=-inf`` takes every number but nan.
    """
    ((name, value),) = option.items()
    return Option(value, Bounds(above, at_least, below, at_most)).check(xp, like, name)


def check_fixed(xp: Namespace, like: Any, name: str, option: Option) -> float:
    """Return an option that chooses code, which an array cannot, or raise."""
    value = option._replace(value=fixed(option.value)).check(xp, like, name)
    if not isinstance(value, float):
        msg = f"{name} must be a Python number, got an array"
        raise TypeError(msg)
    return value


def check_options(
    xp: Namespace, x: Any, options: Mapping[str, Option] | None
) -> tuple[Any, tuple[Any, ...]]:
    """Return `x`, nan where an option is out of its bounds, and the checked options."""
    options = options or {}
    checked = [option.check(xp, x, name) for name, option in options.items()]
    for option, value in zip(options.values(), checked, strict=True):
        if type(value) is not float and option.is_bounded:
            x = propagate_nan(xp, x, value)
    return x, tuple(checked)


def propagate_nan(xp: Namespace, x: Any, *options: Any) -> Any:
    """Return `x`, nan in value and gradient where `check_scalar` made an option nan.

    Alone, a nan option may pass by the derivative: hinges have derivative 0 at nan.
    Numbers were checked when they were given.
    """
    for option in options:
        if lookup(option) is None or xp.concrete(option):
            continue
        if not xp.was_number(option):
            bad = xp.isnan(option)
            x = xp.nan_where(x, xp.any(bad) if option.ndim else bad)
    return x


def is_zero(option: Any) -> bool:
    """Tell whether an option is the Python number 0; an array may be anything."""
    return is_number(option) and option == 0
