"""Cross-entropy of linear scores of many classes."""

import math
from typing import Any, Literal, overload

import funloss._algorithms as algorithms
from funloss._core.arrays import fill_masked, is_floating, promote_arrays
from funloss._core.checks import check_integer
from funloss._core.class_rows import ClassRows, settle_rows
from funloss._core.labels import batch_shape
from funloss._core.loss import loss
from funloss._core.options import is_zero, non_negative, positive, unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._cross_entropy import cross_entropy_of
from funloss.classification._cross_entropy_aux import CrossEntropyAux, reduce_parts
from funloss.classification._linear_scores import (
    guard_rows,
    linear_scores,
    scores_shape,
    settle_target,
)

__all__ = ["linear_cross_entropy"]


@overload
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
    z_loss: Real = 0.0,
    softcap: Real | None = None,
    chunk_size: int | None = None,
    has_aux: Literal[True],
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> tuple[Array, CrossEntropyAux[Array]]: ...


@overload
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
    z_loss: Real = 0.0,
    softcap: Real | None = None,
    chunk_size: int | None = None,
    has_aux: Literal[False] = False,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array: ...


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
    z_loss: Real = 0.0,
    softcap: Real | None = None,
    chunk_size: int | None = None,
    has_aux: bool = False,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array | tuple[Array, CrossEntropyAux[Array]]:
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
        z_loss: As that of `cross_entropy`.
        softcap: As that of `cross_entropy`.
        chunk_size: Classes in a block, >= 1; of `C` or more, all at once. None
            chooses by the sizes: all at once up to four million scores, else about
            ``sqrt(C)``. Without effect where blocks save nothing: with
            probabilities, with ``*d``, and on torch and Dask.
        has_aux: Whether to return what the loss is made of as well, as
            `cross_entropy` does.
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
    soft = is_floating(target)
    floats = {"input": input, "linear_weight": linear_weight}
    floats |= {} if linear_bias is None else {"linear_bias": linear_bias}
    floats |= {"target": target} if soft else {}
    xp, out, (x, matrix, *others) = promote_arrays(dtype, **floats)
    bias = None if linear_bias is None else others[0]
    shape, axis = scores_shape(x, matrix, bias), x.ndim - 1
    target = others[-1] if soft else target
    target, ignore_index = settle_target(xp, x, target, shape, ignore_index, soft=soft)
    rows = ClassRows(xp, out, None, axis, batch_shape(shape, axis), shape[axis], target)
    rows = settle_rows(rows, x, weight=weight, where=where, ignore_index=ignore_index)
    x = guard_rows(xp, x, rows.keep, rows.shape)
    # The matrix stays in its own dtype: it is widened a block at a time.
    half = input.dtype == linear_weight.dtype != x.dtype == xp.float32
    parts = xp.num_shards(linear_weight)
    chunk = _chunk_size(chunk_size, rows, x, parts)
    if soft or matrix.ndim > 2 or chunk >= rows.classes or not xp.blockwise:
        scores = linear_scores(xp, x, linear_weight, bias, shape, narrow=half)
        how: dict[str, Any] = {"label_smoothing": label_smoothing, "z_loss": z_loss}
        how |= {"softcap": softcap, "has_aux": has_aux, "reduction": reduction}
        how |= {"ignore_index": ignore_index, "where": where, "dtype": out}
        return cross_entropy_of(scores, target, weight, axis=axis, **how)
    options = label_smoothing, z_loss, softcap
    blocks = {"chunk": chunk, "parts": parts, "narrow": half}
    found = _in_blocks(rows, x, (linear_weight, bias), options, **blocks)
    return reduce_parts(rows, *found, reduction, has_aux=has_aux)


def _chunk_size(given: int | None, rows: ClassRows, x: Any, parts: int) -> int:
    """Return how many classes make a block, chosen by the sizes if none is given."""
    if given is not None:
        check_integer(low=1, chunk_size=given)
        return given
    count = math.prod(x.shape[:-1])
    known = count if rows.xp.known(count) else None
    return algorithms.choose_chunk(known, rows.classes, parts)


def _in_blocks(
    rows: ClassRows, x: Any, layer: tuple[Any, Any], options: Any, **blocks: Any
) -> tuple[Any, Any]:
    """Return what a cross-entropy of labels is made of, and the factor of its z-loss.

    These are losses weighted by class, log-partitions, and where the label has the
    highest score; all without the scores as a whole.
    """
    xp, (smoothing, z_loss, softcap) = rows.xp, options
    smoothing = unit_interval(smoothing).check(xp, x, "label_smoothing")
    z_loss = non_negative(z_loss).check(xp, x, "z_loss")
    if softcap is not None:
        blocks["softcap"] = positive(softcap).check(xp, x, "softcap")
    uniform = None
    if not is_zero(smoothing):
        ones = xp.ones((rows.classes,), dtype=x.dtype, **xp.device_kw(x))
        uniform = ones if rows.weight is None else rows.weight
    found = algorithms.label_losses(xp, x, (*layer, uniform), rows.target, **blocks)
    # An ignored row's loss may be inf where the bias rules its stand-in label out.
    losses, rest, logsumexp = fill_masked(
        xp, rows.keep, *((each, 0.0) for each in found[:3])
    )
    row_weight = rows.label_weight
    losses = losses if row_weight is None else losses * row_weight
    if rest is not None:
        losses = (1 - smoothing) * losses + smoothing / rows.classes * rest
    return (rows.nan_where_bad(losses), logsumexp, found.correct), z_loss
