"""Cross-entropy of unnormalised class scores."""

from typing import Any, Literal, overload

import funloss._algorithms as algorithms
from funloss._core.arrays import fill_masked
from funloss._core.class_rows import ClassRows, class_rows
from funloss._core.loss import loss
from funloss._core.options import is_zero, non_negative, positive, unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._cross_entropy_aux import CrossEntropyAux, reduce_parts

__all__ = ["cross_entropy", "cross_entropy_of"]


@overload
def cross_entropy(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    label_smoothing: Real = 0.0,
    z_loss: Real = 0.0,
    softcap: Real | None = None,
    axis: int | tuple[int, ...] = 1,
    has_aux: Literal[True],
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> tuple[Array, CrossEntropyAux[Array]]: ...


@overload
def cross_entropy(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    label_smoothing: Real = 0.0,
    z_loss: Real = 0.0,
    softcap: Real | None = None,
    axis: int | tuple[int, ...] = 1,
    has_aux: Literal[False] = False,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array: ...


@loss
def cross_entropy(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    label_smoothing: Real = 0.0,
    z_loss: Real = 0.0,
    softcap: Real | None = None,
    axis: int | tuple[int, ...] = 1,
    has_aux: bool = False,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array | tuple[Array, CrossEntropyAux[Array]]:
    """Softmax cross-entropy between logits and class labels or probabilities.

    With ``p = softmax(input)`` and ``w`` the class weights (1 if None), the loss of
    a row of class probabilities ``q`` is ``-sum(w * q * log(p))``. A label ``y``
    stands for all its mass on class ``y``. Label smoothing ``s`` replaces ``q`` by
    ``(1 - s) * q + s / C``. With `z_loss`, each row that counts adds ``z_loss *
    logsumexp(input)**2``, whatever its weight.

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
        ignore_index: Rows with this label have loss 0 and gradient 0 and do not
            count.
            With probabilities it must be negative, and means nothing.
        label_smoothing: In 0..1; a number or a 0-d array.
        z_loss: Factor >= 0 on the squared log-partition, which keeps logits from
            drifting; a number or a 0-d array. 1e-4 in PaLM.
        softcap: If given, > 0, ``softcap * tanh(input / softcap)`` replaces the
            logits; a number or a 0-d array. A score of -inf stays -inf.
        axis: Class axis of `input`; of a single row it is axis 0. With probabilities
            also a tuple, ``(1, 3)``: a class is a place along these axes, a row what
            the others make, and `weight` has the sizes of these, in this order.
        has_aux: Whether to return what the loss is made of as well, as
            `jax.value_and_grad` with ``has_aux=True`` takes it.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of floating
            `target` if None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``. The mean is nan when
        no row counts, with derivative 0. With `has_aux` a pair: the loss, and
        ``(nll, z_loss, logsumexp, correct)``, each reduced as the loss: the
        cross-entropy alone, the part of `z_loss`, the log-partition, and 1 where no
        class has a higher score than the label (the most probable class). All but
        `nll` count rows alike, so that the mean of `correct` is the accuracy.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or a
            label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Torch:
        `torch.nn.functional.cross_entropy`, except: the dtype of `target`, not
        its shape, tells labels from probabilities; labels of any integer dtype
        and weights of any floating dtype are taken; ``0 * log(0)`` is 0 with
        probabilities; ignored rows with nan or inf have derivative 0, not nan; a
        negative `label_smoothing` raises. `z_loss`, `softcap`, `axis`, `has_aux`,
        `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> scores = np.log(np.asarray([[0.5, 0.5], [0.25, 0.75]]))
        >>> print(cross_entropy(scores, np.asarray([0, 1]), reduction="none").round(4))
        [0.6931 0.2877]
    """
    return cross_entropy_of(
        input,
        target,
        weight,
        label_smoothing=label_smoothing,
        z_loss=z_loss,
        softcap=softcap,
        reduction=reduction,
        has_aux=has_aux,
        ignore_index=ignore_index,
        axis=axis,
        where=where,
        dtype=dtype,
    )


def cross_entropy_of(
    input: Any,
    target: Any,
    weight: Any,
    *,
    label_smoothing: Any,
    z_loss: Any,
    softcap: Any,
    reduction: str,
    has_aux: bool,
    **how: Any,
) -> Any:
    """Return what `cross_entropy` does, within a loss; `how` is for `class_rows`."""
    options = {
        "label_smoothing": unit_interval(label_smoothing),
        "z_loss": non_negative(z_loss),
    }
    options |= {} if softcap is None else {"softcap": positive(softcap)}
    how |= {"options": options, "several_axes": True}
    rows = class_rows(input, target, weight=weight, **how)
    smoothing, z_loss, *cap = rows.options
    if cap:
        rows = rows.replace(scores=algorithms.soft_cap(rows.xp, rows.scores, *cap))
    if rows.has_labels:
        losses = rows.cross_entropies(smoothing)
    else:
        losses = _of_probabilities(rows, smoothing)
    logsumexp = correct = None
    if has_aux or not is_zero(z_loss):
        logsumexp = rows.xp.masked_logsumexp(rows.scores, rows.axis, rows.keep)
        correct = _is_correct(rows) if has_aux else None
    parts = losses, logsumexp, correct
    return reduce_parts(rows, parts, z_loss, reduction, has_aux=has_aux)


def _is_correct(rows: ClassRows) -> Any:
    """Tell where no class has a higher score than the label."""
    xp, labels = rows.xp, rows.target
    if not rows.has_labels:
        labels = xp.argmax(rows.target, axis=rows.axis)
    own = xp.take_label(rows.scores, labels, rows.axis)
    return own >= xp.amax(rows.scores, rows.axis)


def _of_probabilities(rows: ClassRows, smoothing: Any) -> Any:
    """Return the losses, weighted by class."""
    xp, target = rows.xp, rows.target
    if not is_zero(smoothing):
        target = (1 - smoothing) * target + smoothing / rows.classes
    target = target * rows.class_weight()
    if rows.weight is not None:
        (target,) = fill_masked(xp, rows.expand(rows.keep), (target, 0.0))
    return xp.softmax_cross_entropy(rows.scores, target, rows.axis, rows.keep)
