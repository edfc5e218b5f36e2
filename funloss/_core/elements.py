"""The way into a loss of elements: checked, promoted and masked, ready to reduce."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    broadcast_shape,
    check_axis,
    check_broadcastable_to,
    check_same_shape_or_scalar,
    check_shapes_equal,
    check_values,
)
from funloss._core.labels import batch_shape
from funloss._core.options import Option, check_options
from funloss._core.record import Record
from funloss._core.reduction import MeanOver, reduce_losses

__all__ = ["Elements", "difference_partials", "elements"]


class Elements(Record):
    """Arguments of an elementwise loss: what is masked is replaced."""

    xp: Namespace
    # Of the result.
    dtype: Any
    # By name, in the dtype to compute in.
    arrays: dict[str, Any]
    options: tuple[Any, ...]
    weight: Any
    where: Any

    def map(
        self,
        formula: Callable[..., Any],
        partials: Any = None,
        *constants: Any,
        shared: Callable[..., Any] | None = None,
    ) -> Any:
        """Return ``formula(xp, *arrays, *options, *constants)`` of each element.

        `partials` are its partial derivatives, called in the same way and with what
        `shared` returns; without them the formula is differentiated as it stands.
        """
        arguments = (*self.arrays.values(), *self.options, *constants)
        if partials is not None:
            partials = (*partials, *(None,) * (len(arguments) - len(partials)))
        return self.xp.custom_jvp(formula, partials, *arguments, shared=shared)

    def sum_rows(self, losses: Any, axis: int) -> tuple["Elements", Any]:
        """Return the sums of losses along an axis, and what is to reduce them.

        Rows that are masked as a whole do not count; what is masked must be 0.
        """
        where = self.where
        if where is not None:
            where = self.xp.any(self.xp.broadcast_to(where, losses.shape), axis=axis)
        return self.replace(where=where), self.xp.total(losses, axis)

    def nan_outside(
        self,
        losses: Any,
        rule: str,
        is_outside: Callable[..., Any],
        advice: str = "",
        /,
        **named: Any,
    ) -> Any:
        """Raise where an array breaks `rule`, or return `losses`, nan there."""
        ((_, x),) = named.items()
        outside = self.xp.custom_jvp(is_outside, None, x)
        bad = check_values(self.xp, rule, advice, **dict.fromkeys(named, (x, outside)))
        return losses if bad is None else self.xp.nan_where(losses, bad)

    def reduce(
        self,
        losses: Any,
        reduction: str,
        *,
        mean_over: MeanOver = "elements",
        divisor: Any = None,
    ) -> Any:
        """Weight, mask, reduce and cast `losses`; `mean_over` is the mean's divisor."""
        return reduce_losses(
            self.xp,
            self.dtype,
            losses,
            reduction,
            weight=self.weight,
            where=self.where,
            mean_weights=self.weight if mean_over == "weight" else None,
            divisor=divisor,
        )


