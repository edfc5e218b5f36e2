"""The loss of transducers on JAX, with derivatives of every order."""

import functools
from typing import Any

import jax
import jax.numpy as jnp

from funloss._algorithms import _transducer
from funloss._algorithms._transducer import Lattice, Scores
from funloss._array.jax import JAX

__all__ = ["transducer_loss"]


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def transducer_loss(logits: Any, lattice: Lattice, scores: Scores) -> Any:
    """Return the loss of each sample."""
    return _transducer.transducer_loss(JAX, logits, lattice, scores)


# One backward pass instead of the scan's own derivative, and one array of the gradient
# instead of those of a softmax and of what was taken from it. The gradient is
# differentiable code for higher orders.
@transducer_loss.defjvp
def _transducer_loss_jvp(scores: Scores, primals: Any, tangents: Any) -> Any:
    logits, lattice = primals
    loss, gradient = _transducer.loss_and_gradient(JAX, logits, lattice, scores)
    change = tangents[0].astype(loss.dtype)
    return loss, jnp.sum(gradient * change, (1, 2, 3))
