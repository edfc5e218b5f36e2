"""The caches of the losses, and how many entries each may have.

Compiled programs of JAX are in `jax_call.compiled` (and by plan in `_program`), their
plans in `_plan`, numbers as arrays in `_scalar`: 1024 entries each, of which the least
recently used leaves first, with what JAX compiled for it. `_core.loss` keeps the
library of at most 4096 combinations of types; the rest are properties of dtypes, ranges
and signatures. Beside them, tables have an entry for each library, type of arrays, and
function that is an option of a program of torch.
"""

import itertools
import sys
from typing import Any

__all__ = ["beyond", "caches"]


def caches() -> dict[str, Any]:
    """Return the cached functions that were imported with the losses, by name."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("funloss.") and not name.startswith("funloss.testing"):
            owners = [module, *filter(_is_class, vars(module).values())]
            every = itertools.chain(*(vars(owner).values() for owner in owners))
            for each in every:
                if hasattr(each, "cache_info"):
                    found[f"{each.__module__}.{each.__qualname__}"] = each
    return found


def _is_class(x: Any) -> bool:
    return isinstance(x, type)


def beyond() -> list[str]:
    """Return the caches that have no bound, or more entries than that."""
    sizes = {name: each.cache_info() for name, each in caches().items()}
    return [
        name
        for name, size in sizes.items()
        if size.maxsize is None or size.currsize > size.maxsize
    ]
