"""ArcFace loss."""

import math
from typing import Any

import funloss._algorithms as algorithms
from funloss._array import Namespace
from funloss._core.arrays import fill_masked, promote_arrays
from funloss._core.checks import check_integer
from funloss._core.class_rows import ClassRows, settle_rows
from funloss._core.labels import match_rows
from funloss._core.loss import loss
from funloss._core.options import (
    Bounds,
    Option,
    check_options,
    is_zero,
    not_nan,
    positive,
    unit_interval,
)
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.embedding._angles import (
    add_margins,
    class_cosines,
    label_sines,
    row_sizes,
    sines_in_blocks,
)

__all__ = ["arcface_loss"]

_ANGLES = Bounds(at_least=0, at_most=math.pi)


@loss
def arcface_loss(
    input: Array,
    linear_weight: ArrayLike,
    target: ArrayLike,
    *,
    margin: Real = 0.5,
    cosine_margin: Real = 0.0,
    scale: Real = 64.0,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    label_smoothing: Real = 0.0,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """ArcFace loss: cross-entropy of angles to classes, that of the label widened.

    The score of a class is `scale` times the cosine of a row and the vector of the
    class. Of the label, with the angle ``a``, the cosine is ``cos(a + margin) -
    cosine_margin`` while ``a + margin <= pi``, and beyond that ``cos(a) - margin *
    sin(margin) - cosine_margin``. The loss is the cross-entropy of these scores.

    Args:
        input: Embeddings of any length, shape ``(*, D)``, floating. A row of zeros has
            cosine 0 to all, and the gradient of a row of length 1.
        linear_weight: The vectors of the classes, shape ``(C, D)``, of any length; or
            ``(C, K, D)``, of which the best of the K counts. They have gradients too.
        target: Labels in ``0..C-1``, integers of any width, shape ``(*)``.
        margin: Angle added to that of the label, in radians, in 0..pi; a number or a
            0-d array. With 0 the loss is that of CosFace, or a normalised softmax.
        cosine_margin: Taken off the label's cosine; a number or a 0-d array.
        scale: Factor of the cosines, > 0; a number or a 0-d array.
        weight: Class weights, shape ``(C)``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``; the mean divides as that of
            `cross_entropy`, by the weights of the labels.
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not count.
        label_smoothing: In 0..1; a number or a 0-d array.
        where: Boolean, broadcastable to `target`. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `linear_weight` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``. The mean is nan when no row
        counts, with derivative 0.

    Raises:
        TypeError: No array is floating, or `target` is not an integer array.
        ValueError: Shapes do not match, an option is out of its range, or a label is
            out of range (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        The ArcFaceLoss, CosFaceLoss, NormalizedSoftmaxLoss and SubCenterArcFaceLoss of
        pytorch-metric-learning, which keep the vectors as their own and take the margin
        of an angle in degrees. Where a row points as its class does, the gradient there
        is that of ``arccos`` at 1, infinite or nan. `weight`, `ignore_index`,
        `label_smoothing`, `where` and `dtype` are new.

    Numerics:
        The sine of the label's angle is half the product of the distances to the vector
        and to its opposite; a root of ``1 - cos**2`` has no digits at small angles. At
        angle 0, or what rounds to it, it has the derivative 0. Many scores are computed
        in blocks of classes, again for the gradient, as in `linear_cross_entropy`.

    Examples:
        >>> import numpy as np
        >>> x, classes = np.asarray([[1.0, 0.0], [0.6, 0.8]]), np.eye(2)
        >>> print(arcface_loss(x, classes, np.asarray([0, 1]), scale=4.0).round(4))
        0.5806

    References:
        J. Deng, J. Guo, N. Xue and S. Zafeiriou, ArcFace: additive angular margin loss
        for deep face recognition, 2019.
        H. Wang et al., CosFace: large margin cosine loss for deep face recognition,
        2018.
    """
    check_integer(ignore_index=ignore_index)
    floats = {"input": input, "linear_weight": linear_weight}
    xp, out, (x, vectors) = promote_arrays(dtype, **floats)
    x, (margin, cosine_margin, scale, smoothing) = check_options(
        xp,
        x,
        {
            "margin": Option(margin, _ANGLES),
            "cosine_margin": not_nan(cosine_margin),
            "scale": positive(scale),
            "label_smoothing": unit_interval(label_smoothing),
        },
    )
    _check_shapes(x, vectors)
    axis, classes = x.ndim - 1, vectors.shape[0]
    labels = match_rows(xp, x, target, axis, axes=())
    rows = ClassRows(xp, out, None, axis, tuple(x.shape[:-1]), classes, labels)
    rows = settle_rows(rows, x, weight=weight, where=where, ignore_index=ignore_index)
    how = {"margin": margin, "cosine_margin": cosine_margin, "scale": scale}
    losses = _losses(rows, x, vectors, linear_weight, smoothing=smoothing, **how)
    return rows.reduce(losses, reduction, mean_weights=rows.label_weight)


def _losses(rows: ClassRows, x: Any, vectors: Any, layer: Any, **how: Any) -> Any:
    """Return the losses of rows; `layer` is the array that `vectors` were cast from."""
    xp = rows.xp
    if rows.keep is not None:
        (x,) = fill_masked(xp, xp.expand_dims(rows.keep, axis=-1), (x, 0.0))
    x = xp.reshape(x, (math.prod(rows.shape), x.shape[-1]))
    parts, count = xp.num_shards(layer), x.shape[0]
    known = count if xp.known(count) else None
    chunk = algorithms.choose_chunk(known, rows.classes, parts)
    if chunk >= rows.classes or not xp.blockwise:
        return _whole(rows, x, vectors, **how)
    return _in_blocks(rows, x, layer, (chunk, parts), **how)


def _check_shapes(x: Any, vectors: Any) -> None:
    own, layer = tuple(x.shape), tuple(vectors.shape)
    if not own:
        msg = "input must have shape (*, D), got ()"
        raise ValueError(msg)
    if len(layer) not in (2, 3):
        msg = f"linear_weight must have shape (C, D) or (C, K, D), got {layer}"
        raise ValueError(msg)
    if 0 in layer[:-1]:
        msg = f"linear_weight must have at least one class and centre, got {layer}"
        raise ValueError(msg)
    if own[-1] != layer[-1]:
        msg = f"last axes must be equal, got input {own}, linear_weight {layer}"
        raise ValueError(msg)


def _whole(
    rows: ClassRows, x: Any, vectors: Any, *, scale: Any, smoothing: Any, **margins: Any
) -> Any:
    """Return the losses by the scores of all classes at once."""
    xp = rows.xp
    labels = xp.reshape(rows.target, (-1,))
    sines = label_sines(xp, x, vectors, labels)
    cosines = class_cosines(xp, xp.direction(x, 1), vectors)
    ids = xp.arange(rows.classes, dtype=labels.dtype, **xp.device_kw(x))
    is_label = labels[:, None] == ids[None, :]
    own = xp.total(xp.where(is_label, cosines, 0.0), 1)
    own = add_margins(xp, own, sines, **margins)
    scores = scale * xp.where(is_label, own[:, None], cosines)
    scores = xp.reshape(scores, (*rows.shape, rows.classes))
    return rows.replace(scores=scores).cross_entropies(smoothing)


def _scores(xp: Namespace, x: Any, vectors: Any, _: Any, size: Any) -> Any:
    # Not of rows divided by their sizes: those would be a second array of this shape.
    return class_cosines(xp, x, vectors) / size[:, None]


def _in_blocks(
    rows: ClassRows,
    x: Any,
    matrix: Any,
    sizes: tuple[int, int],
    *,
    scale: Any,
    smoothing: Any,
    **margins: Any,
) -> Any:
    """Return the losses, without the scores as a whole."""
    xp, uniform = rows.xp, None
    if not is_zero(smoothing):
        ones = xp.ones((rows.classes,), dtype=x.dtype, **xp.device_kw(x))
        uniform = ones if rows.weight is None else rows.weight
    losses, rest = (
        None if each is None else xp.reshape(each, rows.shape)
        for each in _block_losses(rows, x, matrix, sizes, scale, uniform, **margins)
    )
    losses, rest = fill_masked(xp, rows.keep, (losses, 0.0), (rest, 0.0))
    row_weight = rows.label_weight
    losses = losses if row_weight is None else losses * row_weight
    if rest is not None:
        losses = (1 - smoothing) * losses + smoothing / rows.classes * rest
    return rows.nan_where_bad(losses)


def _block_losses(
    rows: ClassRows,
    x: Any,
    matrix: Any,
    sizes: tuple[int, int],
    scale: Any,
    uniform: Any,
    **margins: Any,
) -> tuple[Any, Any]:
    """Return the losses of the labels, and with weights of classes their sum."""
    xp, (chunk, parts) = rows.xp, sizes
    labels = xp.reshape(rows.target, (-1,))
    sines = sines_in_blocks(xp, x, matrix, labels)
    top, sumexp, own, *more = algorithms.class_sums(
        xp,
        _scores,
        (x, labels, row_sizes(xp, x) / scale),
        (matrix, None, uniform),
        chunk=chunk,
        parts=parts,
        apart=True,
    )
    own = scale * add_margins(xp, own / scale, sines, **margins)
    # One class alone has no others.
    is_alone = sumexp == 0
    others = top + xp.log(xp.where(is_alone, 1.0, sumexp))
    losses = xp.softplus(xp.where(is_alone, 0.0, others - own))
    losses = xp.where(is_alone, 0.0, losses)
    if not more:
        return losses, None
    total, seen = more
    own_weight = 1.0 if rows.weight is None else xp.take_each(rows.weight, labels)
    return losses, seen * (losses + own - top) - total + own_weight * losses
