"""Python numbers that one compiled program takes as arguments."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple, get_args

from funloss._array.protocol import SupportsArray

__all__ = ["Number", "RealOption", "real_options"]


class Number:
    """A Python number as a program sees it that is traced once for all numbers.

    Nothing in the program may depend on its value. `bounds` collects under its name
    what has to be checked of each.
    """

    def __init__(self, array: Any, bounds: dict[str, Any]) -> None:
        """Take the array that stands for the number, and where to collect bounds."""
        self.array = array
        self.bounds = bounds


class RealOption(NamedTuple):
    """What a signature says of a real option."""

    name: str
    default: Any
    # Whether a whole number has a formula of its own.
    whole: bool

    def shares(self, x: float) -> bool:
        """Tell whether one program serves the number `x` and others of the option.

        Zero and the default have programs of their own, which may be simpler.
        """
        _, default, whole = self
        return x not in (0, default) and not (whole and float(x).is_integer())


@functools.lru_cache(maxsize=1024)
def real_options(function: Callable[..., Any]) -> dict[int | str, RealOption]:
    """Return the real options of a loss, by position and by name.

    They are annotated with `float` and `SupportsArray`; with `int` as well where whole
    numbers have a formula of their own.
    """
    found: dict[int | str, RealOption] = {}
    for place, p in enumerate(inspect.signature(function).parameters.values()):
        kinds = get_args(p.annotation)
        if float in kinds and SupportsArray in kinds:
            found[place] = found[p.name] = RealOption(p.name, p.default, int in kinds)
    return found
