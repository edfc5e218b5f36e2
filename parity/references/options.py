"""Losses with an option that is an array: torch takes a number, no gradient."""

import torch

from parity.references.formulas import reduced


def huber_of_delta(input, target, *, delta, reduction="mean"):
    """Return Huber's loss with a derivative in `delta`."""
    error = input - target
    size = error.abs()
    costs = torch.where(size < delta, 0.5 * error**2, delta * (size - 0.5 * delta))
    return reduced(costs, reduction)


def smooth_l1_of_beta(input, target, *, beta, reduction="mean"):
    """Return the smooth L1 loss with a derivative in `beta`."""
    error = input - target
    size = error.abs()
    costs = torch.where(size < beta, 0.5 * error**2 / beta, size - 0.5 * beta)
    return reduced(costs, reduction)


def hinge_embedding_of_margin(input, target, *, margin, reduction="mean"):
    """Return the hinge embedding loss with a derivative in `margin`."""
    push = (margin - input).clamp_min(0)
    costs = torch.where(target == 1, 0.0, push) + torch.where(target == -1, 0.0, input)
    return reduced(costs, reduction)


def margin_ranking_of_margin(input1, input2, target, *, margin, reduction="mean"):
    """Return the margin ranking loss with a derivative in `margin`."""
    costs = (-target * (input1 - input2) + margin).clamp_min(0)
    return reduced(costs, reduction)


def cross_entropy_of_smoothing(input, target, *, label_smoothing, reduction="mean"):
    """Return cross-entropy with a derivative in `label_smoothing`."""
    log_p = torch.log_softmax(input, dim=1)
    hits = log_p.gather(1, target.unsqueeze(1)).squeeze(1)
    costs = -(1 - label_smoothing) * hits - label_smoothing * log_p.mean(dim=1)
    return reduced(costs, reduction)
