"""Losses of regions by packages, called as those of funloss are."""

from parity.packages.loading import load

__all__ = [
    "dice_of_smp",
    "generalized_dice_of_monai",
    "lovasz_hinge_of_kornia",
    "lovasz_hinge_of_smp",
    "lovasz_softmax_of_kornia",
    "lovasz_softmax_of_smp",
    "soft_cldice_of_monai",
    "tversky_of_smp",
]


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


def generalized_dice_of_monai(input, target, *, smooth, reduction):
    """Return the loss of each sample, for targets that are probabilities."""
    loss = load("monai.losses.dice", "GeneralizedDiceLoss")
    options = {"smooth_nr": smooth, "smooth_dr": smooth, "reduction": reduction}
    losses = loss(soft_label=False, **options)(input, target)
    return losses[:, 0, 0] if reduction == "none" else losses


def lovasz_hinge_of_kornia(input, target):
    """Return the mean over samples, of scores with one channel."""
    loss = load("kornia.losses.lovasz_hinge", "lovasz_hinge_loss")
    return loss(input[:, None], target)


def lovasz_hinge_of_smp(input, target, *, batch):
    """Return the loss of the whole batch, in float32: it takes no other scores."""
    assert batch
    loss = load("segmentation_models_pytorch.losses", "LovaszLoss")
    return loss("binary")(input.float(), target).double()


def lovasz_softmax_of_kornia(input, target, *, activation, absent):
    """Return the mean over samples and classes, for labels."""
    assert (activation, absent) == ("softmax", "count")
    loss = load("kornia.losses.lovasz_softmax", "lovasz_softmax_loss")
    return loss(input[..., None], target[..., None])


def lovasz_softmax_of_smp(input, target, *, activation, batch):
    """Return the mean over the classes of a batch, in float32."""
    assert (activation, batch) == ("softmax", True)
    loss = load("segmentation_models_pytorch.losses", "LovaszLoss")
    scores, labels = input.float()[..., None], target[..., None]
    return loss("multiclass")(scores, labels).double()


def soft_cldice_of_monai(input, target, *, iterations, smooth=1.0, reduction):
    """Return the loss of each class as of a sample of its own."""
    loss = load("monai.losses.cldice", "SoftclDiceLoss")
    options = {"smooth_nr": smooth, "smooth_dr": smooth, "smooth": 1e-300}
    own = loss(iterations, **options, reduction=reduction)
    losses = own(*(x.flatten(0, 1)[:, None] for x in (input, target)))
    return losses.reshape(input.shape[:2]) if reduction == "none" else losses
