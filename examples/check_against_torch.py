"""Compare a loss of your own, in JAX, with a torch loss: value and gradient.

Needs the extra `parity`: python examples/check_against_torch.py
"""

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch.nn import functional as F

import funloss

jax.config.update("jax_enable_x64", True)


def plain_l1(input, target):
    """Mean absolute error as anyone would write it: the code under test."""
    return jnp.abs(input - target).mean()


def verdict(mine, theirs, input, target):
    """Tell whether both losses have the same value and the same gradient."""
    x = torch.tensor(input, requires_grad=True)
    expected = theirs(x, torch.tensor(target))
    expected.backward()
    value, slope = jax.value_and_grad(mine)(jnp.asarray(input), jnp.asarray(target))
    error = abs(float(value) - expected.item())
    slope_error = np.abs(np.asarray(slope) - x.grad.numpy()).max()
    word = "agrees" if max(error, slope_error) <= 1e-12 else "DIFFERS"
    return f"{word}: value off by {error:.0e}, slope by {slope_error:.0e}"


def main():
    """Check two losses on random points and on one exact fit."""
    input, target = np.random.default_rng(0).standard_normal((2, 100))
    # A corner is where losses differ: the slope of `jnp.abs` at 0 is 1, torch's is 0.
    input[0] = target[0]
    print("plain l1  ", verdict(plain_l1, F.l1_loss, input, target))
    print("funloss l1", verdict(funloss.l1_loss, F.l1_loss, input, target))


if __name__ == "__main__":
    main()
