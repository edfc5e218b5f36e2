"""Soft dynamic time warping, by the recursion and by enumeration."""

from parity.later import torch
from parity.references.values import reduced

__all__ = ["soft_dtw_by_enumeration", "soft_dtw_by_recursion"]


def soft_dtw_by_recursion(input, target, **options):
    """Return the loss with the soft minimum found cell by cell."""
    return _each(_by_recursion, input, target, **options)


def soft_dtw_by_enumeration(input, target, **options):
    """Return the loss with all alignments written out."""
    return _each(_by_enumeration, input, target, **options)


def _each(
    value,
    input,
    target,
    *,
    gamma=1.0,
    normalize=False,
    input_lengths=None,
    target_lengths=None,
    reduction="mean",
    where=None,
):
    if input.ndim == 2:
        pairs = [(input, target)]
    else:
        sides = (
            [x[:n] for x, n in zip(rows, lengths, strict=True)]
            for rows, lengths in (
                (input, _lengths(input, input_lengths)),
                (target, _lengths(target, target_lengths)),
            )
        )
        pairs = list(zip(*sides, strict=True))
    kept = [True] * len(pairs)
    if where is not None:
        kept = torch.broadcast_to(where, input.shape[:-2]).reshape(-1)
    losses = []
    for keep, (x, y) in zip(kept, pairs, strict=True):
        if not keep:
            losses.append(input.new_zeros(()))
            continue
        loss = value(_distances(x, y), gamma)
        if normalize:
            own = value(_distances(x, x), gamma) + value(_distances(y, y), gamma)
            loss = loss - own / 2
        losses.append(loss)
    losses = torch.stack(losses) if losses else input.new_zeros(0)
    return reduced(losses.reshape(input.shape[:-2]), reduction, where=where)


def _lengths(rows, lengths):
    count = len(rows)
    return [rows.shape[1]] * count if lengths is None else lengths.reshape(-1).tolist()


def _distances(x, y):
    return (x[:, None] - y).square().sum(-1)


def _minimum(costs, gamma):
    # Relative to the least, as the derivative in gamma is that of differences.
    costs = torch.stack(costs)
    least = costs.detach().min()
    return least - gamma * torch.logsumexp((least - costs) / gamma, 0)


def _by_recursion(costs, gamma):
    rows, columns = costs.shape
    found = {}
    for i in range(rows):
        for j in range(columns):
            before = [(i - 1, j), (i, j - 1), (i - 1, j - 1)]
            before = [found[k] for k in before if k in found]
            found[i, j] = costs[i, j] + (_minimum(before, gamma) if before else 0.0)
    return found[rows - 1, columns - 1]


def _by_enumeration(costs, gamma):
    return _minimum(list(_alignments(costs, 0, 0)), gamma)


def _alignments(costs, i, j):
    """Yield the cost of each alignment that goes on from a cell."""
    if (i, j) == (costs.shape[0] - 1, costs.shape[1] - 1):
        yield costs[i, j]
    for k, n in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
        if k < costs.shape[0] and n < costs.shape[1]:
            for rest in _alignments(costs, k, n):
                yield costs[i, j] + rest
