"""Hinges and sparsemax of binary labels, and the hinge of many classes."""

from parity.later import torch
from parity.references.values import reduced

__all__ = ["binary_sparsemax", "hinge", "multiclass_hinge"]


def sides(target, labels, like):
    """Return -1 or 1 for each label."""
    target = target.to(like.dtype).expand(like.shape)
    return 2 * target - 1 if labels == "binary" else target


def reduce_losses(losses, weight, where, reduction):
    """Return the losses reduced; the mean divides by the sum of the weights."""
    if reduction != "mean":
        return reduced(losses, reduction, weight=weight, where=where)
    weight = torch.ones_like(losses) if weight is None else weight
    total = reduced(losses, "sum", weight=weight, where=where)
    return total / reduced(weight.expand(losses.shape), "sum", where=where)


def seen(x, where):
    """Return `x` with zeros where it is masked."""
    return x if where is None else torch.where(where.expand(x.shape), x, 0.0)


def hinge(
    input,
    target,
    *,
    labels="signed",
    margin=1.0,
    p=1,
    weight=None,
    where=None,
    reduction="mean",
):
    """Return what a score lacks to the margin, or its square."""
    input = seen(input, where)
    lack = margin - sides(target, labels, input) * input
    losses = lack.clamp(min=0) ** p
    return reduce_losses(losses, weight, where, reduction)


def binary_sparsemax(
    input, target, *, labels="binary", weight=None, where=None, reduction="mean"
):
    """Return the parabola between 0 and the line."""
    input = seen(input, where)
    z = -sides(target, labels, input) * input
    parabola = (z.clamp(-1, 1) + 1) ** 2 / 4
    losses = torch.where(z > 1, z, torch.where(z < -1, 0.0, parabola))
    return reduce_losses(losses, weight, where, reduction)


def multiclass_hinge(
    input, target, *, margin=1.0, weight=None, axis=1, where=None, reduction="mean"
):
    """Return the best of ``margin + x_j`` over the wrong and ``x_y``, less ``x_y``."""
    axis = 0 if input.ndim == 1 else axis
    input = input.moveaxis(axis, -1)
    if where is not None:
        input = torch.where(where.expand(input.shape[:-1])[..., None], input, 0.0)
    labels = target.clamp(0, input.shape[-1] - 1).long()
    own = input.gather(-1, labels[..., None])
    wrong = torch.ones_like(input, dtype=bool).scatter(-1, labels[..., None], False)
    lacks = torch.where(wrong, margin + (input - own), 0.0)
    mass = None if weight is None else weight[labels]
    return reduce_losses(lacks.amax(-1), mass, where, reduction)
