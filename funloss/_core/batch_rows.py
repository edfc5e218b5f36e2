"""The ways into losses of batches: embeddings with labels, or of two sides."""

from collections.abc import Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked, promote_arrays
from funloss._core.checks import check_shapes_equal
from funloss._core.labels import class_labels, match_rows
from funloss._core.options import Option, check_options
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = [
    "LabelledRows",
    "PairedRows",
    "Sample",
    "TwoSamples",
    "labelled_rows",
    "paired_rows",
    "proxied_rows",
    "two_samples",
]


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


class Sample(Record):
    """Rows that were drawn from one distribution: masked ones are zeros."""

    # Of shape (N, D).
    rows: Any
    # Of shape (N), or None.
    where: Any


class TwoSamples(Record):
    """Rows of two distributions, as many of each as there are."""

    xp: Namespace
    # Of the result.
    dtype: Any
    sides: tuple[Sample, Sample]
    options: tuple[Any, ...]


def two_samples(
    input: Any,
    target: Any,
    *,
    where: Any,
    target_where: Any,
    dtype: Any,
    options: Mapping[str, Option] | None = None,
) -> TwoSamples:
    """Check, promote and mask samples ``(N, D)`` and ``(M, D)``."""
    xp, out, arrays = promote_arrays(dtype, input=input, target=target)
    shapes = tuple(tuple(x.shape) for x in arrays)
    if any(len(shape) != 2 for shape in shapes) or shapes[0][1] != shapes[1][1]:
        left, right = shapes
        msg = f"input and target must be of (N, D) and (M, D), got {left}, {right}"
        raise ValueError(msg)
    arrays[0], settled = check_options(xp, arrays[0], options)
    one = _sample(xp, arrays[0], where, "where")
    other = _sample(xp, arrays[1], target_where, "target_where")
    return TwoSamples(xp, out, (one, other), settled)


def _sample(xp: Namespace, rows: Any, where: Any, name: str) -> Sample:
    where, (masked,) = _masked_rows(xp, where, rows, name=name)
    return Sample(masked, where)


def _check_axis_name(xp: Namespace, axis_name: Any) -> None:
    if axis_name is not None:
        # Raises where arrays are not mapped.
        xp.axis_index(axis_name)


def _check_matrix(input: Any) -> None:
    if input.ndim != 2:
        msg = f"input must have shape (N, D), got {tuple(input.shape)}"
        raise ValueError(msg)


def _masked_rows(
    xp: Namespace, where: Any, *arrays: Any, name: str = "where"
) -> tuple[Any, list[Any]]:
    """Return the mask of rows, and matrices whose masked rows are zeros."""
    shape = (arrays[0].shape[0],)
    where = check_where(xp, arrays[0], where, shape, name=name)
    if where is None:
        return None, list(arrays)
    where = xp.broadcast_to(where, shape)
    return where, fill_masked(xp, where[:, None], *((x, 0.0) for x in arrays))
