"""The proxy-anchor loss written out, a class at a time."""

from parity.later import torch
from parity.references.formulas import reduced
from parity.references.ntxent import unit

__all__ = ["proxy_anchor"]


def proxy_anchor(
    input,
    linear_weight,
    target,
    *,
    margin=0.1,
    alpha=32.0,
    where=None,
    reduction="mean",
):
    """Return what the proxies of classes lack to their rows and to all others."""
    keep = torch.ones(len(input), dtype=bool) if where is None else where
    cosines, labels = unit(linear_weight) @ unit(input[keep]).T, target[keep]
    near, far, present = [], [], 0
    for label, row in enumerate(cosines):
        own, others = row[labels == label], row[labels != label]
        present += len(own) > 0
        near.append(torch.log1p(torch.exp(-alpha * (own - margin)).sum()))
        far.append(torch.log1p(torch.exp(alpha * (others + margin)).sum()))
    near, far = torch.stack(near), torch.stack(far)
    if reduction == "mean":
        return near.sum() / present + far.mean()
    return reduced(near + far, reduction)
