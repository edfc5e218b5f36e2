"""The way into a loss of regions: soft counts of true and false positives."""

from collections.abc import Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.options import Option
from funloss._core.pixels import Pixels, pixels
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = ["Regions", "reduce_regions", "regions"]


class Regions(Record):
    """Sums over the unmasked pixels of regions: one a sample and class, or a class."""

    xp: Namespace
    # Of the result.
    dtype: Any
    true_positive: Any
    false_positive: Any
    false_negative: Any
    options: tuple[Any, ...]
    # Of the classes.
    weight: Any
    # Which regions have a pixel that is not masked; None: all.
    where: Any
    # Which regions have a value out of range; None: none.
    bad: Any

    def over_classes(self) -> "Regions":
        """Return the regions with one loss for all classes, without their weights."""
        where, bad = (
            x if x is None else self.xp.any(x, axis=-1) for x in (self.where, self.bad)
        )
        return self.replace(where=where, bad=bad, weight=None)

    def reduce(self, losses: Any, reduction: str, *, absent: str = "count") -> Any:
        """Weight, mask, reduce and cast `losses`; the mean divides by the weights.

        With ``absent="skip"`` regions without a positive target are masked, too.
        """
        if self.bad is not None:
            losses = self.xp.nan_where(losses, self.bad)
        volume = self.true_positive + self.false_negative
        return reduce_regions(self, losses, volume, reduction, absent)


def reduce_regions(
    batch: Regions | Pixels, losses: Any, volume: Any, reduction: str, absent: str
) -> Any:
    """Weight, mask, reduce and cast losses, nan where a region is bad.

    `volume` is the sum of a region's targets: 0 where it is absent.
    """
    check_choice(("count", "skip"), absent=absent)
    xp, where = batch.xp, batch.where
    if absent == "skip":
        present = volume != 0
        if batch.bad is not None:
            present = xp.logical_or(present, batch.bad)
        where = present if where is None else xp.logical_and(where, present)
    weights = {"weight": batch.weight, "mean_weights": batch.weight}
    return reduce_losses(xp, batch.dtype, losses, reduction, where=where, **weights)


def regions(
    input: Any,
    target: Any,
    *,
    axis: Any,
    activation: Any,
    batch: bool,
    weight: Any,
    where: Any,
    dtype: Any,
    options: Mapping[str, Option] | None = None,
) -> Regions:
    """Check, promote and mask the arguments of a loss of regions, and sum over pixels.

    Args:
        input: Probabilities, or scores with an `activation`.
        target: Probabilities, or labels with one dimension less than `input`.
        axis: Of the classes; None if there is none.
        activation: None, ``"sigmoid"`` or ``"softmax"``.
        batch: Whether regions reach over the batch.
        weight: Class weights.
        where: The mask, which broadcasts to `input`.
        dtype: Of the result.
        options: Real options by name, such as ``non_negative(smooth)``.
    """
    given = pixels(
        input,
        target,
        axis=axis,
        activation=activation,
        batch=batch,
        weight=weight,
        where=where,
        dtype=dtype,
        options=options,
    )
    counts = (given.over(given.xp.total, x) for x in _counts(given))
    others = given.options, given.weight, given.where, given.bad
    return Regions(given.xp, given.dtype, *counts, *others)


def _counts(given: Pixels) -> tuple[Any, Any, Any]:
    """Return true positives, false positives and false negatives of each pixel."""
    # Without constants such as the 1 of 1 - p, which XLA would materialise.
    both = given.p * given.target
    alone = given.complement is None
    missed = given.target - both if alone else given.complement * given.target
    return both, given.p - both, missed
