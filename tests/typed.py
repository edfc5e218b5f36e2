"""What a type checker knows of losses: pyright reads this file, and nothing runs it."""

# Of each refusal below: an error if pyright finds nothing to ignore.
# pyright: reportUnnecessaryTypeIgnoreComment=true

from typing import assert_type

import jax
import numpy as np
import torch

import funloss as fl


def the_library_is_that_of_the_first_argument(
    x: jax.Array, y: torch.Tensor, z: np.ndarray
) -> None:
    """A result has the type of the first array."""
    assert_type(fl.mse_loss(x, 0.0), jax.Array)
    assert_type(fl.huber_loss(y, y, delta=0.5), torch.Tensor)
    assert_type(fl.cross_entropy(z, z, reduction="none"), np.ndarray)
    assert_type(fl.cross_entropy(z, z, axis=(0, 1)), np.ndarray)


def a_wrong_call_is_found(x: jax.Array) -> None:
    """A word that is no reduction, and a list that is no array."""
    fl.mse_loss(x, x, reduction="median")  # pyright: ignore[reportArgumentType]
    fl.mse_loss([1.0], x)  # pyright: ignore[reportArgumentType]
