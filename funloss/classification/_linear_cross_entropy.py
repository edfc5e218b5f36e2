"""Cross-entropy of linear scores of many classes."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._frame.call import loss
from funloss._frame.checks import (
    check_integer,
    check_shapes_equal,
    is_zero,
    real_option,
)
from funloss._frame.enter import attach, enter, guard, is_floating, mask
from funloss._frame.labels import (
    check_class_weight,
    check_integers,
    class_labels,
    of_labels,
    rows,
)
from funloss._frame.reduce import leave
from funloss._frame.typing import Array, ArrayLike, DType, Real, Reduction
from funloss._kernels._linear_cross_entropy import choose_chunk, label_costs
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
    """Charge each row what `cross_entropy` charges a linear layer's scores.

    The scores are ``input @ linear_weight.T + linear_bias``. Where there are many
    they never exist at once: a loop over blocks of classes keeps three numbers
    a row, and the derivative computes each block again.

    Args:
        input: Features, shape ``(D)`` or ``(N, D)``, floating.
        linear_weight: Shape ``(C, D)``; or ``(C, *d, D)`` for scores of shape
            ``(N, C, *d)``, which needs `input` of shape ``(N, D)``.
        target: Labels in ``0..C-1``, integers of any width, shape of the scores
            without axis C; or class probabilities, floating, shape of the scores.
        linear_bias: Shape of `linear_weight` without D. -inf rules a class out.
        weight: Class weights, shape ``(C)``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``; the mean divides as that
            of `cross_entropy`.
        ignore_index: Rows with this label cost 0, have slope 0 and do not count;
            -100 if None. With probabilities it must be None.
        label_smoothing: In 0..1; a number or a 0-d array.
        chunk_size: Classes in a block, >= 1; of `C` or more, all at once. None
            chooses by N and C: all at once up to a million scores, else about
            ``sqrt(C)``. Without effect where blocks save nothing: with
            probabilities, with ``*d``, and on torch and Dask.
        where: Boolean, broadcastable to the costs. A False row costs 0, has slope
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input`, `linear_weight`,
            `linear_bias` and floating `target` if None.

    Returns:
        Cost in nats, one a row for ``"none"``, else ``()``. The mean is nan when
        no row counts, with slope 0.

    Raises:
        TypeError: No array is floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a
            label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Torch:
        `torch.nn.functional.linear_cross_entropy`, whose `options` are
        `chunk_size` here. All of `cross_entropy`'s differences; floating dtypes
        may differ. Slopes exist for every argument and of every order, in blocks
        too. `chunk_size`, `where` and `dtype` are new.

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
    named = {"input": input, "linear_weight": linear_weight}
    named |= {} if linear_bias is None else {"linear_bias": linear_bias}
    named |= {"target": target} if soft else {}
    xp, out, (x, _, *others) = enter(dtype, **named)
    bias = None if linear_bias is None else others[0]
    shape = _scores_shape(x, linear_weight, bias)
    axis = x.ndim - 1
    (weight,) = attach(xp, x, weight=weight)
    check_class_weight(weight, linear_weight, 0)
    where = mask(xp, x, where, rows(shape, axis))
    # A half-precision matrix is widened block by block, never as a whole.
    half = input.dtype == linear_weight.dtype != x.dtype
    layer = _Layer(linear_weight, bias, half and x.dtype == xp.float32)
    ...
