"""Messages along chains of labels: the sums over all sequences of labels.

A message is the logarithm of a sum over one label for each other label, relative to
the largest. It is found by a product with the exponentials of the transitions where
that keeps its digits, else from a table of all pairs.
"""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from funloss._array import Namespace

__all__ = [
    "LOWEST",
    "Chains",
    "Steps",
    "backward",
    "forward",
    "pair_shares",
    "relative",
    "steps_of",
]

# Below every score that counts, and far enough from the lowest float32 to be added up.
LOWEST = -1e30


class Chains(NamedTuple):
    """Scores of T steps of B sequences in C labels, and the labels that are wanted.

    Attributes:
        scores: Of the labels in each step; ``(T, B, C)``.
        transitions: From label i to label j; ``(C, C)``.
        start: Of the first label; ``(1, C)``.
        end: Of the last label; ``(1, C)``.
        labels: In range; ``(T, B)``.
        previous: Those of the step that counts before each; ``(T, B)``.
        keep: Which steps count; ``(T, B)``, or None for all.
    """

    scores: Any
    transitions: Any
    start: Any
    end: Any
    labels: Any
    previous: Any
    keep: Any


class Steps(NamedTuple):
    """Which steps have one before them, are the first and are the last; ``(T, B)``."""

    moves: Any
    first: Any
    last: Any


def steps_of(xp: Namespace, chains: Chains) -> Steps:
    """Return the masks of the steps; ``(T, 1)`` where all count."""
    count = chains.scores.shape[0]
    if chains.keep is None:
        times = xp.arange(count, **xp.device_kw(chains.scores))[:, None]
        return Steps(times > 0, times == 0, times == count - 1)
    ones = xp.astype(chains.keep, xp.int32)
    seen = xp.cumulative_sum(ones, axis=0)
    is_first = xp.logical_and(chains.keep, seen == 1)
    is_last = xp.logical_and(chains.keep, seen == seen[-1:, :])
    return Steps(xp.logical_and(chains.keep, seen > 1), is_first, is_last)


def relative(xp: Namespace, x: Any) -> Any:
    """Return `x` less the largest of each sequence: of a common term nothing stays."""
    return x - xp.stop_gradient(xp.amax(x, -1, keepdims=True))


def backward(xp: Namespace, chains: Chains) -> Any:
    """Return the scores of all that follows a label, with its own; ``(T, B, C)``."""

    def sent(follows: Any) -> Any:
        moves = steps_of(xp, chains).moves[1:, :, None]
        sent = follows[:-1, ...] - chains.scores[:-1, ...]
        return _is_narrow(xp, xp.where(moves, sent, 0.0), 2)

    return _chosen(xp, functools.partial(_backward, xp), sent, chains)


def forward(xp: Namespace, chains: Chains) -> Any:
    """Return the scores of all that comes before a label; ``(T, B, C)``."""
    are_exact = functools.partial(_came_exactly, xp, chains)
    return _chosen(xp, functools.partial(_forward, xp), are_exact, chains)


def _came_exactly(xp: Namespace, chains: Chains, comes: Any) -> Any:
    moves = steps_of(xp, chains).moves[1:, :, None]
    return _is_narrow(xp, xp.where(moves, comes[1:, ...], 0.0), 2)


def _is_narrow(xp: Namespace, x: Any, axes: Any) -> Any:
    """Return whether all exponentials of `x` over the largest are normal numbers.

    With a margin, in which there is room for a product of two.
    """
    x = xp.stop_gradient(x)
    limit = -0.7 * math.log(float(xp.finfo(x.dtype).smallest_normal))
    return xp.all(xp.amax(x, axes) - xp.amin(x, axes) < limit)


def _chosen(
    xp: Namespace,
    messages: Callable[..., Any],
    are_exact: Callable[[Any], Any],
    chains: Chains,
) -> Any:
    """Return messages by products if those are exact, else from tables of pairs.

    Where no transition is much less likely than another they are, whatever the scores:
    the largest term of a sum is a normal number. With forbidden transitions they are
    where the messages show it.
    """

    def same(found: Any, _: Chains) -> Any:
        return found

    def by_tables(_: Any, chains: Chains) -> Any:
        return messages(False, chains)

    def checked(found: Any, chains: Chains) -> Any:
        return xp.cond(are_exact(found), same, by_tables, found, chains)

    narrow = _is_narrow(xp, chains.transitions, (0, 1))
    # Two conditions: under `jax.vmap`, the first does not depend on the scores.
    return xp.cond(narrow, same, checked, messages(True, chains), chains)


