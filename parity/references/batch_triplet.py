"""The triplet loss of a batch written out, an anchor at a time."""

from parity.later import functional as F
from parity.later import torch
from parity.references.contrastive import distances
from parity.references.ntxent import neighbours, unit

__all__ = ["batch_triplet"]


def batch_triplet(
    input,
    target,
    *,
    margin=0.2,
    mining="all",
    smooth=False,
    squared=False,
    count="active",
    normalize=True,
    where=None,
    reduction="mean",
):
    """Return ``max(0, d_ap - d_an + margin)`` of all triplets or of those mined."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    rows, labels = input[keep], target[keep]
    rows = unit(rows) if normalize else rows
    anchors = []
    for row in range(len(rows)):
        apart = [distances(rows, row, others) for others in neighbours(labels, row)]
        near, far = (d**2 if squared else d for d in apart)
        lacks = _triplets(near, far, mining) + margin
        anchors.append(F.softplus(lacks) if smooth else torch.relu(lacks))
    if reduction == "mean":
        losses = torch.cat(anchors)
        number = len(losses) if count == "all" else int((losses > 0).sum())
        return losses.sum() / max(number, 1)
    losses = torch.stack([x.sum() for x in anchors])
    if reduction == "sum":
        return losses.sum()
    return losses.new_zeros(len(input)).index_put((keep,), losses)


def _triplets(near, far, mining):
    """Return ``d_ap - d_an`` of the triplets of one anchor."""
    if mining == "all" or not (len(near) and len(far)):
        return (near[:, None] - far).reshape(-1)
    if mining == "hard":
        # Unlike argmax, ties share the gradient.
        return (near.amax() - far.amin())[None]
    chosen = []
    for distance in near:
        beyond = torch.nonzero(far > distance)[:, 0]
        place = beyond[far[beyond].argmin()] if len(beyond) else far.argmax()
        chosen.append(distance - far[place])
    return torch.stack(chosen)
