"""Soft clDice written out."""

import itertools

from parity.later import torch
from parity.references.adapters import weighted

__all__ = ["soft_cldice"]


def soft_cldice(
    input,
    target,
    *,
    iterations=3,
    smooth=1.0,
    activation=None,
    axis: int | None = 1,
    weight=None,
    where=None,
    reduction="mean",
):
    """Return ``1 - 2 * P * R / (P + R)`` of the overlaps of skeletons and regions."""
    p, t, keep = _prepared(input, target, activation, axis, where)
    pixels = tuple(range(2, p.ndim))
    first, second = (_skeleton(x, pixels, iterations) for x in (p, t))
    precision = ((first * t).sum(pixels) + smooth) / (first.sum(pixels) + smooth)
    recall = ((second * p).sum(pixels) + smooth) / (second.sum(pixels) + smooth)
    losses = 1 - 2 * precision * recall / (precision + recall)
    seen = keep.any(-1) if p.ndim == 2 else keep.flatten(2).any(-1)
    mass = seen.to(p.dtype) * (1.0 if weight is None else weight)
    losses, mass = (x[:, 0] if axis is None else x for x in (losses, mass))
    return weighted(losses, mass, reduction)


def _prepared(input, target, activation, axis, where):
    axis = axis if axis is None else axis % input.ndim
    if axis is not None and target.ndim < input.ndim:
        count = input.shape[axis]
        hot = torch.nn.functional.one_hot(target.clamp(0, count - 1), count)
        target = hot.moveaxis(-1, axis)
    keep = torch.ones(input.shape, dtype=bool) if where is None else where
    keep = keep.expand(input.shape)
    if activation is not None:
        seen = keep if axis is None else keep.any(dim=axis, keepdim=True)
        input = torch.where(seen, input, 0.0)
        own = activation == "sigmoid"
        input = torch.sigmoid(input) if own else torch.softmax(input, axis)
    arrays = [torch.where(keep, x.to(input.dtype), 0.0) for x in (input, target)]
    arrays.append(keep)
    return [x[:, None] if axis is None else x.moveaxis(axis, 1) for x in arrays]


def _skeleton(x, pixels, iterations):
    skeleton = torch.zeros_like(x)
    for _ in range(iterations + 1):
        sides = [_near(x, axis, torch.minimum) for axis in pixels]
        eroded = sides[0]
        for side in sides[1:]:
            eroded = torch.minimum(eroded, side)
        opened = eroded
        for axis in pixels:
            opened = _near(opened, axis, torch.maximum)
        ridge = (x - opened).relu()
        skeleton = skeleton + ridge - skeleton * ridge
        x = eroded
    return skeleton


def _near(x, axis, choose):
    """Return what is chosen of both pairs of neighbours in which each pixel is."""
    rows = x.unbind(axis)
    if len(rows) == 1:
        return x
    pairs = [choose(one, other) for one, other in itertools.pairwise(rows)]
    inner = [choose(one, other) for one, other in itertools.pairwise(pairs)]
    return torch.stack([pairs[0], *inner, pairs[-1]], axis)
