"""Compare a loss of your own, in JAX, with a torch loss: values and gradients.

Needs the extra `parity`: python examples/check_against_torch.py
"""

import jax.numpy as jnp
import numpy as np
from torch.nn import functional as F

import funloss
from funloss.testing import check_parity


def plain_l1(input, target):
    """Mean absolute error as anyone would write it: the code under test."""
    return jnp.abs(input - target).mean()


def main():
    """Check two losses on random points and on one exact fit."""
    input, target = np.random.default_rng(0).standard_normal((2, 100))
    # A corner is where losses differ: `jnp.abs` has derivative 1 at 0, torch's 0.
    input[0] = target[0]
    for loss in (plain_l1, funloss.l1_loss):
        print(check_parity(loss, F.l1_loss, {"input": input, "target": target}), "\n")


if __name__ == "__main__":
    main()
