"""Losses written out where torch's own lacks an argument, a limit or a derivative."""

from parity.later import functional as F
from parity.later import torch
from parity.references.adapters import kept


def binary_cross_entropy_at_infinity(input, target, *, reduction="mean"):
    """Return the limits where torch is nan: a side without weight costs nothing."""
    on, off = (F.softplus(sign * input) for sign in (-1, 1))
    losses = torch.where(target == 0, 0.0, target * on)
    losses = losses + torch.where(target == 1, 0.0, (1 - target) * off)
    return reduced(losses, reduction)


def soft_margin_with_softplus(input, target, *, reduction="mean"):
    """Return what does not overflow, and has a gradient in the target."""
    exponent = -target * input
    return reduced(torch.logaddexp(exponent, torch.zeros_like(exponent)), reduction)


def kl_div_batchmean_where(input, target, *, where, reduction):
    """Return the sum over the rows of which anything is kept, per such row."""
    total = kept(F.kl_div, input=None, target=None)
    return total(input, target, where=where, reduction="sum") / where.any(dim=1).sum()


def pairwise_distance_where(x1, x2, *, where, keepdim=False):
    """Return the distances of the kept rows, and 0 for the others."""
    rows = F.pairwise_distance(x1[where], x2[where])
    losses = rows.new_zeros(where.shape).index_put((where,), rows)
    return losses.unsqueeze(-1) if keepdim else losses


def cosine_similarity_where(x1, x2, *, where, dim):
    """Return the cosines of the kept pairs, and 0 for the others."""
    pairs = F.cosine_similarity(x1[where], x2[where], dim=dim)
    return pairs.new_zeros(where.shape).index_put((where,), pairs)


def multi_margin_composed(
    input, target, *, p=1, margin=1.0, weight=None, reduction="mean"
):
    """Return torch's loss from operations that are differentiable again."""
    labels = target.unsqueeze(1)
    lack = margin - input.gather(1, labels) + input
    others = torch.ones_like(lack).scatter(1, labels, 0.0)
    hinge = torch.where(lack > 0, lack, 0.0) ** p * others
    losses = hinge.sum(dim=1) / input.shape[1]
    return reduced(losses if weight is None else losses * weight[target], reduction)


def multilabel_margin_composed(input, target, *, axis, reduction="mean"):
    """Return torch's loss from operations that are differentiable again."""
    losses = []
    for scores, labels in zip(input, target.tolist(), strict=True):
        true = labels[: labels.index(-1)] if -1 in labels else labels
        wrong = [label for label in range(len(labels)) if label not in true]
        lacks = (1 - scores[true].unsqueeze(1) + scores[wrong]).reshape(-1)
        losses.append(torch.where(lacks > 0, lacks, 0.0).sum() / len(labels))
    return reduced(torch.stack(losses), reduction)


def multilabel_margin_last_axis(input, target, *, axis, reduction="mean"):
    """Return the loss with the class axis moved to where torch has it."""
    input, target = (array.moveaxis(axis, -1) for array in (input, target))
    return F.multilabel_margin_loss(input, target, reduction=reduction)


def multilabel_soft_margin_axis(input, target, *, axis, reduction="mean"):
    """Return the loss with the class axis moved to where torch has it."""
    input, target = (array.moveaxis(axis, -1) for array in (input, target))
    return F.multilabel_soft_margin_loss(input, target, reduction=reduction)


def pdist_composed(input, *, p):
    """Return torch's distances from operations that are differentiable again."""
    first, second = torch.combinations(torch.arange(len(input))).unbind(1)
    return torch.linalg.vector_norm(input[first] - input[second], p, dim=-1)


def reduced(losses, reduction):
    """Return the losses, their mean or their sum."""
    match reduction:
        case "none":
            return losses
        case "mean":
            return losses.mean()
        case "sum":
            return losses.sum()
