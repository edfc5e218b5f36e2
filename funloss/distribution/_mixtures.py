"""Divergences of two softmaxes from each other and from their mixture.

Arguments are the scores of two distributions p and q, the temperature, the axis, and
the weight of a mixture m; then what each function is made of.

Where the scores of a row come in blocks of classes, its `numbers` are found first, from
all of them: maxima, sums of exponentials and losses. They make the partial derivatives
of any block.
"""

import math
from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.record import Record

__all__ = ["KL", "MIXED", "Divergence"]


class Divergence(Record):
    """A function of two rows of scores, and its derivatives."""

    formula: Callable[..., Any]
    # In the arguments of the formula, None where there is none.
    partials: tuple[Any, ...]
    # What the partials take as well, found with the value.
    shared: Callable[..., Any]
    # Numbers of each row, the loss as a sum of the last of them, and `shared` of a
    # block of classes by them.
    numbers: Callable[..., Any]
    from_numbers: Callable[..., Any]
    of_block: Callable[..., Any]

    def losses(self, xp: Namespace, *arguments: Any) -> Any:
        """Return the losses of rows whose scores are there as a whole."""
        how = {"axis": arguments[3], "shared": self.shared}
        return xp.custom_jvp(self.formula, self.partials, *arguments, **how)


# exp of its negative is 0 in every dtype.
_BEYOND = 2000.0

# The least mass whose logarithm is taken; its product with that is 0 to rounding.
_TINY = 1e-37


def _tops_and_totals(xp: Namespace, x: Any, t: Any, heat: Any, axis: int) -> list[Any]:
    """Return of both scores the maximum and the sum of ``exp(score - maximum)``."""
    found = []
    for scores in (x, t):
        u = _cooled(xp, scores, heat)
        top = xp.stop_gradient(xp.amax(u, axis, keepdims=True))
        found += [top, xp.total(xp.exp(u - top), axis, keepdims=True)]
    return found


def _again(xp: Namespace, *rows: Any) -> Any:
    """Return numbers of rows; elsewhere than on a CPU nothing made of them is kept."""
    return xp.on_cpu(lambda *rows: rows, xp.optimization_barrier, *rows)


def _cooled(xp: Namespace, x: Any, heat: Any) -> Any:
    return xp.custom_jvp(lambda _, x, heat: x / heat, _COOLED_PARTIALS, x, heat)


def _cooled_d_heat(xp: Namespace, x: Any, heat: Any) -> Any:
    # At -inf it would be infinite, and nan times the change 0 of a constant.
    return -_cooled(xp, xp.where(x == -math.inf, 0.0, x), heat) / heat


_COOLED_PARTIALS = (lambda _, _x, heat: 1 / heat), _cooled_d_heat


def _softmax(xp: Namespace, x: Any, heat: Any, top: Any, total: Any) -> Any:
    """Return the softmax of ``x / heat`` and its logarithm."""
    u = _cooled(xp, x, heat) - top
    log_p = u - xp.log(total)
    p = xp.on_cpu(
        lambda u, total, _: xp.exp(u) * (1.0 / total),
        lambda _, __, log_p: xp.exp(log_p),
        *(u, total, log_p),
    )
    return p, log_p


def _kl(xp: Namespace, x: Any, t: Any, heat: Any, axis: int) -> Any:
    rows = _tops_and_totals(xp, x, t, heat, axis)
    _, *terms = _kl_factors(xp, x, t, heat, *rows)
    products = xp.on_cpu(
        lambda q, gap: xp.where(q == 0, 0.0, q * gap), xp.multiply_no_nan, *terms
    )
    return xp.total(products, axis)


def _kl_factors(xp: Namespace, x: Any, t: Any, heat: Any, *rows: Any) -> Any:
    """Return both softmaxes, and the logarithm of ``q / p``, if q is 0 any number."""
    p, log_p = _softmax(xp, x, heat, *rows[:2])
    q, log_q = _softmax(xp, t, heat, *rows[2:])
    return p, q, xp.clamp_min(log_q, -_BEYOND) - log_p


def _kl_parts(xp: Namespace, x: Any, t: Any, heat: Any, axis: int) -> Any:
    rows = _tops_and_totals(xp, x, t, heat, axis)
    # Selected before the product, which so has a second derivative.
    (_, q, gap), (p, own_q, own) = (
        _kl_factors(xp, x, t, heat, *numbers) for numbers in (rows, _again(xp, *rows))
    )
    loss = xp.total(q * xp.where(q == 0, 0.0, gap), axis, keepdims=True)
    return p, own_q, xp.where(own_q == 0, 0.0, own), loss


def _kl_d_x(xp: Namespace, _x: Any, _t: Any, heat: Any, _: int, *parts: Any) -> Any:
    del xp
    return (parts[0] - parts[1]) / heat


