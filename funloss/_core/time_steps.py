"""The way into a loss of the steps of a trajectory, each with actions or alone."""

from collections.abc import Callable, Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.labels import batch_shape, class_axis, class_labels, match_rows
from funloss._core.options import Option, propagate_nan
from funloss._core.record import Record
from funloss._core.reduction import MeanOver, reduce_losses

__all__ = ["TimeSteps", "time_steps"]


class TimeSteps(Record):
    """Arguments of a loss of time steps: what is masked is replaced."""

    xp: Namespace
    # Of the result.
    dtype: Any
    # By name, in the dtype to compute in.
    arrays: dict[str, Any]
    options: tuple[Any, ...]
    # Of the losses: one a step.
    shape: tuple[int, ...]
    # Of the actions, or of what else a step has several of.
    axis: int
    weight: Any
    where: Any
    # `where` with an axis of size 1 for the actions, then with one for their atoms.
    inner_where: list[Any]

    def labels(self, values: Any, **action: Any) -> tuple[Any, Any]:
        """Return actions that are safe to gather `values` by, and which are bad.

        The second result, for `nan_where`, is None where no action can be bad.
        """
        ((name, labels),) = action.items()
        labels = match_rows(self.xp, values, labels, self.axis, name)
        labels, _, bad = class_labels(
            self.xp,
            values,
            labels,
            values.shape[self.axis],
            where=self.where,
            name=name,
        )
        return labels, bad

    def reduce(
        self, losses: Any, reduction: str, *, mean_over: MeanOver = "elements"
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
        )


def time_steps(
    *,
    where: Any,
    dtype: Any,
    weight: Any,
    axis: Any = None,
    inner: Mapping[str, int] | None = None,
    layout: Callable[[Mapping[str, Any]], tuple[int, ...]] | None = None,
    options: Mapping[str, Option] | None = None,
    extras: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    fill: Mapping[str, float | None] | None = None,
    **arrays: Any,
) -> TimeSteps:
    """Check, promote and mask the arguments of a loss of time steps.

    Every array but those in `inner` and `constants` has one number a step, or one for
    all of them.

    Args:
        where: The mask, which broadcasts to the shape of the losses.
        dtype: Of the result.
        weight: A factor on each loss.
        axis: Of the actions: the arrays in `inner` have the shape of the first.
        inner: How many axes an array has within a step, of actions or of atoms.
        layout: In place of `axis`, where those axes come last: checks the shapes of
            the arrays by name, and returns that of the steps.
        options: Real options by name, such as ``positive(delta)``.
        extras: Arrays, or None, that are cast as the others but do not decide the
            dtype.
        constants: Likewise, of all steps together: neither checked nor masked here.
        fill: What stands for masked elements, 0 for arrays that are not named; None
            leaves an array to a formula that takes the mask.
        **arrays: The first has the shape of the input.
    """
    xp, out, values = promote_arrays(dtype, **arrays)
    input, inner, constants = values[0], inner or {}, constants or {}
    others = {**(extras or {}), **constants}
    *casts, weight = cast_like(xp, input, **others, weight=weight)
    named = dict(zip((*arrays, *others), (*values, *casts), strict=True))
    shape, axis = _check_layout(named, inner, axis, layout)
    each = {k: x for k, x in named.items() if k not in {*inner, *constants}}
    _check_shapes([shape, ()], {**each, "weight": weight})
    options = options or {}
    settled = [option.check(xp, input, name) for name, option in options.items()]
    first = next(iter(named))
    named[first] = propagate_nan(xp, named[first], *settled)
    where = check_where(xp, input, where, shape)
    masks = [None] * (1 + max(inner.values(), default=0))
    if where is not None:
        fill = {**dict.fromkeys(named, 0.0), **dict.fromkeys(constants), **(fill or {})}
        fill = {name: value for name, value in fill.items() if value is not None}
        depth = max(inner.get(name, 0) for name in fill)
        masks = _inner_masks(xp, where, shape, axis, depth)
        for name, value in fill.items():
            mask = masks[inner.get(name, 0)]
            (named[name],) = fill_masked(xp, mask, (named[name], value))
    return TimeSteps(
        xp, out, named, tuple(settled), shape, axis, weight, where, masks[1:]
    )


def _check_layout(
    named: Mapping[str, Any],
    inner: Mapping[str, int],
    axis: Any,
    layout: Callable[[Mapping[str, Any]], tuple[int, ...]] | None,
) -> tuple[tuple[int, ...], int]:
    """Return the shape of the steps and the axis of their actions, or raise."""
    input = next(iter(named.values()))
    full = tuple(input.shape)
    if layout is not None:
        shape, depth = layout(named), max(inner.values())
        actions = {name: named[name] for name in inner if inner[name] < depth}
        _check_shapes([full[:-1]], actions)
        return shape, -1
    if not inner:
        return full, -1
    axis = class_axis(input, axis)
    _check_shapes([full], {name: named[name] for name in inner})
    return batch_shape(full, axis), axis


def _inner_masks(
    xp: Namespace, where: Any, shape: tuple[int, ...], axis: int, depth: int
) -> list[Any]:
    """Return a mask of steps, then with one axis of size 1 for what is within them."""
    masks, place = [where], axis if axis >= 0 else len(shape)
    for k in range(depth):
        where = xp.broadcast_to(where, (*shape, *(1,) * k))
        where = xp.expand_dims(where, axis=place)
        masks.append(where)
    return masks


def _check_shapes(allowed: list[tuple[int, ...]], arrays: Mapping[str, Any]) -> None:
    """Raise unless each array that is given has one of the shapes."""
    for name, x in arrays.items():
        if x is not None and tuple(x.shape) not in allowed:
            shapes = " or ".join(map(str, allowed))
            msg = f"{name} must have shape {shapes}, got {tuple(x.shape)}"
            raise ValueError(msg)
