"""The ZLPR loss as its paper defines it."""

from parity.later import torch
from parity.references.adapters import weighted

__all__ = ["zlpr"]


def zlpr(input, target, *, axis=1, weight=None, reduction="mean"):
    """Return the log-sum-exp of each kind of scores and of 0."""
    axis = 0 if input.ndim == 1 else axis
    x, is_true = input.moveaxis(axis, -1), target.moveaxis(axis, -1) == 1
    zero = torch.zeros_like(x[..., :1])
    losses = 0.0
    for sign, mask in ((-1, is_true), (1, ~is_true)):
        scores = torch.where(mask, sign * x, -torch.inf)
        losses = losses + torch.cat([zero, scores], -1).logsumexp(-1)
    return weighted(losses, weight, reduction)
