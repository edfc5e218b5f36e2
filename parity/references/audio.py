"""Losses of sound, as their papers define them."""

from parity.later import torch
from parity.references.adapters import weighted

__all__ = ["si_sdr", "stft"]


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


def stft(
    input, target, *, n_fft, hop, win_length, window="hann", convergence=1.0,
    log_magnitude=1.0, magnitude=0.0, filters=None, eps=1e-8, batch=False, axis=-1,
    where=None, reduction="mean",
):  # fmt: skip
    """Return the distance of magnitudes of `torch.stft`, a signal at a time."""
    x, t = (v.movedim(axis, -1) for v in torch.broadcast_tensors(input, target))
    keep = torch.ones(x.shape[:-1], dtype=torch.bool) if where is None else where
    keep = keep.expand(x.shape[:-1])
    x, t = (torch.where(keep[..., None], v, 0.0) for v in (x, t))
    weights = convergence, log_magnitude, magnitude
    sizes = [v if isinstance(v, tuple) else (v,) for v in (n_fft, hop, win_length)]
    total = 0.0
    for resolution in zip(*sizes, strict=True):
        a, b = (_magnitudes(v, resolution, window, filters, eps) for v in (x, t))
        total = total + _distance(a, b, keep, weights, batch=batch)
    return weighted(total / len(sizes[0]), keep.to(x.dtype), reduction)


def _magnitudes(x, resolution, window, filters, eps):
    if not x.numel():
        return x
    n_fft, hop, length = resolution
    name = "ones" if window == "boxcar" else f"{window}_window"
    found = torch.stft(
        x.reshape(-1, x.shape[-1]),
        n_fft,
        hop,
        length,
        getattr(torch, name)(length, dtype=x.dtype),
        return_complex=True,
    )
    power = found.real**2 + found.imag**2
    sizes = torch.where(power < eps, eps, power).sqrt()
    sizes = sizes if filters is None else filters @ sizes
    return sizes.reshape(*x.shape[:-1], -1)


def _distance(x, t, keep, weights, *, batch):
    difference, kept = x - t, t * keep[..., None]
    axes = {} if batch else {"dim": -1}
    norm = torch.linalg.vector_norm
    length = norm(kept, **axes)
    ratio = norm(difference, **axes) / torch.where(length == 0, 1.0, length)
    logs = [torch.where(v == 0, 1.0, v).log() for v in (x, t)]
    terms = ratio, (logs[0] - logs[1]).abs().mean(-1), difference.abs().mean(-1)
    return sum(a * b for a, b in zip(weights, terms, strict=True))
