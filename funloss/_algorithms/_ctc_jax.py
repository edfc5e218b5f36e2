"""The cost of CTC alignments on JAX, with derivatives of every order."""

import functools
from typing import Any

import jax
import jax.numpy as jnp

from funloss._algorithms import _ctc
from funloss._algorithms._ctc import Alignment
from funloss._array.jax import JAX

__all__ = ["cost_of"]

# Up to so many classes a matrix product adds slopes up faster than a scatter.
_FEW = 512


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def cost_of(log_probs: Any, plan: Alignment, forgive: bool) -> Any:
    """Return the cost of each sample; with `forgive` 0 instead of inf."""
    return _ctc.cost_of(JAX, log_probs, plan, forgive=forgive)


# One pass backward instead of the scan's own derivative, which would keep a dozen
# arrays of all states. The occupancy is differentiable code for higher orders.
@cost_of.defjvp
def _cost_jvp(forgive: bool, primals: Any, tangents: Any) -> Any:
    log_probs, plan = primals
    cost, occupancy, spoilt = _ctc.cost_and_occupancy(
        JAX, log_probs, plan, forgive=forgive
    )
    change = JAX.nan_where(tangents[0], spoilt)
    return cost, -jnp.sum(occupancy * _pick(change, plan.labels), (0, 2))


def _pick(x: Any, labels: Any) -> Any:
    """Take the classes `labels` along the last axis, linearly in `x`."""
    classes = x.shape[2]
    if classes > _FEW:
        where = jnp.broadcast_to(labels, (x.shape[0], *labels.shape))
        return jnp.take_along_axis(x, where, 2, mode="promise_in_bounds")
    member = jax.nn.one_hot(labels, classes, dtype=x.dtype)
    return jnp.einsum("tnc,nsc->tns", x, member, precision="highest")
