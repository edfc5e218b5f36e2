"""Losses of sequences by their advantages, one sequence and one token after another."""

from parity.later import torch

__all__ = ["grpo"]


def grpo(
    input,
    old,
    advantage,
    reference=None,
    *,
    objective="clip",
    level="token",
    epsilon=0.2,
    epsilon_high=None,
    dual_clip=None,
    ratio_max=5.0,
    beta=0.0,
    estimator="k3",
    per="sequence",
    axis=-1,
    weight=None,
    reduction="mean",
    where=None,
):
    """Return the loss as the papers have it, of the tokens of each sequence alone."""
    shape = input.shape
    old = input.detach() if old is None else old
    where = torch.ones(shape, dtype=bool) if where is None else where.expand(shape)
    each = [
        of_tokens(shape, axis, x).reshape(-1, shape[axis])
        for x in (input, old, advantage, input if reference is None else reference)
    ]
    weights = of_tokens(shape, axis, 1.0 if weight is None else weight)
    weights = weights.reshape(-1, shape[axis])
    kept = where.movedim(axis, -1).reshape(-1, shape[axis])
    clip = {"low": 1 - epsilon, "high": 1 + epsilon, "cap": dual_clip}
    if epsilon_high is not None:
        clip["high"] = 1 + epsilon_high
    losses, counts = [], []
    for *row, keep in zip(*each, weights, kept, strict=True):
        x, b, a, r, w = (numbers[keep] for numbers in row)
        b, a = b.detach(), a.detach()
        counts.append(len(x))
        if not len(x):
            losses.append(x.sum())
            continue
        ratio = (x - b).exp()
        if level == "sequence":
            ratio = (x - b).mean().exp().expand(len(x))
        if objective == "cispo":
            terms = -torch.where(ratio > ratio_max, ratio_max, ratio).detach() * a * x
        else:
            terms = -a * clipped(ratio, a, **clip)
        terms = w.detach() * terms
        if torch.is_tensor(beta) or beta:
            terms = terms + beta * divergence(r.detach() - x, estimator)
        total = terms.sum()
        losses.append(total / len(x) if per == "sequence" else total)
    losses, counts = torch.stack(losses), torch.tensor(counts)
    losses = losses if isinstance(per, str) else losses / per
    if reduction == "none":
        return losses.reshape(where.movedim(axis, -1).shape[:-1])
    if reduction == "sum":
        return losses.sum()
    return losses.sum() / (counts.sum() if per == "token" else (counts > 0).sum())


def of_tokens(shape, axis, x):
    """Return what there is for each token, with the tokens last."""
    x = torch.as_tensor(x, dtype=torch.float64)
    x = x.unsqueeze(axis) if x.ndim == len(shape) - 1 else x
    return x.expand(shape).movedim(axis, -1)


def clipped(ratio, advantage, low, high, cap):
    """Return the ratio up to the bounds that the advantage drives it to."""
    above = torch.where(ratio > high, high, ratio)
    below = torch.where(ratio < low, low, ratio)
    if cap is not None:
        below = torch.where(below > cap, cap, below)
    return torch.where(advantage < 0, below, above)


def divergence(log_ratio, estimator):
    """Return one of the estimates of the divergence."""
    if estimator == "k1":
        return -log_ratio
    return log_ratio**2 / 2 if estimator == "k2" else log_ratio.exp() - 1 - log_ratio
