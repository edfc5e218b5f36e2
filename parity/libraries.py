"""The libraries and modes that the losses run on, and what each is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax

from funloss.testing._harness.modes import Mode, mode

# A loss that widens by accident is seen only where 64 bits exist.
jax.config.update("jax_enable_x64", True)

__all__ = ["LIBRARIES", "Library", "Orders"]


class Orders(NamedTuple):
    """Highest derivatives that a library is asked for.

    Attributes:
        always: In every call; None if the call is not run.
        sampled: In the calls that are sampled.
        one_in: How many calls there are to one that is sampled.
    """

    always: int | None
    sampled: int | None
    one_in: int = 3


@dataclass(frozen=True)
class Library:
    """A library in one mode, and the derivatives it is asked for by dtype."""

    mode: Mode
    orders: Mapping[str, Orders]


_NARROW = ("float32", "bfloat16", "float16")

# Compiling takes nearly all the time: the formulas are the same in every library, so
# what only JAX can get wrong is looked for in a sample.
LIBRARIES = {
    library.mode.name: library
    for library in [
        Library(mode("numpy"), dict.fromkeys(("float64", *_NARROW), Orders(0, 0))),
        Library(
            mode("array-api-strict"),
            dict.fromkeys(("float64", "float32"), Orders(0, 0)),
        ),
        Library(
            mode("torch"),
            {"float64": Orders(2, 2)} | dict.fromkeys(_NARROW, Orders(1, 1)),
        ),
        Library(mode("jax", "eager"), {"float64": Orders(None, 1, 12)}),
        Library(
            mode("jax", "jit"),
            {"float64": Orders(None, 2, 2), "float32": Orders(None, 1, 6)}
            | dict.fromkeys(("bfloat16", "float16"), Orders(None, 1, 12)),
        ),
        Library(mode("jax", "vmap"), {"float64": Orders(None, 2, 6)}),
    ]
}
