"""Cross-entropy of unnormalised class scores."""

from funloss._core.arrays import (
    cast_like,
    check_where,
    fill_masked,
    is_floating,
    promote_arrays,
)
from funloss._core.checks import check_integer, check_probabilities_fit
from funloss._core.labels import (
    batch_shape,
    check_class_weight,
    class_axis,
    class_labels,
    expand_along,
    label_weights,
    match_rows,
)
from funloss._core.loss import loss
from funloss._core.options import check_scalar, is_zero
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["cross_entropy"]


@loss
def cross_entropy(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    label_smoothing: Real = 0.0,
    axis: int = 1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Softmax cross-entropy between logits and class labels or probabilities.

    With ``p = softmax(input)`` and ``w`` the class weights (1 if None), a row of
    class probabilities ``q`` costs ``-sum(w * q * log(p))``. A label ``y`` stands
    for all its mass on class ``y``. Label smoothing ``s`` replaces ``q`` by
    ``(1 - s) * q + s / C``.

    Args:
        input: Scores (logits), shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``,
            floating. A class with score -inf is impossible.
        target: Labels in ``0..C-1``, integers of any width, shape of `input`
            without its class axis; or class probabilities, floating, shape of
            `input`. Probabilities are not checked to add up to 1.
        weight: Class weights, shape ``(C)``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. With labels the mean
            divides by the sum of ``w[y]`` over the rows that count, with
            probabilities by the number of rows.
        ignore_index: Rows with this label cost 0, have slope 0 and do not count.
            With probabilities it must be negative, and means nothing.
        label_smoothing: In 0..1; a number or a 0-d array.
        axis: Class axis of `input`; of a single row it is axis 0.
        where: Boolean, broadcastable to the rows. A False row costs 0, has slope
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of floating
            `target` if None.

    Returns:
        Cost in nats, one a row for ``"none"``, else ``()``. The mean is nan when
        no row counts, with slope 0.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a
            label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Torch:
        `torch.nn.functional.cross_entropy`, except: the dtype of `target`, not
        its shape, tells labels from probabilities; labels of any integer dtype
        and weights of any floating dtype are taken; ``0 * log(0)`` is 0 with
        probabilities; ignored rows with nan or inf have slope 0, not nan; a
        negative `label_smoothing` raises. `axis`, `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> scores = np.log(np.asarray([[0.5, 0.5], [0.25, 0.75]]))
        >>> print(cross_entropy(scores, np.asarray([0, 1]), reduction="none").round(4))
        [0.6931 0.2877]
    """
    check_integer(ignore_index=ignore_index)
    if is_floating(target):
        xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
        check_probabilities_fit(input=input, target=target)
        if ignore_index >= 0:
            msg = (
                f"ignore_index must be negative with probabilities, got {ignore_index}"
            )
            raise ValueError(msg)
    else:
        xp, out, (input,) = promote_arrays(dtype, input=input)
    axis = class_axis(input, axis)
    (weight,) = cast_like(xp, input, weight=weight)
    check_class_weight(weight, input, axis)
    spread = 1.0 if weight is None else expand_along(xp, weight, axis, input.ndim)
    where = check_where(xp, input, where, batch_shape(input.shape, axis))
    smoothing = check_scalar(
        xp, input, at_least=0, at_most=1, label_smoothing=label_smoothing
    )
    if is_floating(target):
        keep = where if where is None else xp.expand_dims(where, axis=axis)
        (target,) = fill_masked(xp, keep, (target, 0.0))
        if not is_zero(smoothing):
            target = (1 - smoothing) * target + smoothing / input.shape[axis]
        mass = target * spread
        if weight is not None:
            (mass,) = fill_masked(xp, keep, (mass, 0.0))
        cost = xp.softmax_cross_entropy(input, mass, axis, where)
        return reduce_losses(xp, out, cost, reduction, where=where)
    target = match_rows(xp, input, target, axis, probabilities=True)
    labels, keep, bad = class_labels(
        xp, input, target, input.shape[axis], ignore_index=ignore_index, where=where
    )
    mass, even = label_weights(xp, weight, labels, keep), None
    if not is_zero(smoothing):
        even = xp.ones((1,) * input.ndim, dtype=input.dtype, **xp.device_kw(input))
        even = even * spread / input.shape[axis]
    cost = xp.softmax_cross_entropy_with_integer_labels(
        input,
        labels,
        axis,
        keep,
        row_weight=mass,
        smoothing_target=even,
        smoothing=smoothing,
    )
    if bad is not None:
        cost = xp.nan_where(cost, bad)
    return reduce_losses(xp, out, cost, reduction, where=keep, mean_weights=mass)
