"""The multi-similarity loss written out, a row at a time."""

from parity.later import torch
from parity.references.formulas import reduced
from parity.references.ntxent import cosines, neighbours

__all__ = ["multi_similarity"]


def multi_similarity(
    input,
    target,
    *,
    alpha=2.0,
    beta=50.0,
    base=0.5,
    where=None,
    reduction="mean",
):
    """Return the softened sums of positives below `base` and of negatives above."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    scores, labels = cosines(input[keep]), target[keep]
    losses = []
    for row, score in enumerate(scores):
        positive, negative = (score[k] for k in neighbours(labels, row))
        near = torch.log1p(torch.exp(alpha * (base - positive)).sum()) / alpha
        far = torch.log1p(torch.exp(beta * (negative - base)).sum()) / beta
        losses.append(near + far)
    losses = torch.stack(losses)
    if reduction == "none":
        return losses.new_zeros(len(input)).index_put((keep,), losses)
    return reduced(losses, reduction)
