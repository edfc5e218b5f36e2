"""The extra jax: value and gradient under jit."""

import math

import jax
import jax.numpy as jnp

import funloss as fl

scores, labels = jnp.zeros((2, 4)), jnp.asarray([0, 3])
value, gradient = jax.jit(jax.value_and_grad(fl.cross_entropy))(scores, labels)
assert math.isclose(value, math.log(4), rel_tol=1e-6), value
assert gradient.tolist() == [[-0.375, *[0.125] * 3], [*[0.125] * 3, -0.375]], gradient
print(f"jax {jax.__version__}: cross_entropy {value} and its gradient under jit")
