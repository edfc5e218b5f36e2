"""Losses of class probabilities and of their powers, as their papers define them."""

from parity.later import functional as F
from parity.later import torch
from parity.references.adapters import weighted

__all__ = [
    "asymmetric",
    "generalized_cross_entropy",
    "poly",
    "sigmoid_focal",
    "sigmoid_focal_of_labels",
    "smooth_labels",
    "softmax_focal",
]


def sigmoid_focal(
    input, target, *, alpha=None, gamma=2.0, weight=None, reduction="mean"
):
    """Return the cross-entropy times a power of the probability that is missed."""
    on, off = -F.logsigmoid(input), -F.logsigmoid(-input)
    entropy = target * on + (1 - target) * off
    missed = target * torch.sigmoid(-input) + (1 - target) * torch.sigmoid(input)
    losses = missed**gamma * entropy
    if alpha is not None:
        losses = losses * (alpha * target + (1 - alpha) * (1 - target))
    return weighted(losses, weight, reduction)


def sigmoid_focal_of_labels(input, target, *, gamma, reduction="mean"):
    """Return the same for targets of 0 and 1, by logarithms that do not underflow."""
    against = torch.where(target == 1, -input, input)
    losses = torch.exp(gamma * F.logsigmoid(against)) * -F.logsigmoid(-against)
    return weighted(losses, None, reduction)


def softmax_focal(
    input, target, *, alpha=None, gamma=2.0, axis=1, ignore_index=-100,
    reduction="mean",
):  # fmt: skip
    """Return the loss of each class, picked by labels or weighted by probabilities."""

    def loss(log_p, missed):
        return -(missed**gamma) * log_p

    weight = None if alpha is None else alpha * input.new_ones(input.shape[axis])
    losses, mass = charged(
        input, target, loss, weight, axis=axis, ignore_index=ignore_index
    )
    return divided(losses, (mass > 0).to(losses.dtype), reduction)


def poly(
    input, target, *, epsilon=2.0, weight=None, axis=1, ignore_index=-100,
    reduction="mean",
):  # fmt: skip
    """Return the cross-entropy and the probability that is missed."""

    def loss(log_p, missed):
        return epsilon * missed - log_p

    losses, mass = charged(
        input, target, loss, weight, axis=axis, ignore_index=ignore_index
    )
    return divided(losses, mass, reduction)


def generalized_cross_entropy(
    input, target, *, q=0.7, weight=None, axis=1, ignore_index=-100,
    reduction="mean",
):  # fmt: skip
    """Return the Box-Cox transform of the probability, by a difference of exp."""

    def loss(log_p, missed):
        del missed
        return -torch.expm1(q * log_p) / q

    losses, mass = charged(
        input, target, loss, weight, axis=axis, ignore_index=ignore_index
    )
    return divided(losses, mass, reduction)


def charged(input, target, loss, weight, *, axis, ignore_index):
    """Return the losses of rows and what each counts for; 0 where it is ignored."""
    scores = input.movedim(axis, -1)
    if weight is None:
        weight = torch.ones_like(scores[..., 0, None]).expand(scores.shape)
    # A matrix of scores without one class each, since 1 - p would cancel.
    size = scores.shape[-1]
    own = torch.eye(size, dtype=torch.bool)
    others = scores.unsqueeze(-2).masked_fill(own, -torch.inf).logsumexp(-1)
    odds = others - scores
    if target.is_floating_point():
        shares = target.movedim(axis, -1)
        each = weight * loss(F.logsigmoid(-odds), torch.sigmoid(odds))
        void = (shares == 0) & each.isinf()
        losses = (shares * torch.where(void, 0.0, each)).sum(-1)
        return losses, torch.ones_like(losses)
    keep = target != ignore_index
    labels = torch.where(keep, target, 0).long().unsqueeze(-1)
    odds = odds.gather(-1, labels).squeeze(-1)
    mass = weight.expand(scores.shape).gather(-1, labels).squeeze(-1)
    losses = mass * loss(F.logsigmoid(-odds), torch.sigmoid(odds))
    return torch.where(keep, losses, 0.0), torch.where(keep, mass, 0.0)


def divided(losses, mass, reduction):
    """Return the losses, their sum, or the sum over what they count for."""
    match reduction:
        case "none":
            return losses
        case "mean":
            return losses.sum() / mass.sum()
        case "sum":
            return losses.sum()


def smooth_labels(target, label_smoothing, *, axis=-1, where=None):
    """Return the rows with a share of their mass spread over the kept classes."""
    keep = torch.ones_like(target, dtype=torch.bool) if where is None else where
    keep = keep.expand(target.shape)
    kept = torch.where(keep, target, 0.0)
    even = label_smoothing / keep.sum(axis, keepdim=True).clamp(min=1)
    return torch.where(keep, kept * (1 - label_smoothing) + even, 0.0)


def asymmetric(
    input, target, *, gamma_neg=4.0, gamma_pos=1.0, clip=0.05, constant_weights=False,
    weight=None, reduction="mean",
):  # fmt: skip
    """Return the cross-entropies of both sides, each times its power."""
    # As exponentials, whose derivatives keep their digits in both tails.
    p, missed = (F.logsigmoid(sign * input).exp() for sign in (1, -1))
    excess = p - clip
    is_clipped = excess <= 0
    excess = torch.where(is_clipped, 0.5, excess)
    powers = missed**gamma_pos, excess**gamma_neg
    if constant_weights:
        powers = [power.detach() for power in powers]
    off = torch.log(missed + clip)
    if not torch.is_tensor(clip) and clip == 0:
        off = F.logsigmoid(-input)
    on = -target * powers[0] * F.logsigmoid(input)
    off = torch.where(is_clipped, 0.0, (target - 1) * powers[1] * off)
    return weighted(on + off, weight, reduction)
