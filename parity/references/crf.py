"""Linear-chain conditional random fields, by enumeration and by the recursion."""

import itertools

from parity.later import torch
from parity.references.values import reduced

__all__ = ["crf_by_enumeration", "crf_by_recursion"]


def crf_by_enumeration(input, target, transitions, **options):
    """Return the loss with the sum over all sequences of labels written out."""
    return _each(_normaliser_by_enumeration, input, target, transitions, **options)


def crf_by_recursion(input, target, transitions, **options):
    """Return the loss with the sum found step by step."""
    return _each(_normaliser_by_recursion, input, target, transitions, **options)


def _each(
    normaliser,
    input,
    target,
    transitions,
    *,
    start=None,
    end=None,
    reduction="mean",
    where=None,
):
    classes = input.shape[-1]
    start, end = (input.new_zeros(classes) if x is None else x for x in (start, end))
    shape = input.shape[:-1]
    kept = torch.ones(shape, dtype=torch.bool)
    kept = kept if where is None else torch.broadcast_to(where, shape)
    flat = (x.reshape(-1, *x.shape[len(shape) - 1 :]) for x in (input, target, kept))
    losses = []
    for scores, labels, steps in zip(*flat, strict=True):
        if not steps.any():
            losses.append(input.new_zeros(()))
            continue
        chain = scores[steps], transitions, start, end
        losses.append(normaliser(*chain) - _score(labels[steps].tolist(), *chain))
    losses = torch.stack(losses) if losses else input.new_zeros(0)
    return reduced(
        losses.reshape(shape[:-1]),
        reduction,
        where=None if where is None else kept.any(-1),
    )


def _score(labels, scores, transitions, start, end):
    total = start[labels[0]] + end[labels[-1]]
    for step, label in enumerate(labels):
        total = total + scores[step, label]
    for one, other in itertools.pairwise(labels):
        total = total + transitions[one, other]
    return total


def _normaliser_by_enumeration(scores, *parameters):
    steps, classes = scores.shape
    every = itertools.product(range(classes), repeat=steps)
    return torch.stack(
        [_score(labels, scores, *parameters) for labels in every]
    ).logsumexp(0)


def _normaliser_by_recursion(scores, transitions, start, end):
    # Numbers that grow with the steps would round the derivatives, which are theirs.
    total, before = start + scores[0], 0.0
    for row in scores[1:]:
        top = total.detach().max()
        total, before = total - top, before + top
        total = torch.logsumexp(total[:, None] + transitions, 0) + row
    return torch.logsumexp(total + end, 0) + before
