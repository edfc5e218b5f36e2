"""Laplace nll loss, as its paper defines it."""

from parity.references.adapters import reduced

__all__ = ["laplace_nll"]


@reduced
def laplace_nll(input, target):
    """Return the loss of each element, put together from torch's own operations."""
    msg = "the formula of laplace_nll_loss, from its paper alone"
    raise NotImplementedError(msg)
