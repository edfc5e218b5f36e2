"""What libraries of segmentation compute, in JAX, as in their sources."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
from jax.nn import log_sigmoid, log_softmax, sigmoid, softmax

__all__ = ["KORNIA", "MONAI", "SMP", "bce", "box_losses", "one_hot"]


def one_hot(y, classes):
    """Return labels as zeros and ones along axis 1."""
    return jnp.moveaxis(jax.nn.one_hot(y, classes, dtype="float64"), -1, 1)


def bce(x, t):
    """Return the binary cross-entropy of each score."""
    return -t * log_sigmoid(x) - (1 - t) * log_sigmoid(-x)


def softmax_focal(x, y, gamma=2.0):
    """Return the focal loss of each pixel and class, 0 but at the label."""
    log_p = log_softmax(x, axis=1)
    return -((1 - jnp.exp(log_p)) ** gamma) * log_p * one_hot(y, x.shape[1])


def lovasz(errors, truth):
    """Return the sum of errors by what they add to the Jaccard loss, on axis -1."""
    order = jnp.argsort(-errors, axis=-1)
    errors, truth = (jnp.take_along_axis(z, order, -1) for z in (errors, truth))
    total = truth.sum(-1, keepdims=True)
    jaccard = 1 - (total - truth.cumsum(-1)) / (total + (1 - truth).cumsum(-1))
    return (errors * jnp.diff(jaccard, axis=-1, prepend=0.0)).sum(-1)


def lovasz_flat(x, mask):
    """Return the Lovász hinge of each row of scores."""
    errors = 1 - x * (2 * mask - 1)
    return lovasz(jax.nn.relu(errors), mask)


# kornia


def balanced(losses, alpha):
    """Return focal losses times 1 - alpha for class 0 and alpha for the others."""
    if alpha is None:
        return losses
    factor = jnp.full(losses.shape[1], alpha).at[0].set(1 - alpha)
    return losses * factor[:, None, None]


def kornia_dice(pred, target, average="micro", eps=1e-8):
    """Return dice_loss."""
    t, p = one_hot(target, pred.shape[1]), softmax(pred, axis=1)
    axes = (1, 2, 3) if average == "micro" else (2, 3)
    losses = 1 - 2 * (p * t).sum(axes) / ((p + t).sum(axes) + eps)
    if average == "macro":
        present = t.sum(axes) > 0
        losses = (losses * present).sum(-1) / present.sum(-1)
    return losses.mean()


def kornia_tversky(pred, target, alpha, beta, eps=1e-8):
    """Return tversky_loss."""
    t, p = one_hot(target, pred.shape[1]), softmax(pred, axis=1)
    tp, fp, fn = ((a * b).sum((2, 3)) for a, b in ((p, t), (p, 1 - t), (1 - p, t)))
    present = t.sum((2, 3)) > 0
    score = tp / (tp + alpha * fp + beta * fn + eps) * present
    return 1 - (score.sum(-1) / present.sum(-1)).mean()


def kornia_focal(pred, target, alpha, gamma=2.0, reduction="none"):
    """Return focal_loss of each pixel and class, or the mean over both."""
    losses = balanced(softmax_focal(pred, target, gamma), alpha)
    return losses.mean() if reduction == "mean" else losses


def kornia_binary_focal(pred, target, alpha=0.25, gamma=2.0):
    """Return binary_focal_loss_with_logits of each element."""
    yes = -alpha * sigmoid(-pred) ** gamma * target * log_sigmoid(pred)
    no = -(1 - alpha) * sigmoid(pred) ** gamma * (1 - target) * log_sigmoid(-pred)
    return yes + no


def kornia_lovasz_hinge(pred, target):
    """Return lovasz_hinge_loss of scores with one channel."""
    rows = pred.reshape(len(pred), -1)
    return lovasz_flat(rows, target.reshape(rows.shape)).mean()


def kornia_lovasz_softmax(pred, target):
    """Return lovasz_softmax_loss: all classes of all images."""
    t = one_hot(target, pred.shape[1])
    errors = jnp.abs(softmax(pred, axis=1) - t)
    flat = (*pred.shape[:2], -1)
    return lovasz(errors.reshape(flat), t.reshape(flat)).mean()


def kornia_total_variation(img, reduction="sum"):
    """Return total_variation of each channel."""
    down, right = jnp.abs(jnp.diff(img, axis=-2)), jnp.abs(jnp.diff(img))
    if reduction == "mean":
        return down.mean((-2, -1)) + right.mean((-2, -1))
    return down.sum((-2, -1)) + right.sum((-2, -1))


def kornia_psnr(image, target, max_val):
    """Return psnr_loss."""
    return -10 * jnp.log10(max_val**2 / ((image - target) ** 2).mean())


def kornia_js_div(pred, target):
    """Return js_div_loss_2d, the mean over maps."""
    middle = (pred + target) / 2
    there, back = (p * jnp.log(p / middle) for p in (pred, target))
    return (there + back).sum((-2, -1)).mean() / 2


def box_losses(a, b, kind, eps=1e-7):
    """Return a loss of each pair of boxes."""
    low, high = jnp.maximum(a[:, :2], b[:, :2]), jnp.minimum(a[:, 2:], b[:, 2:])
    sides, inner = (x[:, 2:] - x[:, :2] for x in (a, b)), high - low
    shared = jnp.where((inner > 0).all(1), inner.prod(1), 0)
    (w, h), (v, g) = (side.T for side in sides)
    union = w * h + v * g - shared
    iou = shared / (union + eps)
    span = jnp.maximum(a[:, 2:], b[:, 2:]) - jnp.minimum(a[:, :2], b[:, :2])
    if kind == "giou":
        return 1 - iou + (span.prod(1) - union) / (span.prod(1) + eps)
    apart = (a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) / 2
    losses = 1 - iou + (apart**2).sum(1) / ((span**2).sum(1) + eps)
    if kind == "diou":
        return losses
    shape = 4 / jnp.pi**2 * (jnp.arctan(v / g) - jnp.arctan(w / h)) ** 2
    return losses + jax.lax.stop_gradient(shape / (1 - iou + shape + eps)) * shape


# MONAI


def prepared(x, y, options, sigmoid=False, softmax=False, to_onehot_y=False):
    """Return probabilities, targets and what options are left."""
    if sigmoid:
        x = jax.nn.sigmoid(x)
    if softmax:
        x = jax.nn.softmax(x, axis=1)
    if to_onehot_y:
        y = one_hot(y[:, 0], x.shape[1])
    if not options.pop("include_background", True):
        x, y = x[:, 1:], y[:, 1:]
    axes = (0, 2, 3) if options.pop("batch", False) else (2, 3)
    return (x * y).sum(axes), x.sum(axes), y.sum(axes), options


def monai_dice(x, y, jaccard=False, smooth_nr=1e-5, smooth_dr=1e-5, **options):
    """Return DiceLoss."""
    kinds = ("sigmoid", "softmax", "to_onehot_y")
    given = {kind: options.pop(kind, False) for kind in kinds}
    shared, p, t, _ = prepared(x, y, options, **given)
    total = 2 * (p + t - shared) if jaccard else p + t
    return (1 - (2 * shared + smooth_nr) / (total + smooth_dr)).mean()


def monai_generalized_dice(x, y, smooth_nr=1e-5, smooth_dr=1e-5):
    """Return GeneralizedDiceLoss of scores by softmax, and labels."""
    shared, p, t, _ = prepared(x, y, {}, softmax=True, to_onehot_y=True)
    w = jnp.where(t > 0, 1 / jnp.maximum(t, 1) ** 2, 0)
    w = jnp.where(t > 0, w, w.max(1, keepdims=True))
    hits, total = 2 * (shared * w).sum(1), ((p + t) * w).sum(1)
    return (1 - (hits + smooth_nr) / (total + smooth_dr)).mean()


def monai_tversky(x, y, alpha=0.5, beta=0.5):
    """Return TverskyLoss of scores by softmax, and labels."""
    shared, p, t, _ = prepared(x, y, {}, softmax=True, to_onehot_y=True)
    total = shared + alpha * (p - shared) + beta * (t - shared)
    return (1 - (shared + 1e-5) / (total + 1e-5)).mean()


def monai_focal(x, y, gamma=2.0, use_softmax=False):
    """Return FocalLoss of labels: of each class, or of all by softmax."""
    if use_softmax:
        return softmax_focal(x, y[:, 0], gamma).mean()
    t = one_hot(y[:, 0], x.shape[1])
    return (sigmoid(x * (1 - 2 * t)) ** gamma * bce(x, t)).mean()


def monai_dice_ce(x, y):
    """Return DiceCELoss of scores by softmax, and labels."""
    nll = -(log_softmax(x, axis=1) * one_hot(y[:, 0], x.shape[1])).sum(1)
    return monai_dice(x, y, softmax=True, to_onehot_y=True) + nll.mean()


def monai_dice_focal(x, y):
    """Return DiceFocalLoss of scores by sigmoid, and labels."""
    return monai_dice(x, y, sigmoid=True, to_onehot_y=True) + monai_focal(x, y)


def monai_giou(x, y):
    """Return BoxGIoULoss."""
    return box_losses(x, y, "giou", 2.0**-23).mean()


# segmentation-models-pytorch


def smp_counts(mode, x, y):
    """Return TP, FP and FN of a batch for each class."""
    if mode == "binary":
        p, t, axes = sigmoid(x)[:, None], y[:, None], (0, 2, 3)
    else:
        p, t, axes = softmax(x, axis=1), one_hot(y, x.shape[1]), (0, 2, 3)
    shared = (p * t).sum(axes)
    return shared, p.sum(axes) - shared, t.sum(axes) - shared


def smp_tversky(mode, x, y, smooth=0.0, alpha=0.5, beta=0.5, gamma=1.0):
    """Return TverskyLoss, of which DiceLoss and JaccardLoss are cases."""
    tp, fp, fn = smp_counts(mode, x, y)
    scores = (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)
    return jnp.where(tp + fn > 0, 1 - scores, 0).mean() ** gamma


def smp_dice(mode, x, y, smooth=0.0):
    """Return DiceLoss."""
    return smp_tversky(mode, x, y, smooth)


def smp_jaccard(mode, x, y, smooth=0.0):
    """Return JaccardLoss."""
    return smp_tversky(mode, x, y, smooth, 1.0, 1.0)


def smp_focal(mode, x, y, alpha=None, gamma=2.0):
    """Return FocalLoss, of each class against the others."""
    t = y if mode == "binary" else one_hot(y, x.shape[1])
    losses = sigmoid(x * (1 - 2 * t)) ** gamma * bce(x, t)
    if alpha is not None:
        losses *= alpha * t + (1 - alpha) * (1 - t)
    return losses.mean()


def smp_lovasz(mode, x, y):
    """Return LovaszLoss of a whole batch, over the classes that are present."""
    if mode == "binary":
        return lovasz_flat(x.ravel(), y.ravel())
    classes = x.shape[1]
    t = jnp.moveaxis(one_hot(y, classes), 1, 0).reshape(classes, -1)
    p = jnp.moveaxis(softmax(x, axis=1), 1, 0).reshape(classes, -1)
    present = t.sum(1) > 0
    return (lovasz(jnp.abs(p - t), t) * present).sum() / present.sum()


def smp_soft_bce(x, y, smooth_factor):
    """Return SoftBCEWithLogitsLoss."""
    return bce(x, (1 - y) * smooth_factor + y * (1 - smooth_factor)).mean()


def smp_soft_ce(x, y, smooth_factor, ignore_index=-100):
    """Return SoftCrossEntropyLoss: what is ignored counts in the mean."""
    kept, log_p = y != ignore_index, log_softmax(x, axis=1)
    nll = -(log_p * one_hot(jnp.where(kept, y, 0), x.shape[1])).sum(1)
    smooth = -log_p.sum(1) * smooth_factor / x.shape[1]
    return (((1 - smooth_factor) * nll + smooth) * kept).mean()


KORNIA = SimpleNamespace(
    dice=kornia_dice,
    tversky=kornia_tversky,
    focal=kornia_focal,
    binary_focal=kornia_binary_focal,
    lovasz_hinge=kornia_lovasz_hinge,
    lovasz_softmax=kornia_lovasz_softmax,
    total_variation=kornia_total_variation,
    psnr=kornia_psnr,
    js_div=kornia_js_div,
)
MONAI = SimpleNamespace(
    dice=monai_dice,
    generalized_dice=monai_generalized_dice,
    tversky=monai_tversky,
    focal=monai_focal,
    dice_ce=monai_dice_ce,
    dice_focal=monai_dice_focal,
    giou=monai_giou,
)
SMP = SimpleNamespace(
    dice=smp_dice,
    jaccard=smp_jaccard,
    tversky=smp_tversky,
    focal=smp_focal,
    lovasz=smp_lovasz,
    soft_bce=smp_soft_bce,
    soft_ce=smp_soft_ce,
)
