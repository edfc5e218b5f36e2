"""The circle loss written out, a row at a time."""

from parity.later import functional as F
from parity.later import torch
from parity.references.formulas import reduced
from parity.references.ntxent import cosines, neighbours

__all__ = ["circle"]


def circle(
    input,
    target,
    *,
    margin=0.25,
    gamma=80.0,
    constant_weights=True,
    where=None,
    reduction="mean",
):
    """Return ``softplus(logsumexp(z_p) + logsumexp(z_n))``."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    losses, counted = [], 0
    scores, labels = cosines(input[keep]), target[keep]
    for row, score in enumerate(scores):
        positive, negative = (score[k] for k in neighbours(labels, row))
        if not (len(positive) and len(negative)):
            losses.append(score.sum() * 0)
            continue
        counted += 1
        pull = (1 + margin - positive).clamp_min(0)
        push = (negative + margin).clamp_min(0)
        if constant_weights:
            pull, push = pull.detach(), push.detach()
        pull = -gamma * pull * (positive - (1 - margin))
        push = gamma * push * (negative - margin)
        total = torch.logsumexp(pull, 0) + torch.logsumexp(push, 0)
        losses.append(-F.logsigmoid(-total))
    losses = torch.stack(losses)
    if reduction == "mean":
        return losses.sum() / max(counted, 1)
    if reduction == "none":
        return losses.new_zeros(len(input)).index_put((keep,), losses)
    return reduced(losses, reduction)
