"""Quantile, as its paper defines it."""

import torch

from parity.references.regression import weighted

__all__ = ["quantile"]


def quantile(input, target, *, tau=0.5, axis=-1, reduction="mean", weight=None):
    """Return the loss, put together from torch's own operations."""
    tau = torch.as_tensor(tau, dtype=input.dtype)
    if tau.ndim:
        shape = [1] * input.ndim
        shape[axis] = -1
        tau, target = tau.reshape(shape), target.unsqueeze(axis)
    factor = torch.where(target >= input, tau, 1 - tau)
    # The paper leaves the gradient at an exact fit open; here it is that of abs.
    return weighted(factor * (target - input).abs(), weight, reduction)
