"""Probabilities beside targets between 0 and 1."""

from typing import Any

from funloss._array import Namespace

__all__ = ["excess", "soft_entropy"]


def excess(xp: Namespace, x: Any, t: Any, p: Any, q: Any) -> Any:
    """Return ``p - t`` of logits `x`, from the smaller of `p` and ``q == 1 - p``."""
    return xp.where(x < 0, p - t, (1 - t) - q)


def soft_entropy(xp: Namespace, x: Any, t: Any, tail: Any) -> Any:
    """Return the value of the cross-entropy, also of sure targets and infinite `x`."""
    losses = tail + xp.multiply_no_nan(1 - t, xp.clamp_min(x, 0.0))
    return losses + xp.multiply_no_nan(t, xp.clamp_min(-x, 0.0))
