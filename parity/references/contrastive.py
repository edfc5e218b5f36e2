"""The contrastive loss written out, a pair at a time."""

from parity.later import torch
from parity.references.ntxent import neighbours, unit

__all__ = ["contrastive", "distances"]


def distances(rows, row, others):
    """Return the distances of a row to others, with gradient 0 where they are 0."""
    return torch.linalg.vector_norm(rows[row] - rows[others], dim=1)


def contrastive(
    input,
    target,
    *,
    margin=1.0,
    positive_margin=0.0,
    p=1,
    count="active",
    normalize=True,
    where=None,
    reduction="mean",
):
    """Return positives beyond their margin, and negatives within theirs."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    rows, labels = input[keep], target[keep]
    rows = unit(rows) if normalize else rows
    near, far = [], []
    for row in range(len(rows)):
        apart = [distances(rows, row, others) for others in neighbours(labels, row)]
        near.append(torch.relu(apart[0] - positive_margin) ** p)
        far.append(torch.relu(margin - apart[1]) ** p)
    if reduction == "mean":
        return sum(_mean(torch.cat(losses), count) for losses in (near, far))
    losses = torch.stack([a.sum() + b.sum() for a, b in zip(near, far, strict=True)])
    if reduction == "sum":
        return losses.sum()
    return losses.new_zeros(len(input)).index_put((keep,), losses)


def _mean(losses, count):
    number = len(losses) if count == "all" else int((losses > 0).sum())
    return losses.sum() / max(number, 1)