def elements(
    given: Mapping[str, Any] | None = None,
    /,
    *,
    where: Any,
    dtype: Any,
    weight: Any = None,
    options: Mapping[str, Option] | None = None,
    extras: dict[str, Any] | None = None,
    fill: Mapping[str, float] | float = 0.0,
    shapes: Literal["same", "scalars", "broadcast", "to_first"] = "same",
    broadcast_weight: bool = False,
    row_axis: int | None = None,
    check: Callable[..., None] | None = None,
    **arrays: Any,
) -> Elements:
    """Check, promote and mask the arguments of an elementwise loss.

    Args:
        given: Arrays before `arrays`, whatever their names.
        where: The mask, which broadcasts to the shape of the losses.
        dtype: Of the result.
        weight: A factor on each loss, of their shape.
        options: Real options by name, such as ``positive(delta)``.
        extras: Arrays, or None, that are cast as the others but do not decide the
            dtype: labels and weights. They follow the others in `Elements.arrays`.
            A weight among them is the formula's own, not a factor on each loss.
        fill: What stands for masked elements, 0 for arrays that are not named.
        shapes: Of the arrays: ``"same"``, where all but the first may be 0-d;
            ``"scalars"``, where the first may be, too; or that they ``"broadcast"`` to
            the shape of the losses, or ``"to_first"``, that of the first.
        broadcast_weight: Whether the weight and the extras do.
        row_axis: An axis that the mask does not have: one loss, and one value of the
            mask, stand for all elements along it.
        check: A further check of the arrays' shapes, called with them by name.
        **arrays: In the order of the formula's parameters.
    """
    arrays = {**given, **arrays} if given else arrays
    xp, out, values = promote_arrays(dtype, **arrays)
    like, named = values[0], dict(zip(arrays, values, strict=True))
    if check is not None:
        check(**named)
    shape, named = _fit_shapes(xp, shapes, named)
    row_axis = None if row_axis is None else check_axis(row_axis, len(shape))
    first, checked = next(iter(named)), ()
    if options:
        named[first], checked = check_options(xp, named[first], options)
    others = extras or {}
    if weight is not None or [x for x in others.values() if x is not None]:
        fit = shape if broadcast_weight else None
        weight, others = _cast_extras(xp, first, like, weight, others, fit)
    named = named | others if others else named
    own = shape if row_axis is None else batch_shape(shape, row_axis)
    where = check_where(xp, like, where, own)
    if where is not None:
        keep = where if row_axis is None else xp.expand_dims(where, axis=row_axis)
        named = _fill(xp, keep, named, fill)
    return Elements(xp, out, named, checked, weight, where)


def _cast_extras(
    xp: Namespace,
    first: str,
    like: Any,
    weight: Any,
    extras: dict[str, Any],
    shape: tuple[int, ...] | None,
) -> tuple[Any, dict[str, Any]]:
    """Return the weight and the extras in `like`'s dtype, as they fit, or raise.

    They broadcast to `shape`; if that is None, they have the shape of `like`.
    """
    casts = {"weight": weight} | extras
    casts = dict(zip(casts, cast_like(xp, like, **casts), strict=True))
    others = {name: casts[name] for name in extras}
    weight = None if "weight" in others else casts["weight"]
    if shape is None:
        check_same_shape_or_scalar(**{first: like}, **others)
        check_shapes_equal(**{first: like}, weight=weight)
    else:
        check_broadcastable_to(shape, **casts)
        columns = xp.of_ndim(like.ndim, *others.values())
        others = dict(zip(others, columns, strict=True))
    return weight, others


def _fill(xp: Namespace, keep: Any, named: dict[str, Any], fill: Any) -> dict[str, Any]:
    fill = fill if isinstance(fill, Mapping) else dict.fromkeys(named, fill)
    pairs = [(x, fill.get(name, 0.0)) for name, x in named.items()]
    return dict(zip(named, fill_masked(xp, keep, *pairs), strict=True))


def _fit_shapes(
    xp: Namespace, shapes: str, named: dict[str, Any]
) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Return the shape of the losses, and arrays that broadcast to it, or raise."""
    like = next(iter(named.values()))
    if shapes == "same":
        check_same_shape_or_scalar(**named)
        return tuple(like.shape), named
    if shapes == "scalars":
        check_shapes_equal(**{name: x for name, x in named.items() if x.shape != ()})
    elif shapes == "to_first":
        check_broadcastable_to(tuple(like.shape), **named)
    to_first = shapes == "to_first"
    shape = tuple(like.shape) if to_first else broadcast_shape(**named)
    if shapes in ("broadcast", "to_first"):
        values = xp.of_ndim(len(shape), *named.values())
        named = dict(zip(named, values, strict=True))
    return shape, named


def difference_partials(d_input: Callable[..., Any]) -> tuple[Callable[..., Any], ...]:
    """Return the partials, by input and target, of a function of their difference."""

    def d_target(*arguments: Any) -> Any:
        return -d_input(*arguments)

    return d_input, d_target
