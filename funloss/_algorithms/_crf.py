"""The forward-backward algorithm of linear-chain conditional random fields.

Given what follows, a chain is a product of conditional distributions. The loss is the
sum of their cross-entropies, numbers that are not negative: a long sequence loses no
digits to the difference of a large normaliser and a large score.

Steps come first, then sequences, then labels. A step that does not count has scores of
0 and passes messages on. `LOWEST` stands for -inf; its exponential is 0.
"""

import functools
from typing import Any, NamedTuple

from funloss._algorithms._crf_messages import (
    LOWEST,
    Chains,
    backward,
    forward,
    pair_shares,
    relative,
    steps_of,
)
from funloss._array import Namespace

__all__ = ["chain_losses", "make_chains"]


class _Labels(NamedTuple):
    """Where the labels that are wanted stand, ``(T, B, C)``, and those before them."""

    own: Any
    previous: Any


def make_chains(
    xp: Namespace,
    scores: Any,
    labels: Any,
    keep: Any,
    *,
    transitions: Any,
    start: Any,
    end: Any,
) -> tuple[Chains, Any]:
    """Return chains without -inf, and which of them want what is impossible, ``(B,)``.

    Of labels in range, ``(T, B)``, those that do not count are not read.
    """
    floats = (scores, transitions, start, end)
    scores, transitions, start, end = (xp.where(x < LOWEST, LOWEST, x) for x in floats)
    previous = _previous(xp, labels, keep)
    chains = Chains(scores, transitions, start, end, labels, previous, keep)
    steps, classes = steps_of(xp, chains), transitions.shape[0]
    moved = xp.take_each(xp.reshape(transitions, (-1,)), previous * classes + labels)
    low = xp.take_label(scores, labels, 2) == LOWEST
    for mask, x in (
        (steps.moves, moved),
        (steps.first, xp.take_each(start[0, :], labels)),
        (steps.last, xp.take_each(end[0, :], labels)),
    ):
        low = xp.logical_or(low, xp.logical_and(mask, x == LOWEST))
    return chains, xp.any(low, axis=0)


def _previous(xp: Namespace, labels: Any, keep: Any) -> Any:
    """Return the label of the step that counts before each; any before the first."""
    if keep is None:
        return xp.concat([labels[:1, ...], labels[:-1, ...]], axis=0)
    times = xp.arange(labels.shape[0], dtype=labels.dtype, **xp.device_kw(labels))
    places = xp.cumulative_max(xp.where(keep, times[:, None], 0), 0)
    places = xp.concat([places[:1, ...], places[:-1, ...]], axis=0)
    return xp.gather(labels, places, 0)


def chain_losses(xp: Namespace, chains: Chains) -> Any:
    """Return ``log(Z) - score`` of each sequence, ``(B,)``; 0 without a step.

    The derivative in each array of floats is what is expected of all sequences of
    labels, less what the wanted one has.
    """
    value, along, back = (functools.partial(f, xp) for f in (_value, _along, _back))
    return xp.derivative_along(value, along, *chains, back=back)


def _value(xp: Namespace, *arrays: Any) -> tuple[Any, Any]:
    chains = Chains(*arrays)
    follows = backward(xp, chains)
    wanted = _wanted(xp, chains).own
    scores = _rows(xp, chains) + follows
    others = scores - xp.total(xp.where(wanted, scores, 0.0), 2, keepdims=True)
    odds = xp.logsumexp(xp.where(wanted, LOWEST, others), 2)
    losses = xp.softplus(odds)
    if chains.keep is not None:
        losses = xp.where(chains.keep, losses, 0.0)
    return xp.total(losses, 0), follows


def _wanted(xp: Namespace, chains: Chains) -> _Labels:
    labels = chains.labels
    classes = xp.arange(
        chains.scores.shape[2], dtype=labels.dtype, **xp.device_kw(labels)
    )
    return _Labels(
        *(x[..., None] == classes[None, None, :] for x in (labels, chains.previous))
    )


def _rows(xp: Namespace, chains: Chains) -> Any:
    """Return the scores of going on from each wanted label, ``(T, B, C)``."""
    previous = xp.reshape(chains.previous, (-1,))
    rows = xp.take(chains.transitions, previous, axis=0)
    rows = xp.reshape(rows, chains.scores.shape)
    return xp.where(
        steps_of(xp, chains).first[..., None], chains.start[None, ...], rows
    )


def _along(xp: Namespace, moving: Any, held: Any, results: Any) -> Any:
    moving = Chains(*moving)
    scores, start, end, pairs = _gradients(xp, Chains(*held), results[1])
    change = xp.total(scores * moving.scores, (0, 2))
    change = change + xp.total(start * moving.start + end * moving.end, 1)
    return change + xp.total(pairs * moving.transitions[None, ...], (1, 2))


def _back(xp: Namespace, arrays: Any, g: Any, _result: Any) -> tuple[Any, ...]:
    chains = Chains(*arrays)
    follows = backward(xp, chains)
    scores, start, end, pairs = _gradients(xp, chains, follows)
    start, end = (xp.total(x * g[:, None], 0, keepdims=True) for x in (start, end))
    pairs = xp.total(pairs * g[:, None, None], 0)
    return scores * g[None, :, None], pairs, start, end, None, None, None


def _gradients(xp: Namespace, chains: Chains, follows: Any) -> tuple[Any, ...]:
    """Return the gradients of each loss in scores, start, end and transitions.

    Of shapes ``(T, B, C)``, ``(B, C)``, ``(B, C)`` and ``(B, C, C)``. That of what is
    wanted is minus the sum of the others, which has its digits where it is nearly 0.
    """
    comes = forward(xp, chains)
    steps, wanted = steps_of(xp, chains), _wanted(xp, chains)
    after = follows - xp.logsumexp(comes + follows, 2, keepdims=True)
    shares = xp.exp(comes + after)
    others = xp.where(wanted.own, 0.0, shares)
    scores = xp.where(wanted.own, -xp.total(others, 2, keepdims=True), others)
    if chains.keep is not None:
        scores = xp.where(chains.keep[..., None], scores, 0.0)
    start, end = (
        xp.total(xp.where(x[..., None], scores, 0.0), 0)
        for x in (steps.first, steps.last)
    )
    before = relative(xp, comes + chains.scores)[:-1, ...]
    after = xp.where(steps.moves[..., None], after, LOWEST)[1:, ...]
    own, previous = (x[1:, ...] for x in wanted)
    pairs = pair_shares(xp, chains, comes, before, after, own, previous)
    # What is not the wanted pair: another label before, or only after.
    label = xp.total(xp.where(previous, before, 0.0), 2, keepdims=True)
    rows = xp.exp(label + _rows(xp, chains)[1:, ...] + after)
    rest = xp.where(previous, 0.0, shares[:-1, ...])
    rest = xp.where(steps.moves[1:, ..., None], rest, 0.0)
    rest = xp.total(rest + xp.where(own, 0.0, rows), 2, keepdims=True)
    left = xp.permute_dims(xp.where(previous, rest, 0.0), (1, 2, 0))
    right = xp.permute_dims(xp.astype(own, rest.dtype), (1, 0, 2))
    return scores, start, end, pairs - xp.matmul(left, right)
