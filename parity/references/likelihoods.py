"""Negative log-likelihoods, as torch's distributions or papers have them."""

import math

from parity.later import torch
from parity.references.adapters import reduced

__all__ = ["laplace_nll"]


def _floored(x, eps):
    # Torch's floor of a variance: gradients pass it as if it were not there.
    return x + (x.clamp(min=eps) - x).detach()


@reduced
def laplace_nll(input, target, scale, *, full=False, eps=1e-6):
    """Return minus the logarithm of torch's density, with a floor."""
    input, target, scale = torch.broadcast_tensors(input, target, scale)
    law = torch.distributions.Laplace(input, _floored(scale, eps), validate_args=False)
    return -law.log_prob(target) - (0 if full else math.log(2))
