"""Bounds of real options."""

import functools
import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Bounds"]


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
