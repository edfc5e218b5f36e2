"""Cross-entropy of linear scores of many classes."""

import math
from typing import Any

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._core.arrays import fill_masked, is_floating, promote_arrays
from funloss._core.checks import AS_PROBABILITIES, check_integer
from funloss._core.class_rows import ClassRows, settle_rows
from funloss._core.labels import batch_shape, check_integers
from funloss._core.loss import loss
from funloss._core.options import is_zero, unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._cross_entropy import cross_entropy

__all__ = ["linear_cross_entropy"]


@loss
def linear_cross_entropy(
    input: Array,
    linear_weight: ArrayLike,
    target: ArrayLike,
    *,
    linear_bias: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    ignore_index: int | None = None,
    label_smoothing: Real = 0.0,
    chunk_size: int | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Linear cross-entropy: cross-entropy of a linear layer, without storing logits.

    The scores are ``input @ linear_weight.T + linear_bias``. Where there are many
    they never exist at once: a loop over blocks of classes keeps three numbers
    a row, and the derivative computes each block again.

    Args:
        input: Features, shape ``(*, D)``, floating, such as ``(B, T, D)``.
        linear_weight: Shape ``(C, D)`` for scores of shape ``(*, C)``; or ``(C, *d,
            D)`` for scores of shape ``(*, C, *d)``, unless `input` has shape ``(D)``.
        target: Labels in ``0..C-1``, integers of any width, shape of the scores
            without axis C, such as ``(B, T)``; or class probabilities, floating,
            shape of the scores.
        linear_bias: Shape of `linear_weight` without D. -inf rules a class out.
        weight: Class weights, shape ``(C)``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``; the mean divides as that
            of `cross_entropy`.
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not
            count; -100 if None. With probabilities it must be None.
        label_smoothing: In 0..1; a number or a 0-d array.
        chunk_size: Classes in a block, >= 1; of `C` or more, all at once. None
            chooses by the sizes: all at once up to four million scores, else about
            ``sqrt(C)``. Without effect where blocks save nothing: with
            probabilities, with ``*d``, and on torch and Dask.
        where: Boolean, broadcastable to the losses. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input`, `linear_weight`,
            `linear_bias` and floating `target` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``. The mean is nan when
        no row counts, with derivative 0.

    Raises:
        TypeError: No array is floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a
            label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Torch:
        `torch.nn.functional.linear_cross_entropy`, whose `options` are
        `chunk_size` here. All of `cross_entropy`'s differences; floating dtypes
        may differ, and `input` may have any number of axes. Derivatives exist for every
        argument and of every order, in blocks too. `chunk_size`, `where` and `dtype`
        are new.

    Numerics:
        16-bit factors are multiplied exactly and summed in float32. Sums of
        exponentials are relative to the largest score so far, in each row.

    Examples:
        >>> import numpy as np
        >>> features, layer = np.asarray([[1.0, 2.0]]), np.asarray([[3.0, 0], [0, 1]])
        >>> print(linear_cross_entropy(features, layer, np.asarray([0])).round(4))
        0.3133
    """
    if chunk_size is not None:
        check_integer(low=1, chunk_size=chunk_size)
    soft = is_floating(target)
    floats = {"input": input, "linear_weight": linear_weight}
    floats |= {} if linear_bias is None else {"linear_bias": linear_bias}
    floats |= {"target": target} if soft else {}
    xp, out, (x, matrix, *others) = promote_arrays(dtype, **floats)
    bias = None if linear_bias is None else others[0]
    shape, axis = _scores_shape(x, matrix, bias), x.ndim - 1
    target = others[-1] if soft else target
    target, ignore_index = _check_target(xp, x, target, shape, ignore_index, soft=soft)
    rows = ClassRows(xp, out, None, axis, batch_shape(shape, axis), shape[axis], target)
    rows = settle_rows(rows, x, weight=weight, where=where, ignore_index=ignore_index)
    x = _guard_rows(xp, x, rows.keep, rows.shape)
    # The matrix stays in its own dtype: it is widened a block at a time.
    half = input.dtype == linear_weight.dtype != x.dtype == xp.float32
    parts = xp.num_shards(linear_weight)
    chunk = chunk_size or _choose_chunk(rows, x, parts)
    if soft or matrix.ndim > 2 or chunk >= rows.classes or not xp.blockwise:
        scores = _scores(xp, x, linear_weight, bias, shape, narrow=half)
        options = {"ignore_index": ignore_index, "label_smoothing": label_smoothing}
        options |= {"reduction": reduction, "where": where, "dtype": out}
        return cross_entropy(scores, target, weight, axis=axis, **options)
    blocks = {"chunk": chunk, "parts": parts, "narrow": half}
    losses = _in_blocks(rows, x, (linear_weight, bias), label_smoothing, **blocks)
    return rows.reduce(losses, reduction, mean_weights=rows.label_weight)


def _choose_chunk(rows: ClassRows, x: Any, parts: int) -> int:
    count = math.prod(x.shape[:-1])
    known = count if rows.xp.known(count) else None
    return algorithms.choose_chunk(known, rows.classes, parts)


def _in_blocks(
    rows: ClassRows, x: Any, layer: tuple[Any, Any], label_smoothing: Any, **blocks: Any
) -> Any:
    """Return the losses of labels, weighted by class, without the scores as a whole."""
    xp = rows.xp
    smoothing = unit_interval(label_smoothing).check(xp, x, "label_smoothing")
    uniform = None
    if not is_zero(smoothing):
        ones = xp.ones((rows.classes,), dtype=x.dtype, **xp.device_kw(x))
        uniform = ones if rows.weight is None else rows.weight
    both = algorithms.label_losses(xp, x, (*layer, uniform), rows.target, **blocks)
    # An ignored row's loss may be inf where the bias rules its stand-in label out.
    losses, rest = fill_masked(xp, rows.keep, *((each, 0.0) for each in both))
    row_weight = rows.label_weight
    losses = losses if row_weight is None else losses * row_weight
    if rest is not None:
        losses = (1 - smoothing) * losses + smoothing / rows.classes * rest
    return rows.nan_where_bad(losses)


def _scores_shape(input: Any, matrix: Any, bias: Any) -> tuple[int, ...]:
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


def _check_target(
    xp: Namespace,
    input: Any,
    target: Any,
    shape: tuple[int, ...],
    ignore_index: int | None,
    *,
    soft: bool,
) -> tuple[Any, int]:
    """Return `target`, and the index to ignore, which probabilities lack."""
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


def _guard_rows(xp: Namespace, input: Any, keep: Any, shape: tuple[int, ...]) -> Any:
    """Return `input` with zeros in the rows that are masked in all their losses."""
    if keep is None:
        return input
    keep = xp.broadcast_to(keep, shape)
    if keep.ndim >= input.ndim:
        keep = xp.any(keep, axis=tuple(range(input.ndim - 1, keep.ndim)))
    return fill_masked(xp, xp.expand_dims(keep, axis=-1), (input, 0.0))[0]


def _scores(
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
