"""Cross-entropy of frequent classes and of clusters of rare ones."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from funloss._array import Namespace
from funloss._core.arrays import fill_masked, promote_arrays
from funloss._core.class_rows import ClassRows, settle_rows
from funloss._core.labels import check_integers
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["adaptive_log_softmax_with_loss"]


class _OutputAndLoss(NamedTuple):
    output: Any
    loss: Any


@loss
def adaptive_log_softmax_with_loss(
    input: Array,
    target: ArrayLike,
    head_weight: ArrayLike,
    tail_weights: Sequence[tuple[ArrayLike, ArrayLike]],
    *,
    cutoffs: Sequence[int],
    head_bias: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> tuple[Array, Array]:
    """Adaptive softmax: negative log-likelihood with clusters of rare classes.

    Classes are in order of falling frequency. The head scores the first
    ``cutoffs[0]`` and each of ``K`` clusters; cluster ``i`` holds the classes
    from ``cutoffs[i]`` to ``cutoffs[i + 1]``, the last one to ``C``. With
    ``h = log_softmax(input @ head_weight.T + head_bias)``, a frequent class ``y``
    has log-probability ``h[y]``; one of cluster ``i`` has
    ``h[cutoffs[0] + i] + log_softmax(input @ P.T @ O.T)[y - cutoffs[i]]``, where
    ``P, O = tail_weights[i]``.

    Args:
        input: Features, shape ``(D)`` or ``(N, D)``, floating.
        target: Labels in ``0..C-1``, integers of any width, shape ``()`` or ``(N)``.
        head_weight: Shape ``(cutoffs[0] + K, D)``.
        tail_weights: ``K`` pairs of shapes ``(H, D)`` and ``(S, H)``, for a cluster
            of ``S`` classes. ``H`` may differ and may be 0: all its classes are
            then alike. The last ``S`` decides ``C``.
        cutoffs: ``K >= 1`` increasing Python integers >= 1, without ``C``.
        head_bias: Shape ``(cutoffs[0] + K)``.
        reduction: Of the loss: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `target`. A False row has output and loss
            0, gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the results; the promoted dtype of all floating arrays if None.

    Returns:
        A named pair: ``output``, the log-probability of each label, shape of
        `target`; and ``loss``, the reduction of ``-output``. The mean of no rows
        is nan.

    Raises:
        TypeError: No array is floating, `target` is not integer, or arrays of two
            libraries.
        ValueError: Shapes do not match, `cutoffs` do not increase, or a label is
            out of range (on JAX: nan in value and gradient; see `debug_values`).

    Torch:
        `torch.nn.AdaptiveLogSoftmaxWithLoss`, its parameters as arguments. Labels
        of any integer dtype are taken. Every row is scored in every cluster,
        because shapes may not depend on values; a cluster that no label is in has
        derivative 0 instead of none. `reduction`, `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> features, head = np.ones((2, 1)), np.zeros((3, 1))
        >>> pair = (np.ones((1, 1)), np.zeros((4, 1)))
        >>> labels = np.asarray([0, 2])
        >>> found = adaptive_log_softmax_with_loss(
        ...     features, labels, head, [pair], cutoffs=[2]
        ... )
        >>> print(np.exp(found.output).round(4))
        [0.3333 0.0833]

    References:
        E. Grave et al., Efficient softmax approximation for GPUs, 2017.
    """
    cutoffs = _check_cutoffs(cutoffs)
    floats = {"input": input, "head_weight": head_weight}
    floats |= _named(tail_weights, len(cutoffs))
    floats |= {} if head_bias is None else {"head_bias": head_bias}
    xp, out, (x, head, *rest) = promote_arrays(dtype, **floats)
    bias = None if head_bias is None else rest.pop()
    tail = list(zip(rest[::2], rest[1::2], strict=True))
    check_integers(input, target)
    _check_shapes(x, target, (head, bias, tail), cutoffs)
    shape, classes = tuple(target.shape), cutoffs[-1] + tail[-1][1].shape[0]
    rows = ClassRows(xp, out, None, target.ndim, shape, classes, target)
    rows = settle_rows(rows, x, where=where)
    (x,) = fill_masked(xp, rows.expand(rows.keep), (x, 0.0))
    if rows.bad is not None:
        x = xp.nan_where(x, rows.expand(rows.bad))
    labels = rows.target, rows.bad
    output = _log_probabilities(xp, x, labels, (head, bias, tail), cutoffs)
    return _OutputAndLoss(rows.reduce(output, "none"), rows.reduce(-output, reduction))


def _log_probabilities(
    xp: Namespace,
    x: Any,
    targets: tuple[Any, Any],
    layers: tuple[Any, Any, Any],
    cutoffs: list[int],
) -> Any:
    """Return the log-probability of each label; a bad one is in every cluster."""
    (labels, bad), (head, bias, tail) = targets, layers
    shape, labels = labels.shape, xp.reshape(labels, (-1,))
    x = xp.reshape(x, (labels.shape[0], x.shape[-1]))
    scores = xp.linear(x, head)
    scores = scores if bias is None else scores + bias[None, :]
    place, parts = labels, []
    for k, cluster in enumerate(tail):
        first, size = cutoffs[k], cluster[1].shape[0]
        inside = xp.logical_and(labels >= first, labels < first + size)
        place = xp.where(inside, cutoffs[0] + k, place)
        own = xp.where(inside, labels - first, 0)
        if bad is not None:
            inside = xp.logical_or(inside, xp.reshape(bad, (-1,)))
        parts.append(_cluster_losses(xp, x, cluster, own, inside))
    losses = xp.softmax_cross_entropy_with_integer_labels(scores, place, 1)
    return xp.reshape(-sum(parts, start=losses), shape)


def _cluster_losses(xp: Namespace, x: Any, cluster: Any, own: Any, inside: Any) -> Any:
    """Return the losses of the rows inside a cluster, given their classes in it.

    Other rows are cut off before each product, so that no nan or inf in a cluster's
    weights leaves the cluster.
    """
    projection, rows = cluster
    column = xp.expand_dims(inside, axis=-1)
    hidden = xp.linear(xp.where(column, x, 0.0), projection)
    part = xp.linear(xp.where(column, hidden, 0.0), rows)
    losses = xp.softmax_cross_entropy_with_integer_labels(part, own, 1, inside)
    return xp.where(inside, losses, 0.0)


def _check_cutoffs(cutoffs: Any) -> list[int]:
    """Return `cutoffs` as Python integers, or raise."""
    sequence = list(cutoffs) if isinstance(cutoffs, Sequence) else []
    if (
        not sequence
        or not all(isinstance(c, int) for c in sequence)
        or not all(a < b for a, b in itertools.pairwise([0, *sequence]))
    ):
        msg = f"cutoffs must be increasing Python integers >= 1, got {cutoffs!r}"
        raise ValueError(msg)
    return sequence


def _named(tail_weights: Any, clusters: int) -> dict[str, Any]:
    """Return the arrays of the tail under names for error messages, or raise."""
    if not isinstance(tail_weights, Sequence) or len(tail_weights) != clusters:
        count = len(tail_weights) if isinstance(tail_weights, Sequence) else "none"
        msg = f"tail_weights must be {clusters} pairs, one a cutoff, got {count}"
        raise ValueError(msg)
    named = {}
    for k, pair in enumerate(tail_weights):
        if not isinstance(pair, Sequence) or len(pair) != 2:
            kind = type(pair).__name__
            msg = f"tail_weights[{k}] must be a pair of arrays, got {kind}"
            raise ValueError(msg)
        named |= {f"tail_weights[{k}][{i}]": array for i, array in enumerate(pair)}
    return named


def _check_shapes(
    input: Any, target: Any, layers: tuple[Any, Any, Any], cutoffs: list[int]
) -> None:
    """Raise unless all shapes fit those of `input` and `cutoffs`."""
    head, bias, tail = layers
    own = tuple(input.shape)
    if len(own) not in (1, 2):
        msg = f"input must have shape (D) or (N, D), got {own}"
        raise ValueError(msg)
    width = cutoffs[0] + len(cutoffs)
    expected = {
        "target": (target, own[:-1]),
        "head_weight": (head, (width, own[-1])),
        "head_bias": (bias, (width,)),
    }
    sizes = [b - a for a, b in itertools.pairwise(cutoffs)]
    for k, (projection, rows) in enumerate(tail):
        # What the shapes themselves decide: hidden sizes and the last cluster.
        hidden = projection.shape[0] if projection.ndim else 0
        size = sizes[k] if k < len(sizes) else max((1, *rows.shape[:1]))
        expected[f"tail_weights[{k}][0]"] = (projection, (hidden, own[-1]))
        expected[f"tail_weights[{k}][1]"] = (rows, (size, hidden))
    for name, (array, shape) in expected.items():
        if array is not None and tuple(array.shape) != shape:
            msg = f"{name} must have shape {shape}, got {tuple(array.shape)}"
            raise ValueError(msg)
