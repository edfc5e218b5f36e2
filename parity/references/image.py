"""Losses of images, as their papers define them."""

from parity.later import torch
from parity.references.adapters import weighted

__all__ = ["ssim", "total_variation"]


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


def ssim(
    input,
    target,
    *,
    data_range=1.0,
    window_size=11,
    sigma=1.5,
    k1=0.01,
    k2=0.03,
    padding="valid",
    scales=None,
    axes=(-2, -1),
    weight=None,
    where=None,
    reduction="mean",
):
    """Return one minus the similarity, of moments in windows that are written out."""
    axes = (axes,) if isinstance(axes, int) else axes
    pixels = tuple(range(-len(axes), 0))
    x, y = (image.movedim(axes, pixels) for image in (input, target))
    if where is not None:
        where = where.expand(x.shape[: -len(axes)])
        keep = where[(..., *(None,) * len(axes))]
        x, y = (torch.where(keep, image, 0.0) for image in (x, y))
        weight = where.to(x.dtype) * (1.0 if weight is None else weight)
    window = (window_size, sigma, padding, len(axes))
    constants = [(k * data_range) ** 2 for k in (k1, k2)]
    if scales is None:
        light, rest = _similarities(x, y, window, *constants)
        return weighted(1 - (light * rest).mean(pixels), weight, reduction)
    product = 1.0
    for scale, exponent in enumerate(scales):
        light, rest = _similarities(x, y, window, *constants)
        mean = (light * rest if scale == len(scales) - 1 else rest).mean(pixels)
        # A power of 0 has no derivative.
        powered = torch.where(mean > 0, mean, 1.0) ** exponent
        product = product * torch.where(mean > 0, powered, 0.0)
        x, y = (_halved(image, len(axes)) for image in (x, y))
    return weighted(1 - product, weight, reduction)


def _similarities(x, y, window, c1, c2):
    """Return the maps of the luminance term, and of contrast and structure."""
    size, sigma, padding, count = window
    places = torch.arange(size, dtype=x.dtype) - size // 2
    taps = torch.exp(-((places / sigma) ** 2) / 2)
    weights = taps = taps / taps.sum()
    for _ in range(count - 1):
        weights = weights[..., None] * taps
    x, y = (_unfolded(image, size, padding, count) for image in (x, y))
    inside = tuple(range(-count, 0))

    def mean(values):
        return (weights * values).sum(inside)

    x_mean, y_mean = mean(x), mean(y)
    apart = (..., *(None,) * count)
    x, y = x - x_mean[apart], y - y_mean[apart]
    light = (2 * x_mean * y_mean + c1) / (x_mean**2 + y_mean**2 + c1)
    return light, (2 * mean(x * y) + c2) / (mean(x**2) + mean(y**2) + c2)


def _unfolded(image, size, padding, count):
    """Return the pixels of each window, along new last axes."""
    around = () if padding == "valid" else (size // 2,) * (2 * count)
    rows = image.reshape(-1, 1, *image.shape[-count:])
    mode = "reflect" if padding == "reflect" else "constant"
    rows = torch.nn.functional.pad(rows, around, mode=mode) if around else rows
    rows = rows.reshape(*image.shape[:-count], *rows.shape[2:])
    first = rows.ndim - count
    for axis in range(first, first + count):
        rows = rows.unfold(axis, size, 1)
    return rows


def _halved(image, count):
    rows = image.reshape(-1, 1, *image.shape[-count:])
    pool = getattr(torch.nn.functional, f"avg_pool{count}d")
    if min(rows.shape[2:]) < 2:
        return image
    rows = pool(rows, 2)
    return rows.reshape(*image.shape[:-count], *rows.shape[2:])
