"""Losses of preferences: what the reference policy says is detached."""

from parity.later import functional, torch
from parity.references.values import reduced

__all__ = ["dpo", "kto", "orpo"]

logsigmoid = functional.logsigmoid


def seen(where, safe, *arrays):
    """Return arrays, None among them, with a number where they are masked."""
    if where is None:
        return arrays
    shape = next(x.shape for x in arrays if x is not None)
    keep = where.expand(shape)
    return tuple(None if x is None else torch.where(keep, x, safe) for x in arrays)


def sigmoid(x):
    """Return the sigmoid, whose derivative keeps its digits near 1 as well."""
    return logsigmoid(x).exp()


def known(beta, c, r, margin, s):
    """Return what the loss of each type is in the log-ratios of both answers."""
    z = beta * (c - r) - margin

    def smoothed():
        flipped = 0.0 if isinstance(s, float) and s == 0 else s * logsigmoid(-z)
        return -(1 - s) * logsigmoid(z) - flipped

    return {
        "sigmoid": smoothed,
        "robust": lambda: (-(1 - s) * logsigmoid(z) + s * logsigmoid(-z)) / (1 - 2 * s),
        "hinge": lambda: (1 - z).clamp(min=0),
        "ipo": lambda: (c - r - 1 / (2 * beta)) ** 2,
        "exo_pair": lambda: divergence(z, s),
        "nca_pair": lambda: (
            -logsigmoid(beta * c)
            - 0.5 * logsigmoid(-beta * c)
            - 0.5 * logsigmoid(-beta * r)
        ),
        "bco_pair": lambda: -logsigmoid(beta * c) - logsigmoid(-beta * r),
        "sppo_hard": lambda: (c - 0.5 / beta) ** 2 + (r + 0.5 / beta) ** 2,
        "apo_zero": lambda: sigmoid(-beta * c) + sigmoid(beta * r),
        "apo_down": lambda: sigmoid(beta * c) + sigmoid(-beta * (c - r)),
    }


def divergence(z, s):
    """Return the divergence of the policy's preference from the smoothed one."""
    s = torch.as_tensor(s, dtype=z.dtype)
    return sigmoid(z) * (logsigmoid(z) - torch.log(1 - s)) + sigmoid(-z) * (
        logsigmoid(-z) - torch.log(s)
    )


def dpo(
    chosen,
    rejected,
    ref_chosen=None,
    ref_rejected=None,
    *,
    loss_type="sigmoid",
    beta=0.1,
    margin=0.0,
    label_smoothing=0.0,
    reduction="mean",
    weight=None,
    where=None,
):
    """Return the loss of each pair by its formula."""
    arrays = seen(where, 0.0, chosen, rejected, ref_chosen, ref_rejected)
    c, r, *references = arrays
    if ref_chosen is not None:
        c, r = c - references[0].detach(), r - references[1].detach()
    losses = known(beta, c, r, margin, label_smoothing)[loss_type]()
    return reduced(losses, reduction, weight=weight, where=where)


def kto(
    input,
    target,
    reference=None,
    *,
    kl=0.0,
    beta=0.1,
    reduction="mean",
    weight=None,
    where=None,
):
    """Return one minus the value of each answer, over the reference point."""
    input, target, reference = seen(where, 0, input, target, reference)
    input = input if reference is None else input - reference.detach()
    gain = beta * (input - torch.as_tensor(kl).detach())
    # One less the sigmoid, with its digits in the tail.
    losses = sigmoid(torch.where(target != 0, -gain, gain))
    return reduced(losses, reduction, weight=weight, where=where)


def orpo(chosen, rejected, *, reduction="mean", weight=None, where=None):
    """Return minus the log-sigmoid of the difference of the log-odds."""
    chosen, rejected = seen(where, -1.0, chosen, rejected)
    odds = [x - torch.log(-torch.expm1(x)) for x in (chosen, rejected)]
    losses = -logsigmoid(odds[0] - odds[1])
    return reduced(losses, reduction, weight=weight, where=where)
