"""Losses of values and of distributions of returns, step by step."""

from parity.later import functional as F
from parity.later import torch

__all__ = [
    "categorical_q_learning",
    "categorical_td",
    "picked",
    "q_learning",
    "quantile_huber",
    "quantile_q_learning",
    "reduced",
    "retrace",
    "td",
]


def reduced(losses, reduction, *, weight=None, where=None):
    """Return the weighted losses of what is kept, their mean over it or their sum."""
    losses = losses if weight is None else losses * weight
    if where is not None:
        where = where.expand(losses.shape)
    if reduction == "none":
        return losses if where is None else torch.where(where, losses, 0.0)
    losses = losses if where is None else losses[where]
    return losses.mean() if reduction == "mean" else losses.sum()


def steps_of(shape, where, *arrays):
    """Return the arrays in `shape`, and 0 where they are masked."""
    full = [torch.as_tensor(x, dtype=torch.float64).expand(shape) for x in arrays]
    if where is None:
        return full
    return [torch.where(where.expand(shape), x, 0.0) for x in full]


def targets_of(reward, discount, trace, now, later, where, axis):
    """Return targets from the last step to the first.

    A step has ``reward + discount * ((1 - trace) * now + trace * ...)``, or with
    `later` the value that the trace corrects.
    """
    kept = torch.ones_like(reward, dtype=bool) if where is None else where
    kept = kept.expand(reward.shape)
    rows = zip(
        *(x.unbind(axis) for x in (reward, discount, trace, now, later, kept)),
        strict=True,
    )
    found, after, followed = [], 0.0, None
    for r, d, c, v, n, keep in reversed(list(rows)):
        share = torch.zeros_like(c) if followed is None else torch.where(followed, c, 0)
        after = r + d * (v + share * (after - n))
        found.append(after)
        followed = keep
    return torch.stack(found[::-1], axis).detach()


def unchanged(values):
    """Return the values: they are not rescaled."""
    return values


def loss_of(error, delta):
    """Return half the squares, or Huber's loss."""
    if delta is None:
        return 0.5 * error**2
    size = error.abs()
    return torch.where(size < delta, 0.5 * error**2, delta * (size - 0.5 * delta))


def td(
    input,
    reward,
    discount,
    next_value,
    *,
    reduction="mean",
    lambda_=0.0,
    time_axis=0,
    delta=None,
    transform=unchanged,
    inverse=unchanged,
    weight=None,
    where=None,
):
    """Return the loss of lambda-returns; one step ahead where `lambda_` is 0."""
    value, *arrays = steps_of(
        input.shape, where, input, reward, discount, next_value, lambda_
    )
    reward, discount, now, trace = arrays
    now = inverse(now)
    if input.ndim:
        target = targets_of(reward, discount, trace, now, now, where, time_axis)
    else:
        target = reward + discount * now
    losses = loss_of(value - transform(target).detach(), delta)
    return reduced(losses, reduction, weight=weight, where=where)


def picked(values, action):
    """Return the value of each action; masked actions may be any number."""
    safe = action.clamp(0, values.shape[-1] - 1).unsqueeze(-1)
    return values.gather(-1, safe).squeeze(-1)


def q_learning(
    input,
    action,
    reward,
    discount,
    next_value,
    *,
    selector=None,
    policy=None,
    next_action=None,
    action_gap=0.0,
    axis=-1,
    inverse=unchanged,
    where=None,
    **options,
):
    """Return the loss of the value of an action, by way of that of a state."""
    input, next_value = (x.moveaxis(axis, -1) for x in (input, next_value))
    next_value = inverse(next_value)
    if selector is not None:
        best = picked(next_value, selector.moveaxis(axis, -1).argmax(-1))
    elif policy is not None:
        best = (policy.moveaxis(axis, -1) * next_value).sum(-1)
    elif next_action is not None:
        best = picked(next_value, next_action)
    else:
        best = next_value.amax(-1)
    if action_gap:
        best = (1 - action_gap) * best + action_gap * picked(next_value, action)
    value = picked(input, action)
    return td(value, reward, discount, best, where=where, **options)


def retrace(
    input,
    action,
    reward,
    discount,
    next_value,
    next_action,
    policy,
    behaviour,
    *,
    lambda_=1.0,
    time_axis=0,
    delta=None,
    transform=unchanged,
    inverse=unchanged,
    reduction="mean",
    weight=None,
    where=None,
):
    """Return the loss of off-policy returns with truncated importance weights."""
    shape = action.shape
    next_value = inverse(next_value)
    odds = picked(policy, next_action) / behaviour
    arrays = steps_of(
        shape,
        where,
        picked(input, action),
        reward,
        discount,
        lambda_ * odds.clamp(max=1),
        (policy * next_value).sum(-1),
        picked(next_value, next_action),
    )
    value, *rest = arrays
    target = transform(targets_of(*rest, where, time_axis))
    losses = loss_of(value - target, delta)
    return reduced(losses, reduction, weight=weight, where=where)


