"""The cost of CTC alignments, in the way that suits each library."""

import math
from typing import Any

from funloss._algorithms import _ctc_numpy
from funloss._algorithms._ctc import Alignment, cost_and_occupancy, cost_of
from funloss._array import Namespace

__all__ = ["alignment_cost"]


def alignment_cost(
    xp: Namespace, log_probs: Any, plan: Alignment, *, forgive: bool
) -> Any:
    """Return the cost of each sample, ``(N,)``, for log-probabilities ``(T, N, C)``.

    A sample that cannot be aligned costs inf, and its slope is nan in the frames
    that it uses; with `forgive` both are 0.
    """
    if xp.name == "jax":
        from funloss._algorithms import _ctc_jax  # noqa: PLC0415 - jax may be absent

        return _ctc_jax.cost_of(log_probs, plan, forgive)
    if xp.name == "numpy":
        cost = _ctc_numpy.cost_of(log_probs, plan, forgive=forgive)
        return cost_of(xp, log_probs, plan, forgive=forgive) if cost is None else cost

    def forward(log_probs: Any, *arrays: Any) -> Any:
        return cost_of(xp, log_probs, Alignment(*arrays), forgive=forgive)

    def backward(arrays: Any, g: Any) -> tuple[Any, ...]:
        slope = _slope_of(xp, arrays[0], Alignment(*arrays[1:]), forgive=forgive)
        return slope * g[None, :, None], *(None for _ in plan)

    return xp.custom_vjp(forward, backward)(log_probs, *plan)


def _slope_of(xp: Namespace, log_probs: Any, plan: Alignment, *, forgive: bool) -> Any:
    """Return the slope of each sample's cost, in the shape of `log_probs`."""
    _, occupancy, spoilt = cost_and_occupancy(xp, log_probs, plan, forgive=forgive)
    frames, samples, classes = log_probs.shape
    first = xp.arange(samples, dtype=plan.labels.dtype, **xp.device_kw(log_probs))
    ids = xp.reshape(plan.labels + classes * first[:, None], (-1,))
    rows = xp.reshape(xp.permute_dims(occupancy, (1, 2, 0)), (-1, frames))
    sums = xp.segment_sum(rows, ids, samples * classes)
    sums = xp.reshape(sums, (samples, classes, frames))
    return xp.where(spoilt, math.nan, -xp.permute_dims(sums, (2, 0, 1)))
