"""KoLeo written out, a row at a time."""

from parity.later import torch
from parity.references.formulas import reduced
from parity.references.ntxent import unit

__all__ = ["koleo"]


def koleo(input, *, eps=1e-8, where=None, reduction="mean"):
    """Return ``-log(norm(u_i - u_j + eps) + eps)``, j the row of the largest cosine."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    rows = unit(input[keep])
    if len(rows) == 1:
        losses = rows.sum(1) * 0
        return losses if reduction == "none" else losses.sum()
    losses = []
    for place in range(len(rows)):
        cosines = (rows @ rows[place]).detach()
        cosines[place] = -2
        difference = rows[place] - rows[cosines.argmax()] + eps
        losses.append(-torch.log(torch.linalg.vector_norm(difference) + eps))
    losses = torch.stack(losses)
    if reduction == "none":
        return losses.new_zeros(len(input)).index_put((keep,), losses)
    return reduced(losses, reduction)
