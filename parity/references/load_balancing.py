"""Load-balancing loss of routers, as the Switch transformer defines it."""

from parity.later import torch
from parity.references.values import reduced

__all__ = ["load_balancing"]


def load_balancing(
    input, target=None, *, top_k=1, axis=-1, reduction="mean", where=None
):
    """Return the loss of each group of tokens, of one after the other."""
    input = input.moveaxis(axis, -1)
    if target is None:
        target = (-input).argsort(dim=-1, stable=True)[..., :top_k]
    shape = input.shape[:-1]
    kept = torch.ones(shape, dtype=bool) if where is None else where.expand(shape)
    groups = zip(
        input.reshape(-1, *input.shape[-2:]),
        target.reshape(-1, *target.shape[-2:]),
        kept.reshape(-1, shape[-1]),
        strict=True,
    )
    losses = torch.stack([of_group(*group) for group in groups]).reshape(shape[:-1])
    any_kept = None if where is None else kept.any(-1)
    return reduced(losses, reduction, where=any_kept)


def of_group(scores, chosen, kept):
    """Return E times the sum of each expert's share of tokens times its probability."""
    scores, chosen = scores[kept], chosen[kept]
    if not len(scores):
        return scores.sum()
    experts = scores.shape[-1]
    counts = torch.bincount(chosen.flatten(), minlength=experts)
    shares = counts.to(scores.dtype) / len(scores)
    return experts * (shares * scores.softmax(-1).mean(0)).sum()
