"""The scores of a linear layer, and what fits them."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import fill_masked
from funloss._core.checks import AS_PROBABILITIES, check_integer
from funloss._core.labels import batch_shape, check_integers

__all__ = ["guard_rows", "linear_scores", "scores_shape", "settle_target"]


def scores_shape(input: Any, matrix: Any, bias: Any) -> tuple[int, ...]:
    """Return the shape of the scores, or raise."""
    own, layer = tuple(input.shape), tuple(matrix.shape)
    if not own:
        msg = "input must have shape (*, D), got ()"
        raise ValueError(msg)
    if len(layer) < 2:
        msg = f"linear_weight must have shape (C, D) or (C, *d, D), got {layer}"
        raise ValueError(msg)
    if layer[0] == 0:
        msg = f"linear_weight must have at least one class, got {layer}"
        raise ValueError(msg)
    if own[-1] != layer[-1]:
        msg = f"last axes must be equal, got input {own}, linear_weight {layer}"
        raise ValueError(msg)
    if len(own) == 1 and len(layer) > 2:
        msg = (
            f"input must have shape (*, N, D) with linear_weight of shape {layer}, "
            f"got {own}"
        )
        raise ValueError(msg)
    if bias is not None and tuple(bias.shape) != layer[:-1]:
        msg = f"linear_bias must have shape {layer[:-1]}, got {tuple(bias.shape)}"
        raise ValueError(msg)
    return (*own[:-1], *layer[:-1])


def settle_target(
    xp: Namespace,
    input: Any,
    target: Any,
    shape: tuple[int, ...],
    ignore_index: int | None,
    *,
    soft: bool,
) -> tuple[Any, int]:
    """Return `target`, and the index to ignore, which probabilities do not have."""
    if soft and ignore_index is not None:
        msg = f"ignore_index must be None with probabilities, got {ignore_index!r}"
        raise ValueError(msg)
    if not soft:
        check_integers(input, target)
    expected = shape if soft else batch_shape(shape, input.ndim - 1)
    if not soft and expected == () and tuple(target.shape) == (1,):
        target = xp.reshape(target, ())
    if tuple(target.shape) != expected:
        msg = (
            f"target must have shape {expected}, that of the scores"
            f"{'' if soft else ' without their class axis'}, got {tuple(target.shape)}"
        )
        if soft and target.ndim < len(shape):
            msg += AS_PROBABILITIES
        if tuple(target.shape) == shape:
            msg += ": one-hot targets must be floating, labels have no class axis"
        raise ValueError(msg)
    ignore_index = -100 if ignore_index is None else ignore_index
    check_integer(ignore_index=ignore_index)
    return target, ignore_index


def guard_rows(xp: Namespace, input: Any, keep: Any, shape: tuple[int, ...]) -> Any:
    """Return `input` with zeros in the rows that are masked in all their losses."""
    if keep is None:
        return input
    keep = xp.broadcast_to(keep, shape)
    if keep.ndim >= input.ndim:
        keep = xp.any(keep, axis=tuple(range(input.ndim - 1, keep.ndim)))
    return fill_masked(xp, xp.expand_dims(keep, axis=-1), (input, 0.0))[0]


def linear_scores(
    xp: Namespace,
    input: Any,
    matrix: Any,
    bias: Any,
    shape: tuple[int, ...],
    *,
    narrow: bool,
) -> Any:
    """Return the scores as a whole."""
    features = matrix.shape[-1]
    x = xp.reshape(input, (math.prod(input.shape[:-1]), features))
    layer = xp.reshape(matrix, (math.prod(matrix.shape[:-1]), features))
    scores = xp.reshape(xp.linear(x, layer, narrow=narrow), shape)
    (bias,) = xp.of_ndim(len(shape), bias)
    return scores if bias is None else scores + bias
