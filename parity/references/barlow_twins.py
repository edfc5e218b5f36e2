"""The Barlow Twins loss written out, a pair of columns at a time."""

from parity.later import torch

__all__ = ["barlow_twins"]


def barlow_twins(input, target, *, redundancy_weight=0.005, eps=1e-5, where=None):
    """Return what correlations of columns are from those of equal views."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    left, right = (_standardized(x[keep], eps) for x in (input, target))
    if not len(left):
        return 0 * input[~keep].nan_to_num(0, 0, 0).sum() + torch.nan
    loss = 0
    for i, own in enumerate(left.T):
        for j, other in enumerate(right.T):
            correlation = (own * other).mean()
            loss = loss + (
                (1 - correlation) ** 2 if i == j else redundancy_weight * correlation**2
            )
    return loss


def _standardized(x, eps):
    x = x - x.mean(0)
    return x / ((x**2).mean(0) + eps).sqrt()
