"""InfoNCE written out, a row at a time."""

from parity.later import torch
from parity.references.formulas import reduced
from parity.references.ntxent import unit

__all__ = ["info_nce"]


def info_nce(
    input,
    target,
    negatives=None,
    *,
    temperature=0.07,
    symmetric=False,
    in_batch=True,
    normalize=True,
    where=None,
    reduction="mean",
):
    """Return ``log(1 + sum(exp(s_n - s_p)))`` of each row.

    Exponentials of differences of scores must be in range: beyond 700 they are not.
    """
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    left, right = input[keep], target[keep]
    if negatives is not None and negatives.ndim == 3:
        negatives = negatives[keep]
    if normalize:
        left, right = unit(left), unit(right)
        negatives = None if negatives is None else unit(negatives)
    losses = []
    for row in range(len(left)):
        own = left[row] @ right[row]
        rest = torch.arange(len(left)) != row
        scores = [right[rest] @ left[row]] if in_batch else []
        if negatives is not None:
            its = negatives[row] if negatives.ndim == 3 else negatives
            scores.append(its @ left[row])
        loss = _loss(torch.cat(scores), own, temperature)
        if symmetric:
            back = _loss(left[rest] @ right[row], own, temperature)
            loss = (loss + back) / 2
        losses.append(loss)
    losses = torch.stack(losses)
    if reduction == "none":
        return losses.new_zeros(len(input)).index_put((keep,), losses)
    return reduced(losses, reduction)


def _loss(scores, own, temperature):
    # Not logsumexp, whose gradients round the scores themselves once more.
    return torch.log1p(torch.exp((scores - own) / temperature).sum())
