"""The general robust loss: one family from the squared error to Welsch's loss."""

from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.options import not_nan, positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.regression._robust_shapes import shape_of

__all__ = ["general_robust_loss"]


@loss
def general_robust_loss(
    input: Array,
    target: ArrayLike,
    *,
    alpha: int | Real = 1.0,
    scale: Real = 1.0,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """General robust loss of Barron: Charbonnier, Cauchy, Geman-McClure, Welsch.

    With ``x = (input - target) / scale`` and ``k = abs(alpha - 2)``, the loss of an
    element is ``k / alpha * ((x**2 / k + 1)**(alpha / 2) - 1)``: ``x**2 / 2`` near zero
    whatever `alpha` is. Far from zero it grows as ``abs(x)**alpha``, as a logarithm at
    0, and is bounded below 0. By name:

    - 2: half the squared error, ``x**2 / 2``;
    - 1: Charbonnier's or the pseudo-Huber loss, ``sqrt(x**2 + 1) - 1``;
    - 0: Cauchy's or Lorentz's loss, ``log(x**2 / 2 + 1)``;
    - -2: Geman and McClure's loss, ``2 * x**2 / (x**2 + 4)``;
    - -inf: Welsch's loss, ``1 - exp(-x**2 / 2)``.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        alpha: Shape: a number, or a 0-d array, which is kept from 2 by the spacing of
            its dtype at 1: there the derivative in `alpha` is infinite.
        scale: Size of an error that is still taken for honest, > 0, in units of
            `input`; or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss without a unit, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `scale` is not > 0 or `alpha` is nan (in an array
            on JAX: nan in value and gradient; see `debug_values`), or `reduction` is
            unknown.

    Peers:
        `kornia.losses.charbonnier_loss`, `cauchy_loss`, `geman_mcclure_loss` and
        `welsch_loss` are four of the shapes, for a `scale` of 1. Huber's ``delta``
        squared times this at `alpha` 1, with ``scale=delta``, is the pseudo-Huber loss.
        Torch has none of them.

    Examples:
        >>> import numpy as np
        >>> e = np.asarray([0.0, 1.0, 100.0])
        >>> for alpha in (1.0, 0.0, -2.0):
        ...     losses = general_robust_loss(e, 0.0, alpha=alpha, reduction="none")
        ...     print(losses.round(4))
        [ 0.      0.4142 99.005 ]
        [0.     0.4055 8.5174]
        [0.     0.4    1.9992]

    References:
        J. T. Barron, A general and adaptive robust loss function, 2019.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"alpha": not_nan(alpha), "scale": positive(scale)},
    )
    shape = shape_of(batch.options[0])
    d_input, d_target = difference_partials(shape.d_input)
    partials = (d_input, d_target, shape.d_alpha, shape.d_scale)
    losses = batch.map(shape.losses, partials)
    return batch.reduce(losses, reduction, mean_over="weight")
