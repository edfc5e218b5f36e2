"""The partial likelihood of Cox, event by event."""

import itertools

from parity.later import torch

__all__ = ["cox"]


def cox(input, time, event, *, ties="efron", axis=-1, where=None, reduction="mean"):
    """Return ``log(R - l / d * T) - input`` of each event, from those that are kept."""
    keep = torch.ones_like(input, dtype=bool) if where is None else where
    keep = keep.expand(input.shape)
    lists = [x.moveaxis(axis, -1) for x in (input, time, event != 0, keep)]
    rows = []
    for place in itertools.product(*map(range, lists[0].shape[:-1])):
        x, t, seen, kept = (x[place] for x in lists)
        rows.append(_row(x, t, seen & kept, kept, ties))
    losses = torch.stack(rows).reshape(lists[0].shape).moveaxis(-1, axis)
    match reduction:
        case "none":
            return losses
        case "sum":
            return losses.sum()
        case "mean":
            count = ((event != 0) & keep).sum().clamp(min=1)
            return losses.sum() / (count if keep.any() else 0)


def _row(x, t, seen, kept, ties):
    losses = []
    for i in range(len(x)):
        if not seen[i]:
            losses.append(x.new_zeros(()))
            continue
        tied = seen & (t == t[i])
        others = kept & (t >= t[i]) & ~tied
        share = tied[:i].double().sum() / tied.sum() if ties == "efron" else 0.0
        # Relative to the event itself: it is 1 of the sum.
        mass = others.double() + tied.double() * (1 - share)
        mass[i] = mass[i] - 1
        gaps = torch.where(others | tied, x - x[i], 0.0)
        top = gaps.max().detach().clamp(min=0)
        excess = (mass * torch.exp(gaps - top)).sum() + torch.expm1(-top)
        losses.append(top + torch.log1p(excess))
    return torch.stack(losses)
