"""The VICReg loss written out, its three terms one after the other."""

from parity.later import torch

__all__ = ["vicreg"]


def vicreg(
    input,
    target,
    *,
    invariance=25.0,
    variance=25.0,
    covariance=1.0,
    eps=1e-4,
    where=None,
):
    """Return the sum of the terms, as the paper defines them."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    left, right = input[keep], target[keep]
    if not len(left):
        return 0 * input[~keep].nan_to_num(0, 0, 0).sum() + torch.nan
    total = invariance * ((left - right) ** 2).mean()
    for side in (left, right):
        x = side - side.mean(0)
        table = x.T @ x / (len(x) - 1)
        deviations = (torch.diagonal(table) + eps).sqrt()
        total = total + variance / 2 * (1 - deviations).clamp(min=0).mean()
        others = table[~torch.eye(len(table), dtype=bool)]
        total = total + covariance * (others**2).sum() / len(table)
    return total
