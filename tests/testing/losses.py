"""Losses to hold against each other: right ones, and some with a planted fault."""

import jax
import jax.numpy as jnp
import torch

__all__ = [
    "absolute",
    "absolute_of_rows",
    "absolute_torch",
    "adds_in_bfloat16",
    "branches_on_values",
    "broadcasts",
    "leaks_nan",
    "square_torch",
    "wrong_at_the_corner",
    "wrong_curvature",
    "wrong_divisor",
    "wrong_only_in_float32",
]


def absolute(input, target, *, reduction="mean"):
    """Charge the absolute error, with derivative 0 at 0."""
    return _reduced(_absolute(input - target), reduction)


def absolute_of_rows(y_true, y_pred, scale=1.0):
    """Charge the mean of each row, classes last, as Keras does."""
    return scale * jnp.mean(_absolute(y_true - y_pred), axis=-1)


def absolute_torch(input, target, *, reduction="mean"):
    """Charge the absolute error, on torch."""
    return torch.nn.functional.l1_loss(input, target, reduction=reduction)


def square_torch(input, target, *, reduction="mean"):
    """Charge the squared error, on torch."""
    return torch.nn.functional.mse_loss(input, target, reduction=reduction)


def wrong_divisor(input, target, *, reduction="mean"):
    """Divide by the rows instead of the elements."""
    loss = _absolute(input - target)
    return loss.sum() / len(loss) if reduction == "mean" else _reduced(loss, reduction)


def wrong_at_the_corner(input, target, *, reduction="mean"):
    """Take `jnp.abs`, whose derivative at 0 is 1."""
    return _reduced(jnp.abs(input - target), reduction)


def wrong_only_in_float32(input, target, *, reduction="mean"):
    """Lose digits to cancellation."""
    error = (input + 1000) - (target + 1000)
    return _reduced(_absolute(error), reduction)


def adds_in_bfloat16(input, target, *, reduction="mean"):
    """Add up in the dtype of the input, one after the other."""
    loss = _absolute(input - target)
    if reduction == "none":
        return loss
    start, add = loss[0, 0] * 0, lambda total, x: (total + x, None)
    total = jax.lax.scan(add, start, loss.ravel())[0]
    return total / loss.size if reduction == "mean" else total


def branches_on_values(input, target, *, reduction="mean"):
    """Look at a value, which a tracer has not."""
    if input.sum() > 1e6:
        return input.sum()
    return _reduced(_absolute(input - target), reduction)


def broadcasts(input, target, *, reduction="mean"):
    """Put every error beside every other."""
    return _reduced(_absolute(input[:, None] - target), reduction)


def leaks_nan(input, target, where):
    """Multiply by the mask."""
    kept = where.astype(input.dtype)
    return jnp.sum(_absolute(input - target) * kept) / jnp.sum(kept)


@jax.custom_jvp
def _squared(error):
    return error * error


@_squared.defjvp
def _squared_jvp(primals, tangents):
    return _squared(*primals), 2 * jax.lax.stop_gradient(primals[0]) * tangents[0]


def wrong_curvature(input, target, *, reduction="mean"):
    """Stop the gradient within the derivative."""
    return _reduced(_squared(input - target), reduction)


def _absolute(error):
    return error * jnp.sign(error)


def _reduced(loss, reduction):
    return {"none": lambda x: x, "mean": jnp.mean, "sum": jnp.sum}[reduction](loss)
