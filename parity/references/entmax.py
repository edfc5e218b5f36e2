"""Entmax and other Fenchel-Young losses, a row at a time."""

from parity.later import torch
from parity.references.values import reduced

__all__ = ["by_row", "entmax", "fenchel_young"]


def probabilities(x, alpha):
    """Return the maximiser of ``sum(p * x) + h(p)``, differentiable by its support.

    The threshold is found by halving, then corrected by one differentiable step.
    """
    z = (alpha - 1) * x
    power = 1 / (alpha - 1)
    # Python's numbers: hundreds of operations on a few entries take tensors long.
    entries = z.tolist()
    low, high = max(entries) - 1, max(entries)
    while low < (middle := (low + high) / 2) < high:
        mass = sum(max(entry - middle, 0.0) ** power for entry in entries)
        low, high = (middle, high) if mass >= 1 else (low, middle)
    inside = z.detach() > low

    def mass_and_derivative(threshold):
        gap = z[inside] - threshold
        return (gap**power).sum(), (power * gap ** (power - 1)).sum()

    # Newton's step has the derivative of the root, and two the second one.
    threshold = torch.as_tensor(low, dtype=z.dtype)
    for _ in range(3):
        mass, derivative = mass_and_derivative(threshold)
        threshold = threshold + (mass - 1) / derivative
    p = torch.zeros_like(z)
    return p.masked_scatter(inside, (z[inside] - threshold) ** power)


def entropy(p, alpha):
    """Return Tsallis' entropy."""
    safe = torch.where(p > 0, p, 1.0)
    powers = torch.where(p > 0, safe**alpha, 0.0)
    return (p - powers).sum() / (alpha * (alpha - 1))


def of_row(x, q, alpha):
    """Return the loss of one row; its gradient in the scores is ``sum(q) * p - q``."""
    x = x - x.detach().max()
    p = probabilities(x, alpha)
    finite = torch.where(p > 0, x, 0.0)
    conjugate = (p * finite).sum() + entropy(p, alpha)
    own = torch.where((q == 0) & x.isinf(), 0.0, x)
    return q.sum() * conjugate - (q * own).sum() - entropy(q, alpha)


def entmax(input, target, *, alpha=1.5, **how):
    """Return the loss of labels or of class probabilities."""
    return by_row(lambda x, q: of_row(x, q, alpha), input, target, **how)


def by_row(
    of_row,
    input,
    target,
    *,
    weight=None,
    ignore_index=-100,
    axis=1,
    where=None,
    reduction="mean",
):
    """Return the loss ``of_row(x, q)`` of rows, weighted by the mass of the target."""
    axis = 0 if input.ndim == 1 else axis
    rows = input.moveaxis(axis, -1)
    shape, count = rows.shape[:-1], rows.shape[-1]
    keep = torch.ones(shape, dtype=bool) if where is None else where.expand(shape)
    if target.is_floating_point():
        targets = target.moveaxis(axis, -1)
    else:
        keep = keep & (target != ignore_index)
        labels = torch.where(keep, target, 0)
        targets = torch.nn.functional.one_hot(labels, count).to(input.dtype)
    mass = targets.sum(-1) if weight is None else (targets * weight).sum(-1)
    losses = torch.stack(
        [of_row(x, q) for x, q in zip(rows[keep], targets[keep], strict=True)]
    )
    losses = losses if weight is None else losses * mass[keep]
    if reduction == "none":
        return losses.new_zeros(shape).masked_scatter(keep, losses)
    total = losses.sum()
    if reduction == "sum":
        return total
    return total / (mass[keep].sum() if weight is not None else keep.sum())


def fenchel_young(
    input, target, *, conjugate, regularizer=None, axis=-1, where=None, reduction="mean"
):
    """Return ``conjugate(x) + regularizer(y) - sum(x * y)``."""
    input, target = (x.moveaxis(axis, -1) for x in (input, target))
    if where is not None:
        keep = where.expand(input.shape[:-1])[..., None]
        input, target = (torch.where(keep, x, 0.0) for x in (input, target))
    losses = conjugate(input) - (input * target).sum(-1)
    losses = losses if regularizer is None else losses + regularizer(target)
    return reduced(losses, reduction, where=where)
