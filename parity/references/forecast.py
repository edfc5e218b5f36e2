"""Scores of forecasts, as their papers define them."""

import math

from parity.later import torch
from parity.references.adapters import reduced

__all__ = ["crps_ensemble", "crps_normal", "energy_score"]


@reduced
def crps_normal(input, target, scale):
    """Return the scores by distribution function and density."""
    input, target, scale = torch.broadcast_tensors(input, target, scale)
    sharp = (scale == 0) & (input != target)
    z = (target - input) / torch.where(scale == 0, 1.0, scale)
    above = torch.special.erf(z / math.sqrt(2))
    density = torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    losses = (target - input) * above + scale * (2 * density - 1 / math.sqrt(math.pi))
    # In the limit the derivative in the scale is that of none of the density.
    limit = (target - input).abs() - scale / math.sqrt(math.pi)
    return torch.where(sharp, limit, losses)


@reduced
def crps_ensemble(input, target, *, fair=0.0, axis=-1):
    """Return the mean error less the spread, over all pairs of members."""
    members = input.moveaxis(axis, -1)
    errors = (members - torch.as_tensor(target)[..., None]).abs().mean(-1)
    spread = (members[..., :, None] - members[..., None, :]).abs().sum((-2, -1))
    return errors - _spread_share(members.shape[-1], fair) * spread


@reduced
def energy_score(input, target, *, fair=0.0):
    """Return the mean distance less the spread, over all pairs of members."""
    errors = _norms(input - torch.as_tensor(target).unsqueeze(-2)).mean(-1)
    spread = _norms(input[..., :, None, :] - input[..., None, :, :]).sum((-2, -1))
    return errors - _spread_share(input.shape[-2], fair) * spread


def _norms(x):
    # With derivatives of 0 at 0, of all orders.
    squares = (x**2).sum(-1)
    apart = squares > 0
    return torch.where(apart, torch.where(apart, squares, 1.0).sqrt(), 0.0)


def _spread_share(size, fair):
    # Every pair is there twice.
    return ((1 - fair) / size**2 + fair / (size * max(size - 1, 1))) / 2
