"""Losses of sound, as their papers define them."""

from parity.later import torch
from parity.references.adapters import weighted

__all__ = ["si_sdr"]


def si_sdr(
    input, target, *, zero_mean=False, scaling=True, axis=-1, weight=None, where=None,
    reduction="mean",
):  # fmt: skip
    """Return the error's energy over that of the target, in decibels."""
    x, t = (v.movedim(axis, -1) for v in torch.broadcast_tensors(input, target))
    if where is not None:
        where = where.expand(x.shape[:-1])
        x, t = (torch.where(where[..., None], v, 0.0) for v in (x, t))
        weight = where.to(x.dtype) * (1.0 if weight is None else weight)
    if zero_mean:
        x, t = (v - v.mean(-1, keepdim=True) for v in (x, t))
    eps = torch.finfo(x.dtype).eps
    signal = t
    if scaling:
        product, energy = (v.sum(-1, keepdim=True) for v in (x * t, t * t))
        signal = t * (product + eps) / (energy + eps)
    ratio = ((signal**2).sum(-1) + eps) / (((signal - x) ** 2).sum(-1) + eps)
    return weighted(-10 * torch.log10(ratio), weight, reduction)
