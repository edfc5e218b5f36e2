"""The generalised Dice loss written out, a sample at a time."""

from parity.later import torch
from parity.references.dice import regions
from parity.references.formulas import reduced

__all__ = ["generalized_dice"]


def generalized_dice(
    input, target, *, smooth=0.0, weight=None, reduction="mean", **options
):
    """Return ``1 - (2 * sum(w * I) + s) / (sum(w * (P + T)) + s)``.

    ``w`` is ``1 / T**2``, and ``s`` is `smooth`.
    """
    losses, counted = [], 0
    for sample in regions(input, target, **options):
        counted += any(len(p) for p, _ in sample)
        shared = whole = sum(p.sum() * 0 for p, _ in sample)
        for k, (p, t) in enumerate(sample):
            if t.any():
                w = (1 if weight is None else weight[k]) / t.sum().detach() ** 2
                shared = shared + w * (p * t).sum()
                whole = whole + w * (p.sum() + t.sum())
        whole = whole + smooth
        losses.append(1 - (2 * shared + smooth) / whole if whole else shared)
    losses = torch.stack(losses)
    if reduction == "mean":
        return losses.sum() / counted
    losses = losses[0] if options.get("batch") else losses
    return reduced(losses, reduction)
