"""Dice and Tversky written out, a region at a time."""

from parity.later import torch
from parity.references.formulas import reduced

__all__ = ["averaged", "dice", "regions", "tversky"]


def regions(
    input, target, *, activation=None, axis: int | None = 1, batch=False, where=None
):
    """Return probabilities and targets of the kept pixels of each region, in order.

    A row a sample (one in all if `batch`), of a column a class.
    """
    axis = axis if axis is None else axis % input.ndim
    if axis is not None and target.ndim < input.ndim:
        count = input.shape[axis]
        hot = torch.nn.functional.one_hot(target.clamp(0, count - 1), count)
        target = hot.moveaxis(-1, axis).to(input.dtype)
    keep = torch.ones(input.shape, dtype=bool) if where is None else where
    keep = keep.expand(input.shape)
    if activation is not None:
        seen = keep if axis is None else keep.any(dim=axis, keepdim=True)
        input = torch.where(seen, input, 0.0)
    arrays = [input, target.to(input.dtype), keep]
    if axis is None:
        arrays, axis = [x.unsqueeze(1) for x in arrays], 1
    arrays[0] = {
        None: lambda x: x,
        "sigmoid": torch.sigmoid,
        "softmax": lambda x: torch.softmax(x, axis),
    }[activation](arrays[0])
    arrays = [x.moveaxis(axis, 1) for x in arrays]
    if batch:
        arrays = [x.moveaxis(1, 0).flatten(1)[None] for x in arrays]
    return [
        [(p[keep], t[keep]) for p, t, keep in zip(*sample, strict=True)]
        for sample in zip(*arrays, strict=True)
    ]


def averaged(loss, found, options):
    """Return the losses of all regions, reduced over those that count."""
    axis, batch = options.get("axis", 1), options.get("batch", False)
    rows, counts = [], []
    for sample in found:
        row, count = [], []
        for p, t in sample:
            skip = not len(p) or (options.get("absent") == "skip" and not t.any())
            row.append(p.sum() * 0 if skip else loss(p, t))
            count.append(not skip)
        rows.append(torch.stack(row))
        counts.append(count)
    losses, mass = torch.stack(rows), torch.tensor(counts).to(rows[0].dtype)
    if options.get("weight") is not None:
        losses, mass = losses * options["weight"], mass * options["weight"]
    match options.get("reduction", "mean"):
        case "mean":
            return losses.sum() / mass.sum()
        case "none":
            losses = losses[0] if batch else losses
            return losses[..., 0] if axis is None else losses
        case reduction:
            return reduced(losses, reduction)


def tversky(input, target, *, alpha=0.5, beta=0.5, smooth=0.0, **options):
    """Return ``1 - (TP + s) / (TP + alpha * FP + beta * FN + s)``."""

    def loss(p, t):
        shared = (p * t).sum() + smooth
        whole = shared + alpha * (p * (1 - t)).sum() + beta * ((1 - p) * t).sum()
        return 1 - shared / whole if whole else p.sum() * 0

    return averaged(loss, _found(input, target, options), options)


def dice(input, target, *, smooth=0.0, **options):
    """Return ``1 - (2 * I + s) / (P + T + s)``."""

    def loss(p, t):
        whole = p.sum() + t.sum() + smooth
        return 1 - (2 * (p * t).sum() + smooth) / whole if whole else p.sum() * 0

    return averaged(loss, _found(input, target, options), options)


def _found(input, target, options):
    names = ("activation", "axis", "batch", "where")
    given = {name: options[name] for name in names if name in options}
    return regions(input, target, **given)
