"""Tweedie's negative log-likelihood, as the families of exponential dispersion say."""

from parity.later import torch
from parity.references.adapters import reduced

__all__ = ["tweedie_nll"]


def _floored(x, eps):
    # The gradient passes the floor as if it were not there.
    return x + (x.clamp(min=eps) - x).detach()


@reduced
def tweedie_nll(input, target, *, power=1.5, log_input=False, full=False, eps=1e-8):
    """Return the loss of each element; `full` takes off that of an exact fit."""
    mean = input.exp() if log_input else input
    if not log_input and (torch.is_tensor(power) or power != 0):
        mean = _floored(input, eps)
    mean, target = torch.broadcast_tensors(mean, target)
    losses = _unnormalised(mean, target, power)
    if not full:
        return losses
    # Of a target of 0 the part is 0, and has no derivative.
    is_zero = target <= 0
    if not torch.is_tensor(power) and power == 0:
        is_zero = torch.zeros_like(is_zero)
    known = torch.where(is_zero, 1.0, target)
    return losses - torch.where(is_zero, 0.0, _unnormalised(known, known, power))


def _unnormalised(mean, target, power):
    if not torch.is_tensor(power) and power in (1, 2):
        log = mean.log()
        return mean - target * log if power == 1 else log + target / mean
    a, b = 1 - power, 2 - power
    return mean**b / b - target * mean**a / a