def _kl_d_t(xp: Namespace, _x: Any, _t: Any, heat: Any, _: int, *parts: Any) -> Any:
    del xp
    _, q, gap, loss = parts
    return q * (gap - loss) / heat


def _mixed(xp: Namespace, x: Any, t: Any, heat: Any, axis: int, beta: Any) -> Any:
    rows = _tops_and_totals(xp, x, t, heat, axis)
    _, _, of_p, of_q = _mixed_terms(xp, x, t, heat, beta, *rows)
    return xp.total(beta * of_q + (1.0 - beta) * of_p, axis)


def _mixed_terms(
    xp: Namespace, x: Any, t: Any, heat: Any, beta: Any, *rows: Any
) -> Any:
    """Return both softmaxes, and what classes add to their divergences from m."""
    p, log_p = _softmax(xp, x, heat, *rows[:2])
    q, log_q = _softmax(xp, t, heat, *rows[2:])
    log_m = xp.log(xp.clamp_min((1.0 - beta) * p + beta * q, _TINY))
    of_p = p * (xp.clamp_min(log_p, -_BEYOND) - log_m)
    of_q = q * (xp.clamp_min(log_q, -_BEYOND) - log_m)
    return p, q, of_p, of_q


def _mixed_parts(xp: Namespace, x: Any, t: Any, heat: Any, axis: int, beta: Any) -> Any:
    rows = _tops_and_totals(xp, x, t, heat, axis)
    _, _, *terms = _mixed_terms(xp, x, t, heat, beta, *rows)
    losses = (xp.total(each, axis, keepdims=True) for each in terms)
    return *_mixed_terms(xp, x, t, heat, beta, *_again(xp, *rows)), *losses


def _mixed_d_x(
    xp: Namespace, _x: Any, _t: Any, heat: Any, _: int, beta: Any, *parts: Any
) -> Any:
    del xp
    p, _, of_p, _, loss, _ = parts
    return (1.0 - beta) * (of_p - p * loss) / heat


def _mixed_d_t(
    xp: Namespace, _x: Any, _t: Any, heat: Any, _: int, beta: Any, *parts: Any
) -> Any:
    del xp
    _, q, _, of_q, _, loss = parts
    return beta * (of_q - q * loss) / heat


def _mixed_d_beta(xp: Namespace, *arguments: Any) -> Any:
    del xp
    _, _, of_p, of_q, _, _ = arguments[5:]
    return of_q - of_p


def _in_heat(d_x: Any, d_t: Any) -> Any:
    """Return the partial in the temperature, from those in both scores."""

    def d_heat(xp: Namespace, x: Any, t: Any, heat: Any, *more: Any) -> Any:
        steps = (
            xp.where(s == -math.inf, 0.0, s) * partial(xp, x, t, heat, *more)
            for s, partial in ((x, d_x), (t, d_t))
        )
        return -sum(steps) / heat

    return d_heat


def _kl_numbers(xp: Namespace, x: Any, t: Any, heat: Any, axis: int) -> Any:
    rows = _tops_and_totals(xp, x, t, heat, axis)
    _, q, gap = _kl_factors(xp, x, t, heat, *rows)
    loss = xp.total(q * xp.where(q == 0, 0.0, gap), axis, keepdims=True)
    return *rows, loss


def _kl_of_block(
    xp: Namespace, x: Any, t: Any, heat: Any, _: int, *numbers: Any
) -> Any:
    *rows, loss = numbers
    p, q, gap = _kl_factors(xp, x, t, heat, *rows)
    return p, q, xp.where(q == 0, 0.0, gap), loss


def _mixed_numbers(
    xp: Namespace, x: Any, t: Any, heat: Any, axis: int, beta: Any
) -> Any:
    rows = _tops_and_totals(xp, x, t, heat, axis)
    terms = _mixed_terms(xp, x, t, heat, beta, *rows)[2:]
    return *rows, *(xp.total(each, axis, keepdims=True) for each in terms)


def _mixed_from_numbers(beta: Any, *numbers: Any) -> Any:
    return beta * numbers[-1] + (1.0 - beta) * numbers[-2]


def _mixed_of_block(
    xp: Namespace, x: Any, t: Any, heat: Any, _: int, beta: Any, *numbers: Any
) -> Any:
    return *_mixed_terms(xp, x, t, heat, beta, *numbers[:4]), *numbers[4:]


KL = Divergence(
    _kl,
    (_kl_d_x, _kl_d_t, _in_heat(_kl_d_x, _kl_d_t), None),
    _kl_parts,
    _kl_numbers,
    lambda *numbers: numbers[-1],
    _kl_of_block,
)
MIXED = Divergence(
    _mixed,
    (_mixed_d_x, _mixed_d_t, _in_heat(_mixed_d_x, _mixed_d_t), None, _mixed_d_beta),
    _mixed_parts,
    _mixed_numbers,
    _mixed_from_numbers,
    _mixed_of_block,
)
