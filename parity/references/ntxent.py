"""NT-Xent written out, a pair at a time."""

from parity.later import torch
from parity.references.formulas import reduced

__all__ = ["cosines", "neighbours", "ntxent", "unit"]


def unit(input):
    """Return vectors over their lengths, that of zeros 1."""
    size = torch.linalg.vector_norm(input, dim=-1, keepdim=True)
    return input / torch.where(size == 0, 1.0, size)


def cosines(input):
    """Return the cosines of all rows; a row of zeros has length 1."""
    rows = unit(input)
    return rows @ rows.T


def neighbours(target, row):
    """Return the other rows of the label of `row`, and those of other labels."""
    same = target == target[row]
    others = torch.arange(len(target)) != row
    return torch.nonzero(same & others)[:, 0], torch.nonzero(~same)[:, 0]


def ntxent(
    input, target, *, temperature=0.07, decoupled=False, where=None, reduction="mean"
):
    """Return ``-log(exp(s_p) / (exp(s_p) + sum(exp(s_n))))``, a sum over the p.

    With `decoupled` the denominator is the sum alone.
    Exponentials of differences of scores must be in range: beyond 700 they are not.
    """
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    scores, labels = cosines(input[keep]) / temperature, target[keep]
    losses, pairs = [], 0
    for row, score in enumerate(scores):
        positive, negative = neighbours(labels, row)
        pairs += len(positive)
        loss = score.sum() * 0
        if len(negative):
            # Not logsumexp, whose gradients round the scores themselves once more.
            lacks = score[negative] - score[positive][:, None]
            total = torch.exp(lacks).sum(1)
            loss = loss + (total.log() if decoupled else total.log1p()).sum()
        losses.append(loss)
    losses = torch.stack(losses)
    if reduction == "mean":
        return losses.sum() / max(pairs, 1)
    if reduction == "none":
        return losses.new_zeros(len(input)).index_put((keep,), losses)
    return reduced(losses, reduction)
