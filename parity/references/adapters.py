"""Arguments that references lack, put around them."""

import functools
from collections.abc import Callable
from typing import Any

from parity.later import torch

__all__ = ["kept", "on_axes", "on_axis", "reduced", "weighted"]

Loss = Callable[..., Any]


def kept(reference: Loss, **axes: int | None) -> Loss:
    """Return `reference` with `where`: it sees the kept samples and nothing else.

    Args:
        reference: The loss without `where`.
        **axes: For each array with an entry a sample, in the order they are passed:
            the axis it has beside them, or None.
    """

    def loss(*arguments, where, reduction="mean", **options):
        arrays = dict(zip(axes, arguments, strict=False))
        arrays |= {name: options.pop(name) for name in axes if name in options}
        for name, axis in axes.items():
            if axis is not None:
                arrays[name] = arrays[name].moveaxis(axis, -1)
        shapes = [
            x.shape if axes[name] is None else x.shape[:-1]
            for name, x in arrays.items()
        ]
        shape = torch.broadcast_shapes(where.shape, *shapes)
        keep = where.expand(shape)
        chosen = {
            name: x.expand(shape if axes[name] is None else (*shape, -1))[keep]
            for name, x in arrays.items()
        }
        losses = reference(**chosen, reduction=reduction, **options)
        if reduction != "none":
            return losses
        return losses.new_zeros(shape).index_put((keep,), losses)

    return loss


def on_axis(reference: Loss) -> Loss:
    """Return `reference` with `axis`, the class axis of `input`."""

    def loss(input, target, *, axis, **options):
        if target.ndim == input.ndim:
            target = target.moveaxis(axis, 1)
        return reference(input.moveaxis(axis, 1), target, **options)

    return loss


def on_axes(reference: Loss) -> Loss:
    """Return `reference` with several class axes as `axis`, and weights of their sizes.

    A row is written out class by class.
    """

    def loss(input, target, weight=None, *, axis, **options):
        last = tuple(range(-len(axis), 0))
        flat = (x.movedim(axis, last).flatten(-len(axis)) for x in (input, target))
        x, q = (x.movedim(-1, 1) for x in flat)
        weight = weight if weight is None else weight.flatten()
        return reference(x, q, weight=weight, **options)

    return loss


def reduced(losses: Loss) -> Loss:
    """Return the function of the elements' losses with `weight` and `reduction`."""

    @functools.wraps(losses)
    def loss(*arrays, weight=None, reduction="mean", **options):
        return weighted(losses(*arrays, **options), weight, reduction)

    return loss


def weighted(losses, weight, reduction):
    """Return the losses times their weights, the sum, or the sum per weight."""
    if weight is None:
        weight = torch.ones_like(losses)
    losses = losses * weight
    match reduction:
        case "none":
            return losses
        case "mean":
            return losses.sum() / weight.sum()
        case "sum":
            return losses.sum()
