"""Distillation: how far the distribution of a student is from that of a teacher."""

import math
from typing import Any

from funloss._array import Namespace, is_number, lookup
from funloss._core.loss import loss
from funloss._core.options import open_unit_interval, positive, unit_interval
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["distillation_loss"]

# exp of its negative is 0 in every dtype.
_BEYOND = 2000.0

# The least mass whose logarithm is taken; its product with that is 0 to rounding.
_TINY = 1e-37


@loss
def distillation_loss(
    input: Array,
    target: ArrayLike,
    *,
    beta: int | Real = 0.0,
    temperature: Real = 1.0,
    axis: int = 1,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Knowledge distillation: divergence of a student's scores from a teacher's.

    With ``p = softmax(input / temperature)`` of the student and ``q = softmax(target /
    temperature)`` of the teacher, the loss of a row is ``KL(q || p)`` for ``beta=0``,
    ``KL(p || q)`` for ``beta=1``, and between them the generalized Jensen-Shannon
    divergence ``beta * KL(q || m) + (1 - beta) * KL(p || m)`` from the mixture ``m =
    (1 - beta) * p + beta * q``. Log-probabilities are scores, too.

    Args:
        input: Scores (logits) of the student, shape ``(C)``, ``(N, C)`` or ``(N, C,
            *d)``, floating. A class with score -inf is impossible.
        target: Scores of the teacher, same shape. It has a gradient, too: stop it
            where the teacher is trained for something else.
        beta: The Python numbers 0 and 1, or between them, where it may be a 0-d
            array. Divided by `beta`, the loss tends to that of 0 as `beta` does.
        temperature: What both scores are divided by, > 0; a number or a 0-d array.
            Multiply the loss by its square for gradients that keep their size.
        axis: Class axis; of a single row it is axis 0.
        weight: Factor on each row's loss, shape of the losses or a number. The mean
            still divides by the number of rows.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``; inf where `beta` is 0 and
        the student holds impossible what the teacher does not, or `beta` is 1 and the
        other way round, and nan where all classes are impossible. The mean of no rows
        is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `reduction` or `axis` is unknown, or an option is
            out of its range (in an array on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        The generalized Jensen-Shannon loss of TRL and Liger, which has the same
        `beta`. EasyDeL's multiplies the divergences by the weights of the mixture
        swapped, and its ``beta=0`` is documented as ``KL(p || q)``. torchtune's forward
        divergence is the cross-entropy, without the teacher's entropy.

    Examples:
        >>> import numpy as np
        >>> x, t = np.log(np.asarray([[[0.5, 0.5]], [[0.75, 0.25]]]))
        >>> print(distillation_loss(x, t).round(4))
        0.1308
        >>> print(distillation_loss(x, t, beta=0.5).round(4))
        0.0338

    References:
        G. Hinton, O. Vinyals and J. Dean, Distilling the knowledge in a neural
        network, 2015.
        R. Agarwal et al., On-policy distillation of language models: Learning from
        self-generated mistakes, 2024.
    """
    is_plain = lookup(beta) is None or is_number(beta)
    bounded = unit_interval(beta) if is_plain else open_unit_interval(beta)
    rows = time_steps(
        input=input,
        target=target,
        axis=axis,
        inner={"input": 1, "target": 1},
        options={"temperature": positive(temperature), "beta": bounded},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (x, t), (heat, share) = rows.xp, rows.arrays.values(), rows.options
    if is_number(beta) and beta in (0, 1):
        pair, formula, shared = ((x, t) if beta == 0 else (t, x)), _kl, _kl_parts
        arguments, partials = (*pair, heat, rows.axis), _KL_PARTIALS
    else:
        formula, shared, partials = _mixed, _mixed_parts, _MIXED_PARTIALS
        arguments = x, t, heat, rows.axis, share
    losses = xp.custom_jvp(formula, partials, *arguments, axis=rows.axis, shared=shared)
    return rows.reduce(losses, reduction)


# Arguments below: the scores of two distributions p and q, the temperature, the axis,
# and the weight of a mixture m; then what each function is made of.


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
    """Return ``x / heat``; in `heat` the derivative at -inf would be infinite."""
    is_out = x == -math.inf
    return xp.where(is_out, -math.inf, xp.where(is_out, 0.0, x) / heat)


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


_KL_PARTIALS = _kl_d_x, _kl_d_t, _in_heat(_kl_d_x, _kl_d_t), None
_MIXED_PARTIALS = (
    *(_mixed_d_x, _mixed_d_t, _in_heat(_mixed_d_x, _mixed_d_t), None),
    _mixed_d_beta,
)
