"""Losses of numbers and angles that torch lacks, as their papers define them."""

import math

from parity.later import functional as F
from parity.later import torch
from parity.references.adapters import reduced

__all__ = [
    "cosine_distance",
    "expectile",
    "general_robust",
    "log_cosh",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "tukey",
]


@reduced
def log_cosh(input, target):
    """Return log(cosh(e)), from the half angle near zero and the exponential far."""
    error = input - target
    near = error.abs() < 1
    half = torch.where(near, error, 0.0) / 2
    far = torch.where(near, 1.0, error).abs()
    small = torch.log1p(2 * torch.sinh(half) ** 2)
    large = far - math.log(2) + torch.log1p(torch.exp(-2 * far))
    return torch.where(near, small, large)


@reduced
def mean_absolute_percentage_error(input, target, *, eps=1e-7):
    """Return the error over the size of the target, in percent."""
    return 100 * (input - target).abs() / target.abs().clamp(min=eps)


@reduced
def mean_squared_logarithmic_error(input, target):
    """Return the squared difference of two logarithms."""
    return (torch.log1p(input) - torch.log1p(target)) ** 2


@reduced
def expectile(input, target, *, expectile=0.5):
    """Return the squared error times the weight of its sign."""
    rest = target - input
    factor = torch.abs(expectile - (rest < 0).to(rest.dtype))
    return factor * rest**2


@reduced
def general_robust(input, target, *, alpha=1.0, scale=1.0):
    """Return Barron's loss, its limits at three shapes included."""
    square = ((input - target) / scale) ** 2
    if alpha == 2:
        return square / 2
    if alpha == 0:
        return torch.log1p(square / 2)
    if alpha == -math.inf:
        return -torch.expm1(-square / 2)
    k = abs(alpha - 2)
    return k / alpha * torch.expm1(alpha / 2 * torch.log1p(square / k))


@reduced
def tukey(input, target, *, scale=4.685):
    """Return Beaton and Tukey's loss, a constant from the scale on."""
    error = (input - target) / scale
    part = torch.where(error.abs() >= 1, 1.0, error) ** 2
    # 1 - (1 - part)**3, which loses the digits of small errors.
    return scale**2 / 6 * part * (3 - 3 * part + part**2)


@reduced
def cosine_distance(input, target, *, axis=-1, eps=1e-8):
    """Return one less torch's similarity."""
    return 1 - F.cosine_similarity(input, target, dim=axis, eps=eps)
