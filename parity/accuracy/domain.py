"""Which numbers an array of a loss may have, as its ordinary ones tell."""

from collections.abc import Sequence
from enum import Enum, auto

import numpy as np

__all__ = ["Domain", "domain"]


class Domain(Enum):
    """What a kind of inputs may do to an array."""

    REAL = auto()
    """Anything."""
    ONE_SIGN = auto()
    """What keeps the signs: variances, counts, logarithms of probabilities."""
    UNIT = auto()
    """What stays within 0 and 1: probabilities."""
    SHARES = auto()
    """Rows of probabilities that add up to 1 stay such rows."""
    ORDERED = auto()
    """The same to all: coordinates of boxes, and atoms of a distribution."""
    LABELS = auto()
    """Nothing: labels 0 and 1, or -1 and 1, and all integers."""


def domain(draws: Sequence[np.ndarray]) -> Domain:
    """Return the domain of an array, of which several draws are given."""
    x = np.stack(draws)
    if x.dtype.kind != "f" or np.isin(x, (0, 1)).all() or (np.abs(x) == 1).all():
        return Domain.LABELS
    if _is_ordered(x):
        return Domain.ORDERED
    if x.min() >= 0 and x.max() <= 1:
        has_rows = x.ndim > 2 and np.allclose(x.sum(-1), 1, atol=1e-5)
        return Domain.SHARES if has_rows else Domain.UNIT
    return Domain.ONE_SIGN if x.min() >= 0 or x.max() <= 0 else Domain.REAL


def _is_ordered(x: np.ndarray) -> bool:
    size = x.shape[-1] if x.ndim > 1 else 0
    if size == 4 and (x[..., 2:] > x[..., :2]).all():
        return True
    return size > 2 and bool((np.diff(x, axis=-1) > 0).all())
