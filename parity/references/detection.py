"""Losses of boxes, as their papers define them."""

import math

from parity.later import functional as F
from parity.later import torch
from parity.references.adapters import reduced, weighted

__all__ = ["box_iou", "heatmap_focal", "quality_focal", "varifocal"]


@reduced
def box_iou(input, target, *, kind="giou", eps=1e-7):
    """Return one minus the intersection over union, and what `kind` adds."""
    lows, highs = zip(input.chunk(2, -1), target.chunk(2, -1), strict=True)
    shared = torch.minimum(*highs) - torch.maximum(*lows)
    inside = (shared > 0).all(-1)
    intersection = torch.where(inside, shared.prod(-1), 0.0)
    sizes = [high - low for low, high in zip(lows, highs, strict=True)]
    union = sum(size.prod(-1) for size in sizes) - intersection
    losses = outside = 1 - intersection / (union + eps)
    hull = torch.maximum(*highs) - torch.minimum(*lows)
    if kind == "giou":
        area = hull.prod(-1)
        losses = losses + (area - union) / (area + eps)
    if kind in {"diou", "ciou"}:
        centres = [(low + high) / 2 for low, high in zip(lows, highs, strict=True)]
        apart = (centres[0] - centres[1]).square().sum(-1)
        losses = losses + apart / (hull.square().sum(-1) + eps)
    if kind == "ciou":
        squared = 4 / math.pi**2 * _turn(*sizes) ** 2
        factor = (squared / (outside + squared + eps)).detach()
        losses = losses + factor * squared
    return losses


def _turn(size, other):
    # From diagonal to diagonal by the shorter way; points have none.
    point = (size == 0).all(-1) | (other == 0).all(-1)
    angles = [
        torch.atan2(*torch.where(point[..., None], 1.0, x).unbind(-1))
        for x in (size, other)
    ]
    return torch.remainder(angles[0] - angles[1] + math.pi, 2 * math.pi) - math.pi


def heatmap_focal(input, target, *, alpha=2.0, beta=4.0, weight=None, reduction="mean"):
    """Return the two sides, over the number or the weight of the peaks."""
    peaks = target == 1
    # As exponentials, whose derivatives keep their digits in both tails.
    on, off = (F.logsigmoid(sign * input) for sign in (1, -1))
    others = torch.where(peaks, 0.5, 1 - target) ** beta
    losses = torch.where(
        peaks, -(off.exp() ** alpha) * on, -others * on.exp() ** alpha * off
    )
    weight = torch.ones_like(losses) if weight is None else weight
    losses = losses * weight
    if reduction != "mean":
        return losses.sum() if reduction == "sum" else losses
    if not losses.numel():
        return losses.sum() + torch.nan
    mass = torch.where(peaks, weight, 0.0).sum()
    return losses.sum() / torch.where(mass == 0, 1.0, mass)


def quality_focal(input, target, *, beta=2.0, weight=None, reduction="mean"):
    """Return the cross-entropy times a power of what the probability errs by."""
    on, off = -F.logsigmoid(input), -F.logsigmoid(-input)
    # A difference of what is small on its side.
    missed = 1 - target - torch.sigmoid(-input)
    error = torch.where(input < 0, torch.sigmoid(input) - target, missed)
    # The gradient of a corner is 0.
    is_right = error == 0
    if torch.is_tensor(beta) or beta not in (0, 2):
        factor = torch.where(is_right, 1.0, error).abs() ** beta
        factor = torch.where(is_right, 0.0, factor)
    else:
        factor = error**beta
    return weighted(factor * (target * on + (1 - target) * off), weight, reduction)


def varifocal(input, target, *, alpha=0.75, gamma=2.0, weight=None, reduction="mean"):
    """Return the cross-entropy times the target, and the focal loss of negatives."""
    on, off = F.logsigmoid(input), F.logsigmoid(-input)
    # As an exponential, whose derivatives keep their digits in the tail.
    negative = -alpha * on.exp() ** gamma * off
    positive = -target * (target * on + (1 - target) * off)
    return weighted(torch.where(target > 0, positive, negative), weight, reduction)
