"""Lovász losses from differences of Jaccard losses, a region at a time."""

from parity.later import torch
from parity.references.dice import averaged, regions

__all__ = ["lovasz_hinge", "lovasz_softmax"]


def lovasz_hinge(input, target, *, batch=False, weight=None, where=None, **options):
    """Return the extension at ``max(0, 1 - x * (2 * t - 1))``."""
    found = regions(input, target, axis=None, batch=batch, where=where)
    if weight is not None:
        options["weight"] = weight[..., None]
    options |= {"axis": None, "batch": batch}
    return averaged(
        lambda x, t: _extension((1 - x * (2 * t - 1)).relu(), t), found, options
    )


def lovasz_softmax(input, target, *, absent="skip", **options):
    """Return the extension at ``abs(t - p)``."""
    names = ("activation", "axis", "batch", "where")
    given = {name: options[name] for name in names if name in options}
    options["absent"] = absent
    if given.get("activation") == "sigmoid":
        # Where a sigmoid rounds to 1, its distance from 1 has digits of its own.
        found = regions(input, target, **given | {"activation": None})
        return averaged(
            lambda x, t: _extension(_sigmoid((1 - 2 * t) * x), t), found, options
        )
    found = regions(input, target, **given)
    return averaged(lambda p, t: _extension((t - p).abs(), t), found, options)


def _sigmoid(x):
    # The derivative of torch's own has the rounding error of 1 - sigmoid(x).
    return torch.nn.functional.logsigmoid(x).exp()


def _extension(errors, t):
    errors, order = errors.sort(descending=True, stable=True)
    if not t.any():
        return errors[0]
    t, one = t[order], t.new_ones(1)
    shared = t.sum() - torch.cat([0 * one, t.cumsum(0)])
    union = t.sum() + torch.cat([0 * one, (1 - t).cumsum(0)])
    # Differences of neighbouring Jaccard losses, whole numbers up to the division.
    steps = shared[:-1] * union[1:] - shared[1:] * union[:-1]
    return (errors * steps / (union[:-1] * union[1:])).sum()
