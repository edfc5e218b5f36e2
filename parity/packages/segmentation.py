"""Losses of regions by packages, called as those of funloss are."""

from parity.packages.loading import load

__all__ = ["dice_of_smp", "tversky_of_smp"]


def dice_of_smp(input, target, *, smooth=0.0, axis, batch):
    """Return the mean over classes of the Dice loss of the whole batch, for labels."""
    assert batch
    loss = load("segmentation_models_pytorch.losses", "DiceLoss")
    own = loss("multiclass", from_logits=False, smooth=smooth / 2)
    return own(input.moveaxis(axis, 1), target)


def tversky_of_smp(input, target, *, smooth=0.0, axis, batch, alpha=0.5, beta=0.5):
    """Return the same of the Tversky loss."""
    assert batch
    loss = load("segmentation_models_pytorch.losses", "TverskyLoss")
    options = {"smooth": smooth, "alpha": alpha, "beta": beta}
    own = loss("multiclass", from_logits=False, **options)
    return own(input.moveaxis(axis, 1), target)
