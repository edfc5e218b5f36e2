"""Soft dynamic time warping: the minimum over all alignments, softened.

Costs of cells are taken in units of gamma. The recursion runs over anti-diagonals, each
relative to the least cell of it and the one before: what all cells have in common is
added up apart.
"""

import functools
from typing import Any, NamedTuple

from funloss._algorithms._diagonals import from_diagonals, shifted, to_diagonals
from funloss._array import Namespace

__all__ = ["soft_dtw"]

# Of a cell that is outside; its exponential is 0, and sums of it are finite.
_FAR = 1e30


class _Paths(NamedTuple):
    """What the recursion leaves behind.

    Attributes:
        costs: Anti-diagonals of the costs over gamma; ``(T + S - 1, N, S)``.
        before: The soft minimum over the cells before each, relative to the last
            anti-diagonal.
        steps: By how much each anti-diagonal exceeds the last; ``(T + S - 1, N)``.
    """

    costs: Any
    before: Any
    steps: Any


def soft_dtw(
    xp: Namespace, costs: Any, gamma: Any, lengths: Any, other_lengths: Any
) -> Any:
    """Return the soft minimum over alignments of the sum of their costs, ``(N,)``.

    Costs are ``(N, T, S)``, and lengths ``(N,)`` or None. The derivative in a cost is
    the probability that an alignment passes its cell; that in gamma is minus the
    entropy of the alignments.
    """
    if costs.shape[2] > costs.shape[1]:
        # Anti-diagonals are as long as the shorter side.
        costs = xp.matrix_transpose(costs)
        lengths, other_lengths = other_lengths, lengths
    value, along, back = (functools.partial(f, xp) for f in (_value, _along, _back))
    return xp.derivative_along(
        value, along, costs, gamma, lengths, other_lengths, back=back
    )


def _value(xp: Namespace, *arrays: Any) -> tuple[Any, ...]:
    costs, gamma, *lengths = arrays
    paths = _forward(xp, costs / gamma, *lengths)
    ends = _ends(xp, costs, *lengths)
    diagonals, samples, columns = paths.costs.shape
    count = xp.arange(samples, dtype=ends[0].dtype, **xp.device_kw(costs))
    last = ends[0] + ends[1]
    places = (last * samples + count) * columns + ends[1]
    found = (xp.take_each(xp.reshape(x, (-1,)), places) for x in paths[:2])
    times = xp.arange(diagonals, dtype=last.dtype, **xp.device_kw(costs))
    earlier = xp.where(times[:, None] < last[None, :], paths.steps, 0.0)
    total = functools.reduce(lambda x, y: x + y, found, xp.total(earlier, 0))
    return (gamma * total, *paths)


def _ends(xp: Namespace, costs: Any, *lengths: Any) -> list[Any]:
    """Return the last row and column of each sample, ``(N,)``."""
    samples, *sizes = costs.shape
    return [
        xp.full((samples,), size - 1, **xp.device_kw(costs)) if x is None else x - 1
        for x, size in zip(lengths, sizes, strict=True)
    ]


def _forward(xp: Namespace, costs: Any, *lengths: Any) -> _Paths:
    for axis, x in enumerate(lengths):
        if x is not None:
            places = xp.arange(costs.shape[1 + axis], dtype=x.dtype, **xp.device_kw(x))
            inside = places[None, :] < x[:, None]
            inside = inside[:, :, None] if axis == 0 else inside[:, None, :]
            costs = xp.where(inside, costs, _FAR)
    # A cost over a tiny gamma may overflow, and infinities have no difference.
    costs = xp.where(costs > _FAR, _FAR, costs)
    costs = to_diagonals(xp, costs, _FAR)

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        (last, diagonal), (costs,) = carry, row
        left = shifted(xp, last, _FAR)
        before = _soft_minimum(xp, last, left, diagonal)
        here = costs + before
        # Of both, as an alignment may pass this one by.
        least = xp.amin(xp.minimum(here, last), 1, keepdims=True)
        least = xp.stop_gradient(least)
        # What the next one but one looks at is relative to the same.
        carry = here - least, shifted(xp, last - least, _FAR)
        return carry, (before, least[:, 0])

    # Before the first cell there is one, of no cost, which is diagonal to it.
    far = 0.0 * costs[0, ...] + _FAR
    first = shifted(xp, far, 0.0)
    _, (before, steps) = xp.scan(step, (far, first), (costs,))
    return _Paths(costs, before, steps)


def _soft_minimum(xp: Namespace, *x: Any) -> Any:
    least = xp.stop_gradient(xp.minimum(xp.minimum(x[0], x[1]), x[2]))
    terms = (xp.exp(least - each) for each in x)
    return least - xp.log(functools.reduce(lambda a, b: a + b, terms))


def _along(xp: Namespace, moving: Any, held: Any, results: Any) -> Any:
    costs, _, *lengths = held
    chances, entropies = _backward(xp, costs, _Paths(*results[1:]), *lengths)
    change = xp.total(chances * moving[0], (1, 2))
    return change - entropies * moving[1]


def _back(xp: Namespace, arrays: Any, g: Any, _result: Any) -> tuple[Any, ...]:
    costs, gamma, *lengths = arrays
    paths = _forward(xp, costs / gamma, *lengths)
    chances, entropies = _backward(xp, costs, paths, *lengths)
    return g[:, None, None] * chances, -xp.total(g * entropies), None, None


def _backward(
    xp: Namespace, costs: Any, paths: _Paths, *lengths: Any
) -> tuple[Any, Any]:
    """Return the probability of each cell, ``(N, T, S)``, and the entropies, ``(N,)``.

    The entropy is that of the steps back from each cell that is passed: a sum of
    numbers that are not negative.
    """
    rows, columns = _ends(xp, costs, *lengths)
    count, _, width = paths.costs.shape
    times, places = (
        xp.arange(n, dtype=rows.dtype, **xp.device_kw(costs)) for n in (count, width)
    )
    is_last = times[:, None] == (rows + columns)[None, :]
    is_end = xp.astype(places[None, :] == columns[:, None], costs.dtype)
    none = 0.0 * paths.costs[0, ...]
    carry = (none, none - _FAR, none, none - _FAR)
    step = functools.partial(_step_back, xp, is_end)
    diagonals = (*paths, is_last)
    _, (chances, entropies) = xp.scan(step, carry, diagonals, reverse=True)
    return from_diagonals(xp, chances, costs.shape[1]), xp.total(entropies, 0)


def _step_back(xp: Namespace, is_end: Any, carry: Any, row: Any) -> tuple[Any, Any]:
    """Return the probabilities of an anti-diagonal, from those of the next two.

    The carry has these, and the minimum before each cell, of the second moved to the
    left; all are relative to what this anti-diagonal is relative to.
    """
    chance, minimum, *second = carry
    costs, before, steps, is_last = row
    left = _unshifted(xp, chance, 0.0)
    here = costs + before - steps[:, None]
    found, entropy = xp.where(is_last[:, None], is_end, 0.0), 0.0
    for flow, least in (
        (chance, minimum),
        (left, _unshifted(xp, minimum, -_FAR)),
        second,
    ):
        excess = here - least
        back = flow * xp.exp(-excess)
        found, entropy = found + back, entropy + back * excess
    second = left, _unshifted(xp, minimum + steps[:, None], -_FAR)
    return (found, before, *second), (found, xp.total(entropy, 1))


def _unshifted(xp: Namespace, x: Any, fill: float) -> Any:
    """Return `x` moved one to the left along its last axis."""
    return xp.concat([x[..., 1:], xp.full_like(x[..., :1], fill)], axis=-1)
