"""Clipped loss of values, as implementations of PPO have it."""

from parity.later import torch
from parity.references.values import reduced

__all__ = ["ppo_value"]


def ppo_value(
    input, old, target, *, epsilon=0.2, reduction="mean", weight=None, where=None
):
    """Return half the larger of two squared errors, the second of a smaller step."""
    if where is not None:
        keep = where.expand(input.shape)
        input, old, target = (torch.where(keep, x, 0.0) for x in (input, old, target))
    old, target = old.detach(), target.detach()
    step = input - old
    short = torch.where(step.abs() <= epsilon, input, old + step.sign() * epsilon)
    plain, clipped = (input - target) ** 2, (short - target) ** 2
    # Not torch.max, which halves the gradient where the two are equal.
    losses = torch.where(clipped > plain, clipped, plain) / 2
    return reduced(losses, reduction, weight=weight, where=where)
