"""Cases of losses that torch does not have, beside the libraries that have them."""

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from benchmarks.case import OURS, Case, in_words
from benchmarks.makers import JaxGradient
from benchmarks.sizes import MORE_ROWS, Growth

__all__ = ["beside"]

Loss = Callable[..., Any]


def beside(
    group: str,
    ours: Loss,
    inputs: Callable[..., tuple[Any, ...]],
    shape: tuple[int, ...],
    tiny: tuple[int, ...],
    *,
    options: Mapping[str, Any] = MappingProxyType({}),
    growth: Growth | None = MORE_ROWS,
    wrt: Any = 0,
    **peers: Loss,
) -> Case:
    """Return value and gradients of a loss beside `peers`, which give it as well."""
    calls = {OURS: functools.partial(ours, **options), **peers}
    return Case(
        group,
        ours.__name__,
        "gradient",
        inputs,
        shape,
        tiny,
        {name: JaxGradient(loss, wrt) for name, loss in calls.items()},
        options=in_words(options),
        growth=growth,
    )
