"""Maximum mean discrepancy as its definition has it: three means of kernels."""

from parity.later import torch

__all__ = ["mmd"]


def mmd(
    input,
    target,
    *,
    kernel="gaussian",
    bandwidth=1.0,
    unbiased=False,
    where=None,
    target_where=None,
):
    """Return ``E k(x, x') + E k(y, y') - 2 E k(x, y)``, of all bandwidths."""
    x = input if where is None else input[where]
    y = target if target_where is None else target[target_where]
    if not (len(x) and len(y)):
        return 0 * torch.cat([input, target]).nan_to_num(0, 0, 0).sum() + torch.nan
    widths = torch.as_tensor(bandwidth, dtype=input.dtype).reshape(-1)
    total = 0
    for width in widths:
        tables = (_kernel(kernel, width, *pair) for pair in ((x, x), (y, y), (x, y)))
        own, other, both = tables
        means = (_mean(table, unbiased=unbiased) for table in (own, other))
        total = total + sum(means) - 2 * both.mean()
    return total


def _kernel(name, width, x, y):
    squares = ((x[:, None] - y[None]) ** 2).sum(-1)
    if name == "gaussian":
        return torch.exp(-squares / (2 * width**2))
    apart = squares > 0
    distances = torch.where(apart, torch.where(apart, squares, 1).sqrt(), 0)
    return -distances if name == "energy" else torch.exp(-distances / width)


def _mean(table, *, unbiased):
    if not unbiased:
        return table.mean()
    count = len(table)
    return (table.sum() - table.diagonal().sum()) / (count * (count - 1))
