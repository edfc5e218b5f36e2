"""Cases of losses that torch does not have, beside the libraries that have them."""

import functools
from collections.abc import Callable
from typing import Any

from benchmarks.case import OURS, Case
from benchmarks.makers import jax_slope

__all__ = ["beside"]

Loss = Callable[..., Any]


def beside(
    group: str,
    ours: Loss,
    inputs: Callable[..., tuple[Any, ...]],
    shape: tuple[int, ...],
    tiny: tuple[int, ...],
    *,
    wrt: int | tuple[int, ...] = 0,
    options: dict[str, Any] | None = None,
    **peers: Loss,
) -> Case:
    """Return value and slopes of a loss beside `peers`, who give a cost as well."""
    options = options or {}
    calls = {OURS: functools.partial(ours, **options), **peers}
    return Case(
        group,
        ours.__name__,
        "slope",
        inputs,
        shape,
        tiny,
        {name: jax_slope(loss, wrt) for name, loss in calls.items()},
        options=" ".join(f"{k}={x}" for k, x in options.items() if not callable(x)),
    )
