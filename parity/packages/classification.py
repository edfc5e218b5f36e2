"""Losses of classes by packages, called as those of funloss are."""

from parity.packages.loading import load

__all__ = [
    "asymmetric_of_timm",
    "bi_tempered_of_toolbelt",
    "cross_entropy_of_timm",
    "poly_of_timm",
    "sigmoid_focal_of_torchvision",
    "zlpr_of_timm",
]


def sigmoid_focal_of_torchvision(
    input, target, *, alpha=None, gamma=2.0, reduction="mean"
):
    """Return the focal loss of logits."""
    loss = load("torchvision.ops", "sigmoid_focal_loss")
    alpha = -1 if alpha is None else alpha
    return loss(input, target, alpha=alpha, gamma=gamma, reduction=reduction)


def cross_entropy_of_timm(input, target, *, label_smoothing):
    """Return the mean over rows of the cross-entropy of smoothed labels."""
    loss = load("timm.loss.cross_entropy", "LabelSmoothingCrossEntropy")
    return loss(label_smoothing)(input, target)


def poly_of_timm(input, target, *, reduction="mean", epsilon=2.0):
    """Return the Poly-1 loss of labels or of class probabilities, in float32."""
    loss = load("timm.loss.poly_loss", "PolyCrossEntropy")
    return loss(epsilon, reduction=reduction)(input, target).double()


def asymmetric_of_timm(input, target, *, reduction="mean", **options):
    """Return the asymmetric loss of zeros and ones, in float32."""
    loss = load("timm.loss.asymmetric_loss", "AsymmetricLossMultiLabel")
    return loss(reduction=reduction, **options)(input, target).double()


def zlpr_of_timm(input, target, *, reduction):
    """Return the mean over rows, in float32."""
    assert reduction == "mean"
    return load("timm.loss.zlpr_loss", "ZlprLoss")()(input, target).double()


def bi_tempered_of_toolbelt(input, target, *, t1, t2, reduction):
    """Return the loss of rows of scores and labels, after many fixed-point steps."""
    name = "bi_tempered_logistic_loss"
    loss = load("pytorch_toolbelt.losses.bitempered_loss", name)
    return loss(input, target, t1, t2, num_iters=200, reduction=reduction)
