"""The libraries and modes that the losses run on, and how far each is checked."""

from funloss.testing.harness import mode
from parity.library import Library

__all__ = ["LIBRARIES"]

_NARROW = ("float32", "bfloat16", "float16")

LIBRARIES = {
    library.mode.name: library
    for library in [
        Library(mode("numpy"), dict.fromkeys(("float64", *_NARROW), 0)),
        Library(mode("array-api-strict"), dict.fromkeys(("float64", "float32"), 0)),
        Library(mode("torch"), {"float64": 2} | dict.fromkeys(_NARROW, 1)),
        Library(mode("jax", "eager"), {"float64": 1}),
        Library(mode("jax", "jit"), {"float64": 2} | dict.fromkeys(_NARROW, 1)),
        Library(mode("jax", "vmap"), {"float64": 2}),
    ]
}
