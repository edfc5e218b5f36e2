"""Lovász-softmax loss of regions."""

from collections.abc import Callable
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.pixels import pixels
from funloss._core.regions import reduce_regions
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.segmentation._jaccard_extension import jaccard_extension, wrong_sides

__all__ = ["lovasz_softmax_loss"]


@loss
def lovasz_softmax_loss(
    input: Array,
    target: ArrayLike,
    *,
    activation: Literal["sigmoid", "softmax"] | None = None,
    axis: int | None = 1,
    batch: bool = False,
    absent: Literal["count", "skip"] = "skip",
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Lovasz-softmax loss: one minus the intersection over union, made continuous.

    The errors ``abs(t - p)`` of the pixels of a sample and class are sorted, the
    largest first, and each is multiplied by how much one minus the intersection over
    union (the Jaccard loss) grows as that pixel becomes wrong, too. Of probabilities 0
    and 1 it is one minus the intersection over union.

    Args:
        input: As for `tversky_loss`.
        target: 0 or 1, shape of `input`, real or boolean; or labels in ``0..C-1``,
            integers of any width, that shape without the class axis. With
            ``axis=None`` it may be a number. It has no derivative.
        activation: As for `tversky_loss`.
        axis: As for `tversky_loss`.
        batch: As for `tversky_loss`.
        absent: ``"skip"`` if a region without a positive target has loss 0 and
            gradient 0, and does not count in the mean; or ``"count"``, where its loss
            is its largest probability.
        weight: As for `tversky_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: As for `tversky_loss`.
        dtype: As for `tversky_loss`.

    Returns:
        Loss in 0..1; for ``"none"`` of shape ``(N, C)``, without N if `batch` and
        without C if ``axis=None``; else ``()``. The mean is nan when no region
        counts.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is unknown, or a probability, a
            target or a label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `kornia.losses.lovasz_softmax_loss` takes scores, counts absent classes, and
        divides by the number of classes, not by the sum of their weights.
        segmentation-models-pytorch's ``LovaszLoss("multiclass")`` is that of the
        whole batch, here ``activation="softmax", batch=True``. Both subtract
        neighbouring Jaccard losses, which cancel in large pictures.

    Examples:
        >>> import numpy as np
        >>> p, t = np.asarray([[0.5, 0.75, 0.25]]), np.asarray([[1, 1, 0]])
        >>> print(lovasz_softmax_loss(p, t, axis=None).round(4))
        0.375

    References:
        M. Berman, A. Rannen Triki, M. B. Blaschko, The Lovász-Softmax loss: a
        tractable surrogate for the optimization of the intersection-over-union
        measure in neural networks, 2018.
    """
    of_odds = activation == "sigmoid"
    given = pixels(
        input,
        target,
        axis=axis,
        activation=None if of_odds else activation,
        batch=batch,
        weight=weight,
        where=where,
        dtype=dtype,
        scores=of_odds,
        binary=True,
    )
    xp, p = given.xp, given.p
    truth = xp.stop_gradient(given.target)
    if of_odds:
        losses = jaccard_extension(given, wrong_sides(given, truth), _sigmoid(xp))
    else:
        # The distance of the two.
        losses = jaccard_extension(given, truth + (1.0 - 2.0 * truth) * p)
    return reduce_regions(given, losses, given.over(xp.total, truth), reduction, absent)


def _sigmoid(xp: Namespace) -> Callable[[Any], Any]:
    """Return the function, whose derivative keeps its digits near 1 as well."""

    def derivative(xp: Namespace, x: Any) -> Any:
        return xp.sigmoid(x) * xp.sigmoid(-x)

    return lambda x: xp.custom_jvp(lambda xp, x: xp.sigmoid(x), (derivative,), x)
