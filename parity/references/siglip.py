"""The SigLIP loss written out, in the operations of open_clip's."""

from parity.later import functional as F
from parity.later import torch
from parity.references.formulas import reduced
from parity.references.ntxent import unit

__all__ = ["siglip"]


def siglip(
    input,
    target,
    *,
    temperature=0.1,
    bias=-10.0,
    normalize=True,
    where=None,
    reduction="mean",
):
    """Return ``-logsigmoid(label * z)`` of all pairs, one sum for each row.

    open_clip's mean divides the sum by the number of rows as well.
    """
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    left, right = input[keep], target[keep]
    if normalize:
        left, right = unit(left), unit(right)
    logits = left @ right.T / temperature + bias
    labels = 2 * torch.eye(len(left), dtype=logits.dtype) - 1
    losses = -F.logsigmoid(labels * logits).sum(1)
    if reduction == "none":
        return losses.new_zeros(len(input)).index_put((keep,), losses)
    return reduced(losses, reduction)
