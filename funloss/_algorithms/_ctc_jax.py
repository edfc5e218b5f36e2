"""The loss of CTC alignments on JAX, with derivatives of every order."""

import functools
from typing import Any

import jax
import jax.numpy as jnp

from funloss._algorithms import _ctc
from funloss._algorithms._ctc import Alignment
from funloss._array.jax import JAX

__all__ = ["alignment_loss"]

# Up to this many classes a matrix product sums gradients faster than a scatter.
_FEW = 512


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def alignment_loss(log_probs: Any, alignment: Alignment, zero_infinity: bool) -> Any:
    """Return the loss of each sample; with `zero_infinity` 0 instead of inf."""
    return _ctc.alignment_loss(JAX, log_probs, alignment, zero_infinity=zero_infinity)


# One backward pass instead of the scan's own derivative, which would keep a dozen
# arrays of all states. The posteriors are differentiable code for higher orders.
@alignment_loss.defjvp
def _alignment_loss_jvp(zero_infinity: bool, primals: Any, tangents: Any) -> Any:
    log_probs, alignment = primals
    loss, posteriors, is_nan = _ctc.loss_and_posteriors(
        JAX, log_probs, alignment, zero_infinity=zero_infinity
    )
    tangent = JAX.nan_where(tangents[0], is_nan)
    taken = _take_classes(tangent, alignment.labels)
    return loss, -jnp.sum(posteriors * taken, (0, 2))


def _take_classes(x: Any, labels: Any) -> Any:
    """Take the classes `labels` along the last axis, linearly in `x`."""
    classes = x.shape[2]
    if classes > _FEW:
        indices = jnp.broadcast_to(labels, (x.shape[0], *labels.shape))
        return jnp.take_along_axis(x, indices, 2, mode="promise_in_bounds")
    member = jax.nn.one_hot(labels, classes, dtype=x.dtype)
    return jnp.einsum("tnc,nsc->tns", x, member, precision="highest")
