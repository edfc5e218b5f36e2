"""Negative log-likelihood of counts under a negative binomial distribution."""

import math
from collections.abc import Callable, Iterator
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.record import Record
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.regression._count_parameters import PARAMETERS, Parameter
from funloss.regression._log_rising import (
    digamma_of_sum,
    finite,
    log_rising,
    raised,
)

__all__ = ["negative_binomial_nll_loss"]


@loss
def negative_binomial_nll_loss(
    input: Array,
    target: ArrayLike,
    total_count: ArrayLike,
    *,
    parameter: Literal["logits", "mean", "log_mean"] = "logits",
    gate: ArrayLike | None = None,
    full: bool = False,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Negative binomial NLL loss of counts that vary more than their mean.

    With the count ``r``, the log-odds ``x`` and the target ``y``, the loss of an
    element is ``gammaln(r) - gammaln(r + y) + r * softplus(x) + y * softplus(-x)``;
    `full` adds ``gammaln(y + 1)``. The mean is ``m = r * exp(x)`` and the variance
    ``m + m**2 / r``: as `total_count` grows, at a fixed mean, the distribution becomes
    that of Poisson, as which infinite `total_count` is taken.

    With `gate`, a target is 0 with probability ``sigmoid(gate)`` and drawn otherwise
    (zero inflation).

    Args:
        input: Locations, shape ``(*)``, real; what they are says `parameter`.
        target: Counts, >= 0, broadcastable with `input`; they need not be whole.
        total_count: The inverse of the dispersion, > 0, likewise.
        parameter: What `input` is: ``"logits"``, ``x`` above, as torch has it;
            ``"mean"``, ``m``, >= 0; or ``"log_mean"``, ``log(m)``.
        gate: Log-odds of a zero that is not counted, broadcastable with `input`; none
            if None.
        full: Whether to add the term of the target alone; a Python bool.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, broadcastable to the result. The mean
            divides by the sum of the weights.
        where: Boolean, broadcastable to the result. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss in nats, the broadcast shape for ``"none"``, else ``()``. The mean of
        no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `parameter` or `reduction` is unknown, or a
            target, a mean or a count is out of its range (on JAX: nan in value and
            gradient; see `debug_values`).

    Numerics:
        The difference of two values of `gammaln` has no digits left in float32 at a
        count of 1e7; here value and gradients keep theirs, and ``"mean"`` and
        ``"log_mean"`` reach the limit of Poisson.

    Peers:
        Minus `torch.distributions.NegativeBinomial(total_count, logits=...)
        .log_prob(target)` with ``full=True``. `gate` is `gate_logits` of Pyro's
        `ZeroInflatedNegativeBinomial`.

    Examples:
        >>> import numpy as np
        >>> mean, seen = np.full(3, 2.0), np.asarray([0.0, 2.0, 20.0])
        >>> for count in (1.0, 10.0, 1e9):
        ...     losses = negative_binomial_nll_loss(
        ...         mean, seen, count, parameter="mean", full=True, reduction="none"
        ...     )
        ...     print(losses.round(4))
        [1.0986 1.9095 9.2079]
        [ 1.8232  1.3994 21.5388]
        [ 2.      1.3069 30.4727]

    References:
        J. M. Hilbe, Negative binomial regression, 2011.
    """
    check_choice(tuple(PARAMETERS), parameter=parameter)
    counts = Counts(PARAMETERS[parameter], full)
    gates = {} if gate is None else {"gate": gate}
    batch = elements(
        input=input,
        target=target,
        total_count=total_count,
        **gates,
        weight=weight,
        where=where,
        dtype=dtype,
        fill={"input": 1.0, "total_count": 1.0},
        shapes="broadcast",
        broadcast_weight=True,
    )
    x, y, r, *gate_logits = batch.arrays.values()
    losses = batch.xp.custom_jvp(counts.losses, counts.partials, x, y, r)
    for g in gate_logits:
        losses = batch.xp.custom_jvp(_inflated, _INFLATED_PARTIALS, losses, y, g)
    for name, rule, is_outside in counts.rules():
        # Only to raise: the formula gives nan by itself, in the gradient, too.
        batch.nan_outside(losses, rule, is_outside, **{name: batch.arrays[name]})
    return batch.reduce(losses, reduction, mean_over="weight")


class Counts(Record):
    """The loss of counts and its derivatives, of one parameter."""

    parameter: Parameter
    full: bool

    def rules(self) -> Iterator[tuple[str, str, Callable[..., Any]]]:
        """Yield the arrays that have a range, what it is and what is outside."""
        yield "target", ">= 0", lambda _, y: y < 0
        yield "total_count", "> 0", lambda _, r: r <= 0
        if self.parameter.least is not None:
            yield "input", ">= 0", lambda _, x: x < 0

    def checked(self, xp: Namespace, x: Any, y: Any, r: Any) -> tuple[Any, Any, Any]:
        """Return location, target and count, nan where they are out of range."""
        if self.parameter.least is not None:
            x = xp.where(x >= self.parameter.least, x, math.nan)
        r = xp.where(r > 0, finite(xp, r), math.nan)
        return x, xp.where(y >= 0, y, math.nan), r

    def losses(self, xp: Namespace, x: Any, y: Any, r: Any) -> Any:
        """Return the loss of each element."""
        x, y, r = self.checked(xp, x, y, r)
        log, other, less = self.parameter.logs(xp, x, r)
        if self.full:
            is_few = r < y
            low, high = xp.minimum(r, y), xp.maximum(r, y)
            # The binomial coefficient, by the series of the larger of the two.
            rest = xp.gammaln(low + 1) - log_rising(xp, high, low)
            some = xp.where(is_few, y, xp.ones_like(y))
            few = xp.log(some / r) - r * xp.log(raised(xp, some))
            rest = rest + xp.where(is_few, few, xp.zeros_like(few))
            less = xp.where(is_few, other, less)
        else:
            rest = -log_rising(xp, r, y)
        zero = r * log + rest
        # What is selected last XLA computes in one loop, and adds up in another.
        return xp.where(y == 0, zero, zero + y * less)

    @property
    def partials(self) -> tuple[Any, ...]:
        """The derivatives in location, target and count."""
        return self.d_input, self.d_target, self.d_count

    def d_input(self, xp: Namespace, x: Any, y: Any, r: Any) -> Any:
        """Return the derivative in the location."""
        return self.parameter.d_input(xp, *self.checked(xp, x, y, r))

    def d_count(self, xp: Namespace, x: Any, y: Any, r: Any) -> Any:
        """Return the derivative in the count."""
        return self.parameter.d_count(xp, *self.checked(xp, x, y, r))

    def d_target(self, xp: Namespace, x: Any, y: Any, r: Any) -> Any:
        """Return the derivative in the target."""
        x, y, r = self.checked(xp, x, y, r)
        _, _, less = self.parameter.logs(xp, x, r)
        less = less - digamma_of_sum(xp, r, y)
        return less + xp.digamma(y + 1) if self.full else less


def _inflated(xp: Namespace, nll: Any, y: Any, gate: Any) -> Any:
    """Return minus the logarithm of ``p + (1 - p) * exp(-nll)``, and without p of y."""
    less = xp.sigmoid(-gate) * xp.expm1(-nll)
    # Where little is left of 1, by the logarithms of both parts.
    is_near = less > -0.5
    far = xp.softplus(gate) - xp.logaddexp(gate, -nll)
    zero = xp.where(is_near, -xp.log1p(xp.where(is_near, less, 0.0)), far)
    return xp.where(y == 0, zero, xp.softplus(gate) + nll)


def _inflated_d_losses(xp: Namespace, nll: Any, y: Any, gate: Any) -> Any:
    return xp.where(y == 0, xp.sigmoid(-nll - gate), xp.ones_like(nll))


def _inflated_d_gate(xp: Namespace, nll: Any, y: Any, gate: Any) -> Any:
    share = xp.sigmoid(gate)
    zero = xp.sigmoid(-gate) * xp.sigmoid(gate + nll) * xp.expm1(-nll)
    return xp.where(y == 0, zero, share)


_INFLATED_PARTIALS = (_inflated_d_losses, None, _inflated_d_gate)
