"""The SupCon loss written out, a row at a time."""

from parity.later import torch
from parity.references.formulas import reduced
from parity.references.ntxent import cosines, neighbours

__all__ = ["supcon"]


def supcon(input, target, *, temperature=0.1, where=None, reduction="mean"):
    """Return the mean over positives of ``-log(exp(s_p) / sum(exp(s_j)))``."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    scores, labels = cosines(input[keep]) / temperature, target[keep]
    losses, counted = [], 0
    for row, score in enumerate(scores):
        positive, negative = neighbours(labels, row)
        if not len(positive):
            losses.append(score.sum() * 0)
            continue
        counted += 1
        others = torch.cat([positive, negative])
        parts = []
        for p in positive:
            rest = others[others != p]
            # Not logsumexp, whose gradients round the scores themselves once more.
            parts.append(torch.log1p(torch.exp(score[rest] - score[p]).sum()))
        losses.append(torch.stack(parts).mean())
    losses = torch.stack(losses)
    if reduction == "mean":
        return losses.sum() / max(counted, 1)
    if reduction == "none":
        return losses.new_zeros(len(input)).index_put((keep,), losses)
    return reduced(losses, reduction)
