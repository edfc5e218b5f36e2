"""The squared error that weighs its two signs differently."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.options import open_unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["expectile_loss"]


@loss
def expectile_loss(
    input: Array,
    target: ArrayLike,
    *,
    expectile: Real = 0.5,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Expectile loss: squared error weighted by its sign.

    With ``e = input - target``, the loss of an element is ``expectile * e**2``
    where the input is too low (``e <= 0``) and ``(1 - expectile) * e**2`` where it is
    too high: the larger `expectile`, the higher the optimum. At 0.5 it is half of
    `mse_loss`, and the optimum is the mean; towards 1 it is the largest target.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        expectile: Weight of inputs that are too low, between 0 and 1, both
            excluded; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of these weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in squared units of `input`, shape ``(*)`` for ``"none"``, else
        ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `expectile` is not between 0 and 1, or
            `reduction` is unknown.

    Peers:
        `rlax.expectile_loss`, with the same weights, although its documentation
        gives `expectile` to inputs that are too high. torch has no such loss.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([-1.0, 1.0])
        >>> print(expectile_loss(x, 0.0, expectile=0.75, reduction="none"))
        [0.75 0.25]

    References:
        W. K. Newey and J. L. Powell, Asymmetric least squares estimation and
        testing, 1987.
        I. Kostrikov, A. Nair and S. Levine, Offline reinforcement learning with
        implicit Q-learning, 2021.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"expectile": open_unit_interval(expectile)},
    )
    partials = (*difference_partials(_expectile_d_input), _expectile_d_expectile)
    losses = batch.map(_expectile, partials)
    return batch.reduce(losses, reduction, mean_over="weight")


# The larger of the two weighted errors is the pinball loss. It needs no select, which
# XLA would write out.
def _expectile(xp: Namespace, x: Any, t: Any, expectile: Any) -> Any:
    error = x - t
    pinball = xp.maximum((1.0 - expectile) * error, -expectile * error)
    # A maximum of 0 and -0 may be either.
    return xp.absolute(pinball * error)


def _expectile_d_input(xp: Namespace, x: Any, t: Any, expectile: Any) -> Any:
    error = x - t
    return 2.0 * xp.where(error > 0, (1.0 - expectile) * error, expectile * error)


def _expectile_d_expectile(xp: Namespace, x: Any, t: Any, expectile: Any) -> Any:
    del expectile
    error = x - t
    return -error * xp.absolute(error)
