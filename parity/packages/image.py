"""Losses of images by packages, called as the losses of funloss are."""

from parity.packages.loading import load

__all__ = [
    "ms_ssim_of_pytorch_msssim",
    "ssim_of_kornia",
    "ssim_of_pytorch_msssim",
    "ssim_of_torchmetrics",
    "total_variation_of_torchmetrics",
]


def ssim_of_pytorch_msssim(input, target, *, data_range=1.0, window_size=11, sigma=1.5):
    """Return the mean over images of as many channels each."""
    loss = load("pytorch_msssim", "ssim")
    return 1 - loss(input, target, data_range, True, window_size, sigma)


def ms_ssim_of_pytorch_msssim(input, target, *, window_size, scales):
    """Return the mean over images of as many channels each."""
    loss = load("pytorch_msssim", "ms_ssim")
    return 1 - loss(input, target, 1.0, True, window_size, weights=list(scales))


def ssim_of_torchmetrics(input, target, *, padding, reduction, axes=(-2, -1)):
    """Return the loss of each channel as an image of its own."""
    assert padding == "reflect"
    loss = load("torchmetrics.functional.image.ssim", "_ssim_update")
    images = (x.movedim(axes, (-2, -1)) for x in (input, target))
    shape = input.movedim(axes, (-2, -1)).shape
    rows = [x.reshape(-1, 1, *shape[-2:]) for x in images]
    losses = 1 - loss(*rows, data_range=1.0).reshape(shape[:-2])
    return losses if reduction == "none" else getattr(losses, reduction)()


def ssim_of_kornia(input, target, *, padding, window_size):
    """Return twice its loss, of one window for all images."""
    own = {"valid": "valid", "reflect": "same"}[padding]
    loss = load("kornia.metrics.ssim", "ssim")
    return 1 - loss(input, target, window_size, 1.0, 0.0, own).mean()


def total_variation_of_torchmetrics(input, *, reduction):
    """Return the loss of each channel as an image of its own."""
    loss = load("torchmetrics.functional.image", "total_variation")
    losses = loss(input.reshape(-1, 1, *input.shape[-2:]), reduction=reduction)
    return losses.reshape(input.shape[:-2]) if reduction == "none" else losses
