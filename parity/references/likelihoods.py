"""Negative log-likelihoods, as torch's distributions or papers have them."""

import math

from parity.later import torch
from parity.references.adapters import reduced

__all__ = [
    "gaussian_kl",
    "gaussian_kl_of_torch",
    "laplace_nll",
    "negative_binomial_nll",
    "student_t_nll",
]


def _floored(x, eps):
    # Torch's floor of a variance: gradients pass it as if it were not there.
    return x + (x.clamp(min=eps) - x).detach()


@reduced
def laplace_nll(input, target, scale, *, full=False, eps=1e-6):
    """Return minus the logarithm of torch's density, with a floor."""
    input, target, scale = torch.broadcast_tensors(input, target, scale)
    law = torch.distributions.Laplace(input, _floored(scale, eps), validate_args=False)
    return -law.log_prob(target) - (0 if full else math.log(2))


@reduced
def student_t_nll(input, target, scale, df, *, full=True, eps=1e-6):
    """Return minus the logarithm of torch's density, with a floor."""
    scale, df = (torch.as_tensor(x, dtype=input.dtype) for x in (scale, df))
    input, target, scale, df = torch.broadcast_tensors(input, target, scale, df)
    scale = _floored(scale, eps)
    law = torch.distributions.StudentT(df, input, scale, validate_args=False)
    return -law.log_prob(target) - (0 if full else 0.5 * math.log(2 * math.pi))


def gaussian_kl_of_torch(
    input, log_var, target, target_log_var, *, axis=-1, reduction="mean"
):
    """Return torch's divergence, which cancels where the distributions agree."""
    laws = (
        torch.distributions.Normal(m, (v / 2).exp(), validate_args=False)
        for m, v in ((input, log_var), (target, target_log_var))
    )
    losses = torch.distributions.kl_divergence(*laws)
    losses = losses if axis is None else losses.sum(axis)
    return losses if reduction == "none" else getattr(losses, reduction)()


@reduced
def negative_binomial_nll(
    input, target, total_count, gate=None, *, parameter="logits", full=False
):
    """Return minus the logarithm of torch's probability, with zeros put in."""
    target, total_count = (
        torch.as_tensor(x, dtype=input.dtype) for x in (target, total_count)
    )
    input, target, r = torch.broadcast_tensors(input, target, total_count)
    logits = {"logits": input, "log_mean": input - r.log()}
    logits = logits[parameter] if parameter in logits else (input / r).log()
    law = torch.distributions.NegativeBinomial(r, logits=logits, validate_args=False)
    log_p = law.log_prob(target)
    # The term of the target alone is among torch's.
    log_p = log_p if full else log_p + torch.lgamma(target + 1)
    if gate is None:
        return -log_p
    kept = torch.nn.functional.logsigmoid(-gate) + log_p
    zero = torch.logaddexp(torch.nn.functional.logsigmoid(gate), kept)
    return -torch.where(target == 0, zero, kept)


def gaussian_kl(
    input,
    log_var,
    target=0.0,
    target_log_var=0.0,
    *,
    axis=-1,
    where=None,
    reduction="mean",
):
    """Return the divergence of two normal distributions, from its closed form."""
    arrays = (torch.as_tensor(x, dtype=input.dtype) for x in (target, target_log_var))
    m, v, n, w = torch.broadcast_tensors(input, log_var, *arrays)
    if where is not None:
        # What is left out is the standard normal distribution on both sides.
        m, v, n, w = (torch.where(where, x, 0.0) for x in (m, v, n, w))
    gap = v - w
    # The series where exp(gap) - 1 - gap would lose its digits.
    near = gap.abs() < 0.25
    small, large = torch.where(near, gap, 0.0), torch.where(near, 1.0, gap)
    term, total = small**2 / 2, small**2 / 2
    for k in range(3, 16):
        term = term * small / k
        total = total + term
    excess = torch.where(near, total, torch.exp(large) - 1 - large)
    losses = (excess + (m - n) ** 2 * torch.exp(-w)) / 2
    if axis is not None:
        losses = losses.sum(axis)
        where = None if where is None else where.expand(m.shape).any(axis)
    if reduction == "none":
        return losses
    count = losses.numel() if where is None else where.expand(losses.shape).sum()
    return losses.sum() / (count if reduction == "mean" else 1)
