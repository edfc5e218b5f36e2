"""Losses with an option that is an array: torch takes a number, no gradient."""

from parity.later import functional as F
from parity.later import torch
from parity.references.formulas import reduced


def huber_of_delta(input, target, *, delta, reduction="mean"):
    """Return Huber's loss with a derivative in `delta`."""
    error = input - target
    size = error.abs()
    losses = torch.where(size < delta, 0.5 * error**2, delta * (size - 0.5 * delta))
    return reduced(losses, reduction)


def smooth_l1_of_beta(input, target, *, beta, reduction="mean"):
    """Return the smooth L1 loss with a derivative in `beta`."""
    error = input - target
    size = error.abs()
    losses = torch.where(size < beta, 0.5 * error**2 / beta, size - 0.5 * beta)
    return reduced(losses, reduction)


def hinge_embedding_of_margin(input, target, *, margin, reduction="mean"):
    """Return the hinge embedding loss with a derivative in `margin`."""
    push = (margin - input).clamp_min(0)
    losses = torch.where(target == 1, 0.0, push) + torch.where(target == -1, 0.0, input)
    return reduced(losses, reduction)


def margin_ranking_of_margin(input1, input2, target, *, margin, reduction="mean"):
    """Return the margin ranking loss with a derivative in `margin`."""
    losses = (-target * (input1 - input2) + margin).clamp_min(0)
    return reduced(losses, reduction)


def cross_entropy_of_smoothing(input, target, *, label_smoothing, reduction="mean"):
    """Return cross-entropy with a derivative in `label_smoothing`."""
    log_p = torch.log_softmax(input, dim=1)
    hits = log_p.gather(1, target.unsqueeze(1)).squeeze(1)
    losses = -(1 - label_smoothing) * hits - label_smoothing * log_p.mean(dim=1)
    return reduced(losses, reduction)


def cross_entropy_with_z_loss(
    input, target, weight=None, *, z_loss=0.0, softcap=None, reduction="mean", **options
):
    """Return cross-entropy of capped logits with a squared log-partition a row."""
    if softcap is not None:
        is_out = input == -torch.inf
        capped = softcap * torch.tanh(torch.where(is_out, 0.0, input) / softcap)
        input = torch.where(is_out, -torch.inf, capped)
    options |= {"weight": weight, "reduction": reduction}
    losses = F.cross_entropy(input, target, **options)
    square = log_partition(input, 1) ** 2
    if target.ndim < input.ndim:
        counts = target != options.get("ignore_index", -100)
        square = torch.where(counts, square, 0.0)
        if reduction == "mean":
            return losses + z_loss * square.sum() / counts.sum()
    return losses + z_loss * reduced(square, reduction)


def log_partition(input, axis):
    """Return log-sum-exp; the derivative of torch's loses the digits of a large one."""
    top = input.detach().amax(axis, keepdim=True)
    total = torch.exp(input - top).sum(axis, keepdim=True)
    return (top + torch.log(total)).squeeze(axis)
