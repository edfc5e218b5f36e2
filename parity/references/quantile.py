"""Quantile, as its paper defines it."""

from parity.later import torch
from parity.references.adapters import reduced

__all__ = ["quantile"]


@reduced
def quantile(input, target, *, tau=0.5, axis=-1):
    """Return the loss of each element, put together from torch's own operations."""
    tau = torch.as_tensor(tau, dtype=input.dtype)
    if tau.ndim:
        shape = [1] * input.ndim
        shape[axis] = -1
        tau, target = tau.reshape(shape), target.unsqueeze(axis)
    factor = torch.where(target >= input, tau, 1 - tau)
    # The paper leaves the gradient at an exact fit open; here it is that of abs.
    return factor * (target - input).abs()