def shared(atoms, places, masses):
    """Return the mass of each atom when places between two share theirs linearly."""
    places = places.clamp(atoms[0], atoms[-1])
    left = (torch.searchsorted(atoms, places, right=True) - 1).clamp(0, len(atoms) - 2)
    part = (places - atoms[left]) / (atoms[left + 1] - atoms[left])
    found = torch.zeros((*places.shape[:-1], len(atoms)), dtype=places.dtype)
    found = found.scatter_add(-1, left, masses * (1 - part))
    return found.scatter_add(-1, left + 1, masses * part)


def categorical_td(
    input,
    atoms,
    reward,
    discount,
    next_logits,
    *,
    next_atoms=None,
    reduction="mean",
    weight=None,
    where=None,
):
    """Return the cross-entropy with the shifted and shared distribution."""
    shape = input.shape[:-1]
    places = atoms if next_atoms is None else next_atoms
    reward, discount = steps_of(shape, where, reward, discount)
    if where is not None:
        keep = where.expand(shape).unsqueeze(-1)
        input, next_logits = (torch.where(keep, x, 0.0) for x in (input, next_logits))
    places = reward.unsqueeze(-1) + discount.unsqueeze(-1) * places
    target = shared(atoms, places, next_logits.softmax(-1)).detach()
    losses = -(target * input.log_softmax(-1)).sum(-1)
    return reduced(losses, reduction, weight=weight, where=where)


def of_action(rows, action):
    """Return the row of each action, the axis before the last."""
    safe = action.clamp(0, rows.shape[-2] - 1)
    place = safe[..., None, None].expand(*action.shape, 1, rows.shape[-1])
    return rows.gather(-2, place).squeeze(-2)


def categorical_q_learning(
    input, atoms, action, reward, discount, next_logits, *, selector=None, **options
):
    """Return the loss of the action taken and the best action after it."""
    places = options.get("next_atoms")
    places = atoms if places is None else places
    means = (next_logits.softmax(-1) * places).sum(-1)
    best = (means if selector is None else selector).argmax(-1)
    return categorical_td(
        of_action(input, action),
        atoms,
        reward,
        discount,
        of_action(next_logits, best),
        **options,
    )


def bent(error, delta):
    """Return the smooth L1 loss; torch's own has no derivative in `delta`."""
    if not torch.is_tensor(delta):
        none = torch.zeros_like(error)
        return F.smooth_l1_loss(error, none, beta=delta, reduction="none")
    size = error.abs()
    return torch.where(size < delta, 0.5 * error**2 / delta, size - 0.5 * delta)


def quantile_huber(
    input,
    target,
    *,
    tau=None,
    delta=1.0,
    share=None,
    reduction="mean",
    weight=None,
    where=None,
):
    """Return the loss of all pairs of a quantile and a sample."""
    if where is not None:
        keep = where.expand(input.shape[:-1]).unsqueeze(-1)
        input, target = (torch.where(keep, x, 0.0) for x in (input, target))
    count = input.shape[-1]
    if tau is None:
        tau = (torch.arange(count, dtype=input.dtype) + 0.5) / count
    error = target.unsqueeze(-2) - input.unsqueeze(-1)
    bend = bent(error, delta)
    rate = torch.where(error < 0, 1 - tau.unsqueeze(-1), tau.unsqueeze(-1))
    share = 1 / target.shape[-1] if share is None else share.unsqueeze(-2)
    losses = (rate * bend * share).sum((-2, -1))
    return reduced(losses, reduction, weight=weight, where=where)


def quantile_q_learning(
    input,
    action,
    reward,
    discount,
    next_value,
    *,
    selector=None,
    policy=None,
    where=None,
    **options,
):
    """Return the loss of the quantiles of the action taken."""
    reward, discount = steps_of(action.shape, where, reward, discount)
    share = None
    if policy is None:
        best = (next_value.mean(-1) if selector is None else selector).argmax(-1)
        after = of_action(next_value, best)
    else:
        after = next_value.flatten(-2)
        share = policy.unsqueeze(-1).expand(next_value.shape) / next_value.shape[-1]
        share = share.flatten(-2)
    target = reward.unsqueeze(-1) + discount.unsqueeze(-1) * after
    return quantile_huber(
        of_action(input, action), target.detach(), share=share, where=where, **options
    )
