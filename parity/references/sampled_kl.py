"""Estimators of a divergence from the actions taken, as their author defines them."""

from parity.later import torch
from parity.references.values import reduced

__all__ = ["sampled_kl"]


def sampled_kl(
    input, reference, *, estimator="k3", reduction="mean", weight=None, where=None
):
    """Return the estimate of each step, by the logarithm of the ratio."""
    if where is not None:
        keep = where.expand(input.shape)
        input, reference = (torch.where(keep, x, 0.0) for x in (input, reference))
    log_ratio = reference.detach() - input
    if estimator == "k1":
        losses = -log_ratio
    elif estimator == "k2":
        losses = log_ratio**2 / 2
    else:
        losses = (log_ratio.exp() - 1) - log_ratio
    return reduced(losses, reduction, weight=weight, where=where)
