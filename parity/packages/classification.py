"""Losses of classes by packages, called as those of funloss are."""

from parity.packages.loading import load

__all__ = ["sigmoid_focal_of_torchvision"]


def sigmoid_focal_of_torchvision(
    input, target, *, alpha=None, gamma=2.0, reduction="mean"
):
    """Return the focal loss of logits."""
    loss = load("torchvision.ops", "sigmoid_focal_loss")
    alpha = -1 if alpha is None else alpha
    return loss(input, target, alpha=alpha, gamma=gamma, reduction=reduction)
