"""Losses of images, as their papers define them."""

from parity.later import torch
from parity.references.adapters import weighted

__all__ = ["total_variation"]


def total_variation(
    input,
    *,
    p=1.0,
    isotropic=False,
    axes=(-2, -1),
    weight=None,
    where=None,
    reduction="mean",
):
    """Return the sums of powers of differences, or of their norms, of each image."""
    axes = (axes,) if isinstance(axes, int) else axes
    pixels = tuple(range(-len(axes), 0))
    x = input.movedim(axes, pixels)
    if where is not None:
        where = where.expand(x.shape[: -len(axes)])
        x = torch.where(where[(..., *(None,) * len(axes))], x, 0.0)
        weight = where.to(x.dtype) * (1.0 if weight is None else weight)
    steps = [x.diff(dim=k) for k in pixels]
    if isotropic:
        for k in pixels:
            steps = [
                step if step is steps[k] else step.narrow(k, 0, max(x.shape[k] - 1, 0))
                for step in steps
            ]
        steps = [torch.linalg.vector_norm(torch.stack(steps), dim=0)]
    losses = sum(_power(step, p).sum(pixels) for step in steps)
    return weighted(losses, weight, reduction)


def _power(step, p):
    if p == 2:
        return step**2
    size = step.abs()
    return size if p == 1 else torch.where(size > 0, size, 1.0) ** p * (size > 0)
