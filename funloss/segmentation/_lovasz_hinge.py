"""Lovász hinge loss of regions."""

from funloss._core.arrays import cast_like
from funloss._core.labels import check_class_weight
from funloss._core.loss import loss
from funloss._core.pixels import pixels
from funloss._core.regions import reduce_regions
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.segmentation._jaccard_extension import jaccard_extension, wrong_sides

__all__ = ["lovasz_hinge_loss"]


@loss
def lovasz_hinge_loss(
    input: Array,
    target: ArrayLike,
    *,
    batch: bool = False,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Lovasz hinge loss: a convex bound of one minus the intersection over union.

    The errors ``max(0, 1 - y * input)`` of the pixels of a sample, where ``y`` is 1 in
    the region and -1 elsewhere, are sorted, the largest first, and each is multiplied
    by how much one minus the intersection over union (the Jaccard loss) grows as that
    pixel becomes wrong, too. Where nothing is in the region, the loss is the largest
    error.

    Args:
        input: Scores, positive in the region; shape ``(N, *d)``, real.
        target: 0 or 1, same shape, real or boolean; or one number. It has no
            derivative.
        batch: Whether the region reaches over the batch: one loss in all.
        weight: Factor on each sample's loss, shape ``(N)``, or ``()`` if `batch`.
            The mean divides by the sum of the weights.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False pixel is in no region and
            has gradient 0 (even at nan); a sample of such pixels alone has loss 0 and
            does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of a floating
            `target` if None.

    Returns:
        Loss in units of `input`; for ``"none"`` of shape ``(N)``, or ``()`` if
        `batch`; else ``()``. The mean of no samples is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, `reduction` is unknown, or a target is
            neither 0 nor 1 (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `kornia.losses.lovasz_hinge_loss` has a channel axis of length 1 in the
        scores; segmentation-models-pytorch's ``LovaszLoss("binary")`` is that of the
        whole batch, here ``batch=True``. Both subtract neighbouring Jaccard losses,
        which cancel in large pictures.

    Examples:
        >>> import numpy as np
        >>> scores, mask = np.asarray([[2.0, -0.5, 0.25]]), np.asarray([[1, 1, 0]])
        >>> print(lovasz_hinge_loss(scores, mask).round(4))
        0.9583

    References:
        J. Yu, M. B. Blaschko, Learning submodular losses with the Lovász hinge, 2015.
        M. Berman, A. Rannen Triki, M. B. Blaschko, The Lovász-Softmax loss: a
        tractable surrogate for the optimization of the intersection-over-union
        measure in neural networks, 2018.
    """
    given = pixels(
        input,
        target,
        axis=None,
        activation=None,
        batch=batch,
        weight=None,
        where=where,
        dtype=dtype,
        scores=True,
        binary=True,
    )
    xp = given.xp
    keys = wrong_sides(given, xp.stop_gradient(given.target))
    losses = jaccard_extension(given, keys, lambda key: 1.0 + key)
    (weight,) = cast_like(xp, given.input, weight=weight)
    check_class_weight(weight, *losses.shape)
    given = given.replace(weight=weight)
    return reduce_regions(given, losses, None, reduction, "count")
