"""Distances of all pairs of rows."""

import math
from typing import Any

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.typing import Array, DType
from funloss._core.vector_rows import vector_rows
from funloss.embedding._pairwise_distance import check_norm

__all__ = ["pdist"]


@loss
def pdist(
    input: Array,
    *,
    p: float = 2.0,
    dtype: DType | None = None,
) -> Array:
    """Pairwise distances (pdist): the p-norm of the difference of every two rows.

    The pairs come in the order ``(0, 1), (0, 2), ..., (N-2, N-1)``. Equal rows have
    gradient 0. For ``p=inf`` each of the tied coordinates has the full gradient.

    Args:
        input: Rows, shape ``(N, D)``, floating.
        p: Order of the norm, >= 0, a Python number; 0 counts the coordinates
            that differ.
        dtype: Of the result; that of `input` if None.

    Returns:
        Distances in units of `input`, shape ``(N * (N - 1) / 2)``.

    Raises:
        TypeError: `input` is not real floating.
        ValueError: `input` is not 2-D, or ``p < 0``.

    Torch:
        `torch.pdist`; 16-bit floats are taken, and norms do not overflow. `dtype`
        is new.

    Examples:
        >>> import numpy as np
        >>> print(pdist(np.asarray([[0.0, 0.0], [3.0, 4.0], [0.0, 4.0]])))
        [5. 4. 3.]
    """
    rows = vector_rows(input=input, dtype=dtype, check=_check_rows)
    xp, (input,) = rows.xp, rows.vectors
    p, _ = check_norm(xp, input, p, 0.0)
    if p < 0:
        msg = f"p must be >= 0, got {p!r}"
        raise ValueError(msg)

    def norm(difference: Any) -> Any:
        if p == math.inf and input.shape[1]:
            return _norm_with_full_ties(xp, difference)
        return xp.norm(difference, p, -1)

    return rows.reduce(algorithms.pair_distances(xp, input, norm, p), "none")


def _check_rows(*, input: Any) -> None:
    if input.ndim != 2:
        msg = f"input must be 2-D, got shape {tuple(input.shape)}"
        raise ValueError(msg)


def _norm_with_full_ties(xp: Namespace, x: Any) -> Any:
    """Return the largest absolute coordinate, each tie with the full derivative."""
    size = xp.absolute(x)
    top = xp.amax(size, -1, keepdims=True)
    change = xp.where(size == top, size - xp.stop_gradient(size), 0.0)
    full = xp.stop_gradient(top)[..., 0] + xp.total(change, -1)
    return xp.where(xp.isfinite(full), full, top[..., 0])
