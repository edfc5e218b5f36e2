"""Distillation by divergences of torch's log-softmaxes, as the papers write it."""

from parity.later import functional, torch
from parity.references.policies import seen
from parity.references.values import reduced

__all__ = ["distillation", "linear_distillation"]


def distillation(
    input,
    target,
    *,
    beta=0.0,
    temperature=1.0,
    axis=1,
    weight=None,
    reduction="mean",
    where=None,
):
    """Return the divergence of each row, or their mean or sum."""
    axis = 0 if input.ndim == 1 else axis
    scores = seen(where, input.moveaxis(axis, -1), target.moveaxis(axis, -1))
    student, teacher = (functional.log_softmax(x / temperature, -1) for x in scores)
    if isinstance(beta, (int, float)) and beta in (0, 1):
        pair = (teacher, student) if beta == 0 else (student, teacher)
        losses = _kl(*pair)
    else:
        mass = (1 - beta) * student.exp() + beta * teacher.exp()
        mixture = torch.log(torch.where(mass == 0, 1.0, mass))
        losses = beta * _kl(teacher, mixture) + (1 - beta) * _kl(student, mixture)
    return reduced(losses, reduction, weight=weight, where=where)


def linear_distillation(
    input,
    linear_weight,
    teacher_input,
    teacher_weight,
    *,
    linear_bias=None,
    teacher_bias=None,
    chunk_size=None,
    **options,
):
    """Return the divergence of the scores of two layers; blocks must not show."""
    input, teacher_input = seen(options.get("where"), input, teacher_input)
    student = functional.linear(input, linear_weight, linear_bias)
    teacher = functional.linear(teacher_input, teacher_weight, teacher_bias)
    return distillation(student, teacher.detach(), axis=-1, **options)


def _kl(of, to):
    """Return the divergence of rows of log-probabilities."""
    possible = of > -torch.inf
    of, to = (torch.where(possible, x, 0.0) for x in (of, to))
    return torch.where(possible, of.exp() * (of - to), 0.0).sum(-1)