def _backward(xp: Namespace, products: bool, chains: Chains) -> Any:
    message = _message(xp, products, xp.matrix_transpose(chains.transitions))
    scores, moves = chains.scores, steps_of(xp, chains).moves

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        (follows,), (scores, moves) = carry, row
        follows = xp.where(moves[:, None], message(follows), follows)
        follows = relative(xp, scores + follows)
        return (follows,), follows

    last = relative(xp, scores[-1, ...] + chains.end)
    return _stacked(xp, step, last, (scores[:-1, ...], moves[1:, ...]), reverse=True)


def _forward(xp: Namespace, products: bool, chains: Chains) -> Any:
    message = _message(xp, products, chains.transitions)
    scores, moves = chains.scores, steps_of(xp, chains).moves

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        (comes,), (scores, moves) = carry, row
        # Relative to the same as where pairs are counted, which finds it again.
        comes = relative(xp, comes + scores)
        comes = xp.where(moves[:, None], message(comes), comes)
        return (comes,), comes

    first = chains.start + 0.0 * scores[0, ...]
    return _stacked(xp, step, first, (scores[:-1, ...], moves[1:, ...]), reverse=False)


def _stacked(xp: Namespace, step: Any, first: Any, rows: Any, *, reverse: bool) -> Any:
    """Return what a scan gives with its first carry, in the order of the steps."""
    if rows[0].shape[0] == 0:
        return first[None, ...]
    _, others = xp.scan(step, (first,), rows, reverse=reverse)
    parts = [others, first[None, ...]] if reverse else [first[None, ...], others]
    return xp.concat(parts, axis=0)


def _message(xp: Namespace, products: bool, table: Any) -> Callable[[Any], Any]:
    """Return a function: the logarithm of ``exp(x) @ exp(table)``, of x up to 0."""
    if not products:
        return lambda x: xp.logsumexp(x[:, :, None] + table[None, ...], 1)
    top = _top(xp, table)
    weight = xp.matrix_transpose(xp.exp(table - top))
    least = float(xp.finfo(table.dtype).smallest_normal)

    def message(x: Any) -> Any:
        sums = xp.linear(xp.exp(x), weight, precise=True)
        return xp.log(xp.where(sums < least, least, sums)) + top

    return message


def _top(xp: Namespace, table: Any) -> Any:
    return xp.stop_gradient(xp.amax(table, (0, 1)))


def pair_shares(
    xp: Namespace,
    chains: Chains,
    comes: Any,
    *others: Any,
) -> Any:
    """Return the shares of pairs of labels but the wanted ones, ``(B, C, C)``.

    ``others`` are, for all steps but the first, ``before`` and ``after`` with which the
    share of a pair is ``exp(before + transitions + after)``, and where the label that
    is wanted stands, and that before it.
    """
    if comes.shape[0] == 1:
        return xp.zeros_like(comes[0, :, :, None] + chains.transitions[None, ...])
    narrow = _is_narrow(xp, chains.transitions, (0, 1))
    exact = xp.logical_or(narrow, _came_exactly(xp, chains, comes))
    by_products, by_tables = (
        functools.partial(f, xp) for f in (_shares_by_products, _shares_by_tables)
    )
    return xp.cond(exact, by_products, by_tables, chains.transitions, *others)


def _shares_by_products(
    xp: Namespace, transitions: Any, before: Any, after: Any, own: Any, previous: Any
) -> Any:
    top = _top(xp, transitions)
    left, right = xp.exp(before), xp.exp(after + top)
    left = xp.concat([xp.where(previous, 0.0, left), xp.where(previous, left, 0.0)])
    right = xp.concat([right, xp.where(own, 0.0, right)])
    left, right = xp.permute_dims(left, (1, 2, 0)), xp.permute_dims(right, (1, 0, 2))
    return xp.matmul(left, right) * xp.exp(transitions - top)[None, ...]


def _shares_by_tables(
    xp: Namespace, transitions: Any, before: Any, after: Any, own: Any, previous: Any
) -> Any:
    def table(before: Any, after: Any, own: Any, previous: Any) -> Any:
        scores = before[:, :, None] + transitions[None, ...] + after[:, None, :]
        both = xp.logical_and(previous[:, :, None], own[:, None, :])
        return xp.where(both, 0.0, xp.exp(scores))

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        return (carry[0] + table(*row),), row[0][:, :1]

    rows = (before, after, own, previous)
    total = table(*(x[0, ...] for x in rows))
    if before.shape[0] == 1:
        return total
    rest = tuple(x[1:, ...] for x in rows)
    return xp.scan(xp.checkpoint(step), (total,), rest)[0][0]
