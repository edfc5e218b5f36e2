"""The ways into losses of vectors: pairs or triplets, and rows of a batch."""

from collections.abc import Callable, Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    broadcast_shape,
    check_axis,
    check_broadcastable_to,
    check_shapes_equal,
)
from funloss._core.labels import as_row, batch_shape, class_labels, match_rows
from funloss._core.options import Option, check_options
from funloss._core.record import Record
from funloss._core.reduction import MeanOver, reduce_losses

__all__ = [
    "LabelledRows",
    "PairedRows",
    "VectorRows",
    "labelled_rows",
    "paired_rows",
    "proxied_rows",
    "vector_rows",
]


class VectorRows(Record):
    """Vectors along an axis of arrays that broadcast: masked ones are zeros."""

    xp: Namespace
    # Of the result.
    dtype: Any
    vectors: tuple[Any, ...]
    axis: int
    # Of the broadcast arrays.
    shape: tuple[int, ...]
    # A number for each row of vectors, or None.
    labels: Any
    weight: Any
    where: Any
    options: tuple[Any, ...]

    def reduce(
        self, losses: Any, reduction: str, *, mean_over: MeanOver = "elements"
    ) -> Any:
        """Weight, mask, reduce and cast the losses of rows of vectors."""
        return reduce_losses(
            self.xp,
            self.dtype,
            losses,
            reduction,
            weight=self.weight,
            where=self.where,
            mean_weights=self.weight if mean_over == "weight" else None,
        )


def vector_rows(
    *,
    dtype: Any,
    where: Any = None,
    axis: int = -1,
    axis_name: str = "axis",
    labels: Any = None,
    weight: Any = None,
    options: Mapping[str, Option] | None = None,
    check: Callable[..., None] | None = None,
    **arrays: Any,
) -> VectorRows:
    """Check, promote and mask arrays of vectors; a 0-d array has one coordinate.

    Args:
        dtype: Of the result.
        where: The mask, which broadcasts to the shape without `axis`.
        axis: Axis of the coordinates in the broadcast shape.
        axis_name: What the loss calls `axis`.
        labels: The `target` of a loss that has one for each row, or one for all.
        weight: A factor on each loss, broadcastable to the shape without `axis`.
        options: Real options by name, such as ``positive(margin)``.
        check: A further check of the arrays' shapes, called with them by name.
        **arrays: Vectors, broadcastable.
    """
    xp, out, values = promote_arrays(dtype, **arrays)
    like, named = values[0], dict(zip(arrays, values, strict=True))
    labels, weight = cast_like(xp, like, target=labels, weight=weight)
    if labels is not None and like.ndim == 2:
        labels = as_row(xp, labels)
    targets = {} if labels is None else {"target": labels}
    if check is not None:
        check(**named, **targets)
    columns = {name: x[..., None] for name, x in targets.items()}
    shape = broadcast_shape(**named, **columns) or (1,)
    first, *others = xp.of_ndim(len(shape), *values)
    axis = check_axis(axis, len(shape), name=axis_name)
    first, settled = check_options(xp, first, options)
    rows = batch_shape(shape, axis)
    check_broadcastable_to(rows, weight=weight)
    where = check_where(xp, like, where, rows)
    mask = None if where is None else xp.expand_dims(where, axis=axis)
    vectors = fill_masked(xp, mask, *((x, 0.0) for x in (first, *others)))
    return VectorRows(
        xp, out, tuple(vectors), axis, shape, labels, weight, where, settled
    )


class LabelledRows(Record):
    """Embeddings with a label each: masked rows are zeros."""

    xp: Namespace
    # Of the result.
    dtype: Any
    # Of shape (N, D).
    rows: Any
    # Of shape (N), as are masks: distinct integers for distinct labels; or None.
    labels: Any
    where: Any
    options: tuple[Any, ...]
    # The mapped axes over which there are more rows, or None.
    axis_name: Any = None
    # A row for each label, shape (C, D), or None.
    proxies: Any = None

    def reduce(self, losses: Any, reduction: str, *, divisor: Any = None) -> Any:
        """Mask, reduce and cast the losses of rows; `divisor` is that of the mean."""
        return reduce_losses(
            self.xp,
            self.dtype,
            losses,
            reduction,
            where=self.where,
            divisor=divisor,
            axis_name=self.axis_name,
        )


