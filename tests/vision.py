"""What libraries of vision compute, in JAX, as in their sources."""

from types import SimpleNamespace

import jax.numpy as jnp
from jax.nn import log_softmax, sigmoid, softmax

from tests.images import kornia_ssim, monai_soft_cldice
from tests.regions import KORNIA, MONAI, SMP, bce, box_losses, one_hot

__all__ = ["LIBRARIES"]


def torchvision_focal(x, y, alpha=0.25, gamma=2.0):
    """Return sigmoid_focal_loss of each element."""
    p_t = sigmoid(x) * y + sigmoid(-x) * (1 - y)
    losses = bce(x, y) * (1 - p_t) ** gamma
    return losses * (alpha * y + (1 - alpha) * (1 - y)) if alpha >= 0 else losses


def torchvision_giou(a, b):
    """Return generalized_box_iou_loss of each pair."""
    return box_losses(a, b, "giou")


def torchvision_diou(a, b):
    """Return distance_box_iou_loss of each pair."""
    return box_losses(a, b, "diou")


def torchvision_ciou(a, b):
    """Return complete_box_iou_loss of each pair."""
    return box_losses(a, b, "ciou")


def timm_label_smoothing(x, y, smoothing=0.1):
    """Return LabelSmoothingCrossEntropy."""
    log_p = log_softmax(x, axis=1)
    nll = -(log_p * one_hot(y, x.shape[1])).sum(1)
    return ((1 - smoothing) * nll - smoothing * log_p.mean(1)).mean()


def timm_soft_target(x, t):
    """Return SoftTargetCrossEntropy."""
    return -(t * log_softmax(x, axis=1)).sum(1).mean()


def timm_bce(x, y, smoothing=0.1, sum_classes=False, smooth_dense=False):
    """Return BinaryCrossEntropy of labels, or of a target for each class."""
    if y.shape != x.shape:
        y = one_hot(y, x.shape[1]) * (1 - smoothing) + smoothing / x.shape[1]
    elif smooth_dense:
        y = y * (1 - smoothing) + 0.5 * smoothing
    losses = bce(x, y)
    return losses.sum(1).mean() if sum_classes else losses.mean()


def timm_asl(x, y, gamma_neg=4.0, gamma_pos=1.0, clip=0.05, reduction="batchmean"):
    """Return AsymmetricLossMultiLabel, in float32."""
    x, y = x.astype("float32"), y.astype("float32")
    p, q = sigmoid(x), jnp.minimum(1 - sigmoid(x) + clip, 1)
    losses = -y * jnp.log(p.clip(1e-8)) - (1 - y) * jnp.log(q.clip(1e-8))
    losses *= (1 - p * y - q * (1 - y)) ** (gamma_pos * y + gamma_neg * (1 - y))
    return losses.sum() / len(x) if reduction == "batchmean" else losses.mean()


def timm_zlpr(x, y):
    """Return ZlprLoss."""
    wrong = 1 + jnp.where(y > 0.5, 0, jnp.exp(x)).sum(1)
    missed = 1 + jnp.where(y > 0.5, jnp.exp(-x), 0).sum(1)
    return (jnp.log(wrong) + jnp.log(missed)).mean()


def timm_poly(x, y, epsilon=2.0):
    """Return PolyCrossEntropy of labels."""
    nll = -(log_softmax(x, axis=1) * one_hot(y, x.shape[1])).sum(1)
    return (nll + epsilon * (1 - jnp.exp(-nll))).mean()


def timm_poly_bce(x, y, epsilon=2.0):
    """Return PolyBinaryCrossEntropy without its focal factor."""
    return (bce(x, y) + epsilon * jnp.abs(sigmoid(x) - y)).mean()


def timm_jsd(x, y, num_splits=3, alpha=12.0, smoothing=0.1):
    """Return JsdCrossEntropy, of labels whose first part alone is used."""
    parts = x.reshape(num_splits, -1, x.shape[1])
    p = softmax(parts)
    drift = (p * jnp.log(p / p.mean(0))).sum(-1).mean()
    return (
        timm_label_smoothing(parts[0], y[: parts.shape[1]], smoothing) + alpha * drift
    )


LIBRARIES = {
    "kornia": SimpleNamespace(**vars(KORNIA), ssim=kornia_ssim),
    "monai": SimpleNamespace(**vars(MONAI), soft_cldice=monai_soft_cldice),
    "smp": SMP,
    "torchvision": SimpleNamespace(
        sigmoid_focal=torchvision_focal,
        giou=torchvision_giou,
        diou=torchvision_diou,
        ciou=torchvision_ciou,
    ),
    "timm": SimpleNamespace(
        label_smoothing=timm_label_smoothing,
        soft_target=timm_soft_target,
        bce=timm_bce,
        asl=timm_asl,
        zlpr=timm_zlpr,
        poly=timm_poly,
        poly_bce=timm_poly_bce,
        jsd=timm_jsd,
    ),
}
