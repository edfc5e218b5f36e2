"""The way into a loss of sequences of tokens, each with numbers of its own or not."""

from collections.abc import Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import check_axis
from funloss._core.options import Option, check_options
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = ["TokenSequences", "token_sequences"]


class TokenSequences(Record):
    """Arguments of a loss of tokens, on the last axis; what is masked is replaced."""

    xp: Namespace
    # Of the result.
    dtype: Any
    # By name, in the dtype to compute in: of tokens, or with one for each sequence.
    arrays: dict[str, Any]
    options: dict[str, Any]
    # Of the tokens.
    shape: tuple[int, ...]
    # Which tokens count, and how many of each sequence; None for all.
    where: Any
    counts: Any

    def total(self, x: Any) -> Any:
        """Return the sum over the tokens of each sequence."""
        x = self.xp.broadcast_to(x, self.shape)
        if self.where is not None:
            x = self.xp.where(self.where, x, 0.0)
        return self.xp.total(x, -1)

    def mean(self, x: Any) -> Any:
        """Return the mean over the tokens of each sequence, 0 of none."""
        if self.counts is None:
            return self.total(x) / self.xp.count(self.shape[-1:], x.dtype)
        return self.total(x) / self.xp.clamp_min(self.counts, 1.0)

    def reduce(self, losses: Any, reduction: str, *, by_tokens: bool = False) -> Any:
        """Reduce losses of sequences; the mean is over those with tokens, or these."""
        xp, counts, divisor = self.xp, self.counts, None
        if by_tokens and counts is None:
            divisor = xp.count(self.shape, losses.dtype)
        elif by_tokens:
            divisor = xp.total(counts)
        kept = None if counts is None else counts > 0
        return reduce_losses(
            xp, self.dtype, losses, reduction, where=kept, divisor=divisor
        )


def token_sequences(
    arrays: Mapping[str, Any],
    *,
    axis: int,
    options: Mapping[str, Option],
    weight: Any,
    where: Any,
    dtype: Any,
) -> TokenSequences:
    """Check, promote and mask the arguments of a loss of sequences of tokens.

    Args:
        arrays: By name, the first with one number a token; others may have one a
            sequence, or one for all, and may be None.
        axis: Of the tokens.
        options: Real options by name.
        weight: An array likewise, which does not decide the dtype.
        where: The mask of tokens.
        dtype: Of the result.
    """
    given = {name: x for name, x in arrays.items() if x is not None}
    xp, out, values = promote_arrays(dtype, **given)
    input = values[0]
    (weight,) = cast_like(xp, input, weight=weight)
    named = dict(zip(given, values, strict=True)) | {"weight": weight}
    shape = tuple(input.shape)
    if not shape:
        msg = "input must have an axis of tokens, got shape ()"
        raise ValueError(msg)
    place = check_axis(axis, len(shape))
    where = check_where(xp, input, where, shape)
    if where is None and not shape[place]:
        where = xp.zeros(shape, dtype=xp.bool, **xp.device_kw(input))
    named = {name: _tokens_last(xp, x, name, shape, place) for name, x in named.items()}
    named["input"], settled = check_options(xp, named["input"], options)
    shape, counts = tuple(named["input"].shape), None
    if where is not None:
        where = xp.broadcast_to(xp.moveaxis(where, place, -1), shape)
        counts = xp.total(xp.astype(where, input.dtype), -1)
        each = (counts > 0)[..., None]
        for name, x in named.items():
            mask = where if x is None or tuple(x.shape) == shape else each
            (named[name],) = fill_masked(xp, mask, (x, 0.0))
    settled = dict(zip(options, settled, strict=True))
    return TokenSequences(xp, out, named, settled, shape, where, counts)


def _tokens_last(
    xp: Namespace, x: Any, name: str, shape: tuple[int, ...], place: int
) -> Any:
    """Return an array with the tokens last, on an axis of size 1 if it has none."""
    if x is None:
        return None
    rows, own = (*shape[:place], *shape[place + 1 :]), tuple(x.shape)
    if own not in (shape, rows, ()):
        msg = f"{name} must have shape {shape}, {rows} or (), got {own}"
        raise ValueError(msg)
    if own == shape:
        return xp.moveaxis(x, place, -1)
    return x[..., None] if own else xp.reshape(x, (1,) * len(shape))
