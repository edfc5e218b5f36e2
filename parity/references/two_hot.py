"""Numbers as class probabilities, as the papers define them."""

import math

from parity.later import torch

__all__ = ["two_hot"]


def two_hot(target, support, *, sigma=None):
    """Return the shares of the two neighbours, or the masses between midpoints."""
    target, support = target.detach(), support.detach()
    target = target.clamp(support[0], support[-1])
    shares = _two_hot if sigma is None else _hl_gauss
    return shares(target, support, sigma)


def _two_hot(target, support, _):
    if len(support) == 1:
        return torch.ones_like(target)[..., None]
    above = torch.searchsorted(support, target.contiguous(), right=True)
    above = above.clamp(1, len(support) - 1)
    low, high = support[above - 1], support[above]
    share = ((target - low) / (high - low))[..., None]
    one_hot = torch.eye(len(support), dtype=support.dtype)
    return (1 - share) * one_hot[above - 1] + share * one_hot[above]


def _hl_gauss(target, support, sigma):
    halves = support.diff() / 2
    ends = support[:1] - halves[:1], support[-1:] + halves[-1:]
    edges = torch.cat([ends[0], support[:-1] + halves, ends[1]])
    below = torch.erf((edges - target[..., None]) / (math.sqrt(2) * sigma))
    masses = below.diff(dim=-1)
    return masses / masses.sum(-1, keepdim=True)
