"""Divergences added up along an axis, which torch's `kl_div` does not do."""

import numpy as np

from parity.later import torch

__all__ = ["generalized_kl", "kl_of_rows"]


def kl_of_rows(input, target, *, axis, log_target=False, where=None, reduction="mean"):
    """Return the divergence of each row along an axis, or their mean or sum."""
    input, log_mass, mass = _kept(input, target, log_target, where)
    losses = torch.where(mass == 0, 0.0, mass * (log_mass - input))
    return _of_rows(losses, input, axis, where, reduction)


def generalized_kl(
    input, target, *, axis=None, log_target=False, where=None, reduction="mean"
):
    """Return the divergence of masses that need not sum to 1."""
    input, log_mass, mass = _kept(input, target, log_target, where)
    gap = input - log_mass
    close = gap.abs() < 1
    near = torch.where(close, gap, 0.0)
    far = torch.where(mass == 0, 0.0, mass * (log_mass - input))
    far = far + torch.exp(input) - mass
    # Where that cancels, the remainder of a Taylor series, as an integral.
    nodes, shares = np.polynomial.legendre.leggauss(12)
    terms = (
        share * (1 - node) / 4 * torch.exp(near * (1 + node) / 2)
        for node, share in zip(nodes, shares, strict=True)
    )
    losses = torch.where(close & (mass > 0), mass * near**2 * sum(terms), far)
    return _of_rows(losses, input, axis, where, reduction)


def _kept(input, target, log_target, where):
    """Return what is kept, elsewhere 0 and a mass of 1; logarithms are finite."""
    if where is not None:
        input = torch.where(where, input, 0.0)
        target = torch.where(where, target, 0.0 if log_target else 1.0)
    if log_target:
        return input, torch.where(target == -torch.inf, 0.0, target), target.exp()
    return input, torch.log(torch.where(target == 0, 1.0, target)), target


def _of_rows(losses, input, axis, where, reduction):
    count = torch.ones_like(losses)
    if where is not None:
        where = where.expand(losses.shape)
        losses = torch.where(where, losses, 0.0)
        count = where.to(losses.dtype)
    if axis is not None:
        losses, count = losses.sum(axis), (count.sum(axis) > 0).to(losses.dtype)
    match reduction:
        case "none":
            return losses
        case "mean":
            return losses.sum() / count.sum()
        case "sum":
            return losses.sum()
        case "batchmean":
            return losses.sum() / len(input)