def labelled_rows(
    input: Any,
    target: Any,
    *,
    where: Any,
    dtype: Any,
    options: Mapping[str, Option] | None = None,
    axis_name: Any = None,
) -> LabelledRows:
    """Check, promote and mask embeddings ``(N, D)`` and labels ``(N)``, or None."""
    xp, out, (input,) = promote_arrays(dtype, input=input)
    input, settled = check_options(xp, input, options)
    _check_matrix(input)
    _check_axis_name(xp, axis_name)
    labels = None
    if target is not None:
        labels = xp.identities(match_rows(xp, input, target, 1, axes=()))
    where, rows = _masked_rows(xp, where, input)
    return LabelledRows(xp, out, *rows, labels, where, settled, axis_name)


def proxied_rows(
    input: Any,
    linear_weight: Any,
    target: Any,
    *,
    where: Any,
    dtype: Any,
    options: Mapping[str, Option],
) -> LabelledRows:
    """Check, promote and mask embeddings, the proxies of classes, and labels of these.

    A row whose label is out of range is nan where that cannot be read.
    """
    arrays = {"input": input, "linear_weight": linear_weight}
    xp, out, (input, proxies) = promote_arrays(dtype, **arrays)
    input, settled = check_options(xp, input, options)
    _check_matrix(input)
    own, layer = tuple(input.shape), tuple(proxies.shape)
    if len(layer) != 2 or layer[0] == 0:
        msg = f"linear_weight must have shape (C, D) with a class at least, got {layer}"
        raise ValueError(msg)
    if own[1] != layer[1]:
        msg = f"last axes must be equal, got input {own}, linear_weight {layer}"
        raise ValueError(msg)
    labels = match_rows(xp, input, target, 1, axes=())
    where, (rows,) = _masked_rows(xp, where, input)
    labels, _, bad = class_labels(xp, input, labels, layer[0], where=where)
    if bad is not None:
        rows = xp.nan_where(rows, bad[:, None])
    labels = xp.astype(labels, xp.int32)
    return LabelledRows(xp, out, rows, labels, where, settled, proxies=proxies)


class PairedRows(Record):
    """Embeddings of two sides, whose rows are pairs: masked rows are zeros."""

    xp: Namespace
    # Of the result.
    dtype: Any
    # Of shape (N, D) each.
    rows: tuple[Any, Any]
    # What else there is, as it was given, in the dtype to compute in.
    others: tuple[Any, ...]
    # Of shape (N).
    where: Any
    options: tuple[Any, ...]
    # The mapped axes over which there are more rows, or None.
    axis_name: Any

    def reduce(self, losses: Any, reduction: str) -> Any:
        """Mask, reduce and cast the losses of pairs."""
        return reduce_losses(
            self.xp,
            self.dtype,
            losses,
            reduction,
            where=self.where,
            axis_name=self.axis_name,
        )


def paired_rows(
    *,
    input: Any,
    target: Any,
    where: Any,
    dtype: Any,
    options: Mapping[str, Option] | None = None,
    axis_name: Any = None,
    **others: Any,
) -> PairedRows:
    """Check, promote and mask embeddings ``(N, D)`` of two sides.

    `others` are promoted with them; None is passed over.
    """
    others = {name: x for name, x in others.items() if x is not None}
    arrays = {"input": input, "target": target, **others}
    xp, out, (input, target, *rest) = promote_arrays(dtype, **arrays)
    input, settled = check_options(xp, input, options)
    check_shapes_equal(input=input, target=target)
    _check_matrix(input)
    _check_axis_name(xp, axis_name)
    where, rows = _masked_rows(xp, where, input, target)
    return PairedRows(xp, out, tuple(rows), tuple(rest), where, settled, axis_name)


def _check_axis_name(xp: Namespace, axis_name: Any) -> None:
    if axis_name is not None:
        # Raises where arrays are not mapped.
        xp.axis_index(axis_name)


def _check_matrix(input: Any) -> None:
    if input.ndim != 2:
        msg = f"input must have shape (N, D), got {tuple(input.shape)}"
        raise ValueError(msg)


def _masked_rows(xp: Namespace, where: Any, *arrays: Any) -> tuple[Any, list[Any]]:
    """Return the mask of rows, and matrices whose masked rows are zeros."""
    shape = (arrays[0].shape[0],)
    where = check_where(xp, arrays[0], where, shape)
    if where is None:
        return None, list(arrays)
    where = xp.broadcast_to(where, shape)
    return where, fill_masked(xp, where[:, None], *((x, 0.0) for x in arrays))
