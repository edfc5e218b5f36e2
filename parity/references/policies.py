"""Losses of policies: what is a constant in them is detached."""

from parity.later import torch
from parity.references.values import picked, reduced

__all__ = [
    "dpg",
    "entropy",
    "policy_gradient",
    "ppo_clip",
    "qpg",
    "rm",
    "rpg",
]


def seen(where, *arrays):
    """Return arrays of rows with zeros where they are masked."""
    if where is None:
        return arrays
    shape = arrays[0].shape[:-1]
    keep = where.expand(shape)
    return tuple(
        torch.where(keep.unsqueeze(-1) if x.ndim > len(shape) else keep, x, 0.0)
        for x in arrays
    )


def policy_gradient(
    input, action, advantage, *, axis=-1, reduction="mean", weight=None, where=None
):
    """Return minus the log-probability of the action times its advantage."""
    input, advantage = seen(where, input.moveaxis(axis, -1), advantage)
    losses = -picked(input.log_softmax(-1), action) * advantage.detach()
    return reduced(losses, reduction, weight=weight, where=where)


def entropy(input, *, axis=-1, reduction="mean", weight=None, where=None):
    """Return minus the entropy, of the actions that are possible."""
    (input,) = seen(where, input.moveaxis(axis, -1))
    log_p = input.log_softmax(-1)
    log_p = torch.where(input == -torch.inf, 0.0, log_p)
    losses = (input.softmax(-1) * log_p).sum(-1)
    return reduced(losses, reduction, weight=weight, where=where)


def dpg(
    input,
    gradient,
    *,
    clipping=None,
    axis=-1,
    reduction="mean",
    weight=None,
    where=None,
):
    """Return half the squared distance to the action moved along the gradient."""
    input, gradient = seen(where, *(x.moveaxis(axis, -1) for x in (input, gradient)))
    if clipping is not None:
        length = gradient.norm(dim=-1, keepdim=True)
        longer = length > clipping
        scaled = gradient * (clipping / torch.where(longer, length, 1.0))
        gradient = torch.where(longer, scaled, gradient)
    losses = 0.5 * ((input + gradient).detach() - input).square().sum(-1)
    return reduced(losses, reduction, weight=weight, where=where)


def ppo_clip(
    input,
    old,
    advantage,
    *,
    epsilon=0.2,
    epsilon_high=None,
    dual_clip=None,
    reduction="mean",
    weight=None,
    where=None,
):
    """Return the smaller of the surrogate and the clipped one, negated."""
    if where is not None:
        keep = where.expand(input.shape)
        input, old, advantage = (
            torch.where(keep, x, 0.0) for x in (input, old, advantage)
        )
    ratio, advantage = (input - old.detach()).exp(), advantage.detach()
    high = 1 + (epsilon if epsilon_high is None else epsilon_high)
    capped = torch.where(ratio > high, high, ratio)
    raised = torch.where(ratio < 1 - epsilon, 1 - epsilon, ratio)
    if dual_clip is not None:
        raised = torch.where(raised > dual_clip, dual_clip, raised)
    losses = -advantage * torch.where(advantage < 0, raised, capped)
    return reduced(losses, reduction, weight=weight, where=where)


def of_gains(formula):
    """Return a loss of the policy and of how much better each action is than it."""

    def loss(input, value, *, axis=-1, reduction="mean", weight=None, where=None):
        rows = (x.moveaxis(axis, -1) for x in (input, value))
        input, value = seen(where, *rows)
        p = input.softmax(-1)
        gains = value.detach() - (p * value.detach()).sum(-1, keepdim=True)
        return reduced(formula(p, gains), reduction, weight=weight, where=where)

    return loss


@of_gains
def qpg(p, gains):
    """Return the advantage of the policy over itself."""
    return -(p * gains.detach()).sum(-1)


@of_gains
def rm(p, gains):
    """Return the regrets that the policy takes up, negated."""
    return -(p * gains.detach().clamp(min=0)).sum(-1)


@of_gains
def rpg(p, gains):
    """Return the regrets of all actions."""
    return torch.where(gains > 0, gains, 0.0).sum(-1)
