"""Losses of boxes, as their papers define them."""

import math

from parity.later import torch
from parity.references.adapters import reduced

__all__ = ["box_iou"]


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
