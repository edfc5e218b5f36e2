"""Losses of numbers and angles that torch lacks, as their papers define them."""

import math

import torch
from torch.nn import functional as F

__all__ = [
    "cosine_distance",
    "expectile",
    "log_cosh",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
]


def log_cosh(input, target, *, weight=None, reduction="mean"):
    """Return log(cosh(e)), from the half angle near zero and the exponential far."""
    error = input - target
    near = error.abs() < 1
    half = torch.where(near, error, 0.0) / 2
    far = torch.where(near, 1.0, error).abs()
    small = torch.log1p(2 * torch.sinh(half) ** 2)
    large = far - math.log(2) + torch.log1p(torch.exp(-2 * far))
    return weighted(torch.where(near, small, large), weight, reduction)


def mean_absolute_percentage_error(
    input, target, *, eps=1e-7, weight=None, reduction="mean"
):
    """Return the error over the size of the target, in percent."""
    costs = 100 * (input - target).abs() / target.abs().clamp(min=eps)
    return weighted(costs, weight, reduction)


def mean_squared_logarithmic_error(input, target, *, weight=None, reduction="mean"):
    """Return the squared difference of two logarithms."""
    costs = (torch.log1p(input) - torch.log1p(target)) ** 2
    return weighted(costs, weight, reduction)


def expectile(input, target, *, expectile=0.5, weight=None, reduction="mean"):
    """Return the squared error times the weight of its sign."""
    rest = target - input
    factor = torch.abs(expectile - (rest < 0).to(rest.dtype))
    return weighted(factor * rest**2, weight, reduction)


def cosine_distance(input, target, *, axis=-1, eps=1e-8, weight=None, reduction="mean"):
    """Return one less torch's similarity."""
    cosine = F.cosine_similarity(input, target, dim=axis, eps=eps)
    return weighted(1 - cosine, weight, reduction)


def weighted(costs, weight, reduction):
    """Return the costs times their weights, the sum, or the sum per weight."""
    if weight is None:
        weight = torch.ones_like(costs)
    costs = costs * weight
    match reduction:
        case "none":
            return costs
        case "mean":
            return costs.sum() / weight.sum()
        case "sum":
            return costs.sum()
