"""Numbers as class probabilities: shared between neighbours, or spread normally."""

import math
from typing import Any

from funloss._array import Namespace, is_number, lookup
from funloss._core.checks import nan_unless_increasing
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.typing import Array, ArrayLike, DType, Real

__all__ = ["two_hot"]

# In spans of the support: a normal distribution as wide is a flat one in every dtype.
_FLAT = 2.0**30
# Where `erf` and its complement have as many digits.
_NEAR = 0.5


@loss
def two_hot(
    target: Array,
    support: ArrayLike,
    *,
    sigma: Real | None = None,
    dtype: DType | None = None,
) -> Array:
    """Two-hot labels and HL-Gauss: class probabilities of numbers.

    A number between two points of the support is shared between them, in proportion to
    how near it is to each, so that the mean of the support under the probabilities is
    the number. One beyond an end counts as that end.

    With `sigma`, a class has the mass that a normal distribution around the number has
    between the midpoints to the points beside it. The first and the last one reach as
    far outwards as inwards, and all masses are divided by their sum.

    Args:
        target: Numbers, shape ``(*)``, real.
        support: The number that each class stands for, increasing, shape ``(K,)``.
        sigma: Standard deviation of HL-Gauss in units of `support`, > 0; a number or a
            0-d array. If None, the two neighbours share.
        dtype: Of the result; the promoted dtype of `target` and `support` if None.

    Returns:
        Probabilities, shape ``(*, K)``, nan where a number is. They are constants:
        their derivative is 0.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: `support` is not of shape ``(K,)`` with ``K > 0``, does not increase
            or ``sigma <= 0`` (on JAX values that are traced: nan; see `debug_values`).

    Peers:
        `rlax.transform_to_2hot`, for a support of equal steps. HL-Gauss as published
        has no value for numbers far beyond the ends, where all masses round to 0.

    Numerics:
        Masses in a tail are differences of `erfc`: those of `erf` are 0 from 6
        deviations on in float32. Their digits end where the steps of the support are
        far smaller than `sigma`, each by the ratio of the two.

    Examples:
        >>> import numpy as np
        >>> support = np.asarray([0.0, 1.0, 2.0, 4.0])
        >>> print(two_hot(np.asarray([1.25, 3.5, 9.0]), support))
        [[0.   0.75 0.25 0.  ]
         [0.   0.   0.25 0.75]
         [0.   0.   0.   1.  ]]
        >>> print(two_hot(np.asarray(1.0), support, sigma=0.5).round(4))
        [0.1575 0.6836 0.1588 0.    ]

    References:
        M. G. Bellemare, W. Dabney and R. Munos, A distributional perspective on
        reinforcement learning, 2017. J. Farebrother et al., Stop regressing: training
        value functions via classification for scalable deep RL, 2024.
    """
    _check_support(support)
    options = {} if sigma is None else {"sigma": positive(sigma)}
    batch = elements(
        target=target if lookup(target) is None else target[..., None],
        support=support,
        where=None,
        dtype=dtype,
        shapes="broadcast",
        options=options,
    )
    xp, (target, support) = batch.xp, map(batch.xp.stop_gradient, batch.arrays.values())
    support = xp.reshape(support, (-1,))
    target = nan_unless_increasing(xp, target, support=support)
    target = xp.clamp(target, support[0], support[-1])
    options = [x if is_number(x) else xp.stop_gradient(x) for x in batch.options]
    shares = _neighbour_shares if sigma is None else _masses
    return xp.astype(shares(xp, target, support, *options), batch.dtype)


def _check_support(support: Any) -> None:
    """Raise unless the support is a list of points: of what it is, others speak."""
    if lookup(support) is not None and (support.ndim != 1 or not support.shape[0]):
        msg = f"support must have shape (K,) with K > 0, got {tuple(support.shape)}"
        raise ValueError(msg)


def _neighbour_shares(xp: Namespace, target: Any, support: Any) -> Any:
    """Return 1 at a point of the support, falling to 0 at the points beside it."""
    gaps, end = support[1:] - support[:-1], xp.ones_like(support[:1])
    after = xp.concat([support[1:], math.inf * end], axis=0)
    before = xp.concat([-math.inf * end, support[:-1]], axis=0)
    # Each from the neighbour's side, where a small share keeps its digits.
    above = _along(xp, target, after) - target
    above = above / _along(xp, target, xp.concat([gaps, end], axis=0))
    below = target - _along(xp, target, before)
    below = below / _along(xp, target, xp.concat([end, gaps], axis=0))
    return xp.clamp(xp.minimum(above, below), 0.0, 1.0)


def _masses(xp: Namespace, target: Any, support: Any, sigma: Any) -> Any:
    """Return the masses of a normal distribution in cells around the support."""
    gaps = support[1:] - support[:-1]
    if not gaps.shape[0]:
        gaps = xp.ones_like(support)
    below = xp.concat([gaps[:1], gaps], axis=0)[: support.shape[0]]
    above = xp.concat([gaps, gaps[-1:]], axis=0)[-support.shape[0] :]
    least = float(xp.finfo(target.dtype).smallest_normal)
    sigma = xp.clamp_min(sigma * xp.ones_like(gaps[0]), least)
    scale = math.sqrt(2) * xp.minimum(sigma, _FLAT * xp.total(gaps))
    distance = _along(xp, target, support) - target
    below, above = (_along(xp, target, 0.5 * x) for x in (below, above))
    is_above = distance >= 0
    distance = xp.absolute(distance)
    inner = (distance - xp.where(is_above, below, above)) / scale
    outer = (distance + xp.where(is_above, above, below)) / scale
    # What is near the number by `erf`, whose digits end where it is 1.
    near = xp.erf(outer) - xp.erf(inner)
    masses = xp.where(inner < _NEAR, near, xp.erfc(inner) - xp.erfc(outer))
    return masses / xp.total(masses, -1, keepdims=True)


def _along(xp: Namespace, target: Any, points: Any) -> Any:
    """Return a number for each class, to broadcast with a column of targets."""
    return xp.of_ndim(target.ndim, points)[0]
