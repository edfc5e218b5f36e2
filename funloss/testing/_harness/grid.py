"""Options crossed with each other, and such a choice in words."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["Grid", "points", "readable", "words"]

Grid = Mapping[str, Sequence[Any]]


def points(options: Grid | Sequence[Grid]) -> Iterator[dict[str, Any]]:
    """Yield every choice of values from one grid, or from several in turn."""
    grids = [options] if isinstance(options, Mapping) else options
    for grid in grids:
        for values in itertools.product(*grid.values()):
            yield dict(zip(grid, values, strict=True))


def words(options: Mapping[str, Any]) -> str:
    """Return a choice as ``[reduction=mean,delta=0.5]``."""
    written = [
        f"{name}={getattr(value, '__name__', value)}" for name, value in options.items()
    ]
    return f"[{','.join(written)}]"


def readable(call: str) -> str:
    """Return the name of a call as reports show it: no options are the defaults."""
    if call and not call.endswith("[]"):
        return call
    return f"{call.removesuffix('[]')} (defaults)".lstrip()
