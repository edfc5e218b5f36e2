"""A floor under a predicted variance or scale, which gradients do not see."""

from typing import Any

from funloss._array import Namespace

__all__ = ["floored"]


def floored(xp: Namespace, x: Any, floor: Any) -> Any:
    """Return ``max(x, floor)`` with derivative 1 in `x` everywhere."""
    partials = (lambda xp, x, _: xp.ones_like(x), None)
    return xp.custom_jvp(
        lambda xp, x, floor: xp.clamp_min(x, floor), partials, x, floor
    )
