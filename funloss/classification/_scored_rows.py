"""Rows of class scores with labels or probabilities, charged by their odds."""

from dataclasses import dataclass, replace
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked, is_floating, promote_arrays
from funloss._core.checks import check_integer, check_probabilities_fit
from funloss._core.labels import (
    batch_shape,
    class_axis,
    class_labels,
    expand_along,
    label_weights,
    match_rows,
)
from funloss._core.options import propagate_nan
from funloss.classification._odds import Curve, expected_costs, label_costs

__all__ = ["Rows", "enter_rows"]


@dataclass(frozen=True)
class Rows:
    """Scores of rows and what they are compared with, ready to compute with."""

    xp: Namespace
    out: Any
    input: Any
    target: Any
    axis: int
    where: Any
    ignore_index: int

    def spoilt(self, *options: Any) -> "Rows":
        """Return the same, nan where an option out of its range became nan."""
        return replace(self, input=propagate_nan(self.xp, self.input, *options))

    def costs(
        self, curve: Curve, option: Any, weight: Any = None, scale: Any = None
    ) -> tuple[Any, Any, Any]:
        """Return the costs, which rows count, and the class weights of labels.

        `weight` has a number a class; `scale` is one for all.
        """
        xp, x, axis = self.xp, self.input, self.axis
        if is_floating(self.target):
            mass = self.target if scale is None else self.target * scale
            if weight is not None:
                mass = mass * expand_along(xp, weight, axis, x.ndim)
            keep = self.where
            costs = expected_costs(
                xp, curve, x, mass, keep=keep, axis=axis, option=option
            )
            return costs, keep, None
        target = match_rows(xp, x, self.target, axis, probabilities=True)
        labels, keep, bad = class_labels(
            xp,
            x,
            target,
            x.shape[axis],
            ignore_index=self.ignore_index,
            where=self.where,
        )
        costs = label_costs(xp, curve, x, labels, keep=keep, axis=axis, option=option)
        mass = label_weights(xp, weight, labels, keep)
        for factor in (mass, scale):
            costs = costs if factor is None else costs * factor
        return costs if bad is None else xp.nan_where(costs, bad), keep, mass


def enter_rows(
    dtype: Any,
    input: Any,
    target: Any,
    *,
    axis: int,
    ignore_index: int,
    where: Any,
) -> Rows:
    """Return scores with labels, or with probabilities, as `Rows`."""
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
    where = check_where(xp, input, where, batch_shape(input.shape, axis))
    if is_floating(target):
        keep = where if where is None else xp.expand_dims(where, axis=axis)
        (target,) = fill_masked(xp, keep, (target, 0.0))
    return Rows(xp, out, input, target, axis, where, ignore_index)
