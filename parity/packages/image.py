"""Losses of images by packages, called as the losses of funloss are."""

from parity.packages.loading import load

__all__ = ["total_variation_of_torchmetrics"]


def total_variation_of_torchmetrics(input, *, reduction):
    """Return the loss of each channel as an image of its own."""
    loss = load("torchmetrics.functional.image", "total_variation")
    losses = loss(input.reshape(-1, 1, *input.shape[-2:]), reduction=reduction)
    return losses.reshape(input.shape[:-2]) if reduction == "none" else losses
