"""Targets of categorical losses: distributions projected onto fixed atoms."""

from collections.abc import Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.time_steps import TimeSteps

__all__ = ["check_supports", "projected_target"]


def projected_target(steps: TimeSteps, next_logits: Any) -> Any:
    """Return the probabilities of `atoms` after a step, without a gradient."""
    xp, atoms, places = steps.xp, steps.arrays["atoms"], steps.arrays["next_atoms"]
    (places,) = xp.of_ndim(next_logits.ndim, atoms if places is None else places)
    step = steps.arrays["reward"], steps.arrays["discount"]
    reward, discount = xp.of_ndim(len(steps.shape), *step)
    places = reward[..., None] + discount[..., None] * places
    return _projected(xp, atoms, places, xp.softmax(next_logits, -1))


def _projected(xp: Namespace, atoms: Any, places: Any, probabilities: Any) -> Any:
    """Return probabilities of `atoms`, each split between the two atoms beside it.

    Args:
        xp: The namespace.
        atoms: Increasing, shape ``(K,)``.
        places: The returns that have the probabilities, shape ``(*, M)``.
        probabilities: Same shape.
    """
    atoms, places = xp.stop_gradient(atoms), xp.stop_gradient(places)
    places = xp.clamp(places, atoms[0], atoms[-1])
    # No place lies beyond an end, so that any atom will do there.
    low, high = -2 * atoms[:1], 2 * atoms[-1:]
    below = xp.concat((-1 - xp.clamp_min(low, 0.0), atoms[:-1]), axis=0)
    above = xp.concat((atoms[1:], 1 + xp.clamp_min(high, 0.0)), axis=0)
    atoms, below, above = xp.of_ndim(places.ndim, atoms, below, above)
    supports = {"place": atoms, "below": below, "above": above}
    masses = {"place": places, "probability": xp.stop_gradient(probabilities)}

    # Each side is counted from the other atom: 1 less the way from this one would lose
    # the digits of a small share.
    def shares(atom: Mapping[str, Any], mass: Mapping[str, Any]) -> Any:
        place, below, above = mass["place"], atom["below"], atom["above"]
        left = (place - below) / (atom["place"] - below)
        right = (above - place) / (above - atom["place"])
        return xp.clamp_min(xp.minimum(left, right), 0.0) * mass["probability"]

    return xp.sum_over_pairs(shares, supports, masses)


def check_supports(arrays: Mapping[str, Any], inner: int) -> tuple[int, ...]:
    """Return the shape of the steps, or raise unless logits and atoms fit.

    `inner` is the number of axes that a step has: atoms, and actions before them.
    """
    input, atoms, next_logits, next_atoms = (
        arrays[name] for name in ("input", "atoms", "next_logits", "next_atoms")
    )
    shape = tuple(input.shape)
    if len(shape) < inner or not shape[-1] or tuple(atoms.shape) != shape[-1:]:
        own = f"(*{', A' * (inner - 1)}, K)"
        msg = f"input must have shape {own} and atoms (K,), got {shape} and "
        raise ValueError(msg + f"{tuple(atoms.shape)}")
    places = atoms if next_atoms is None else next_atoms
    if tuple(next_logits.shape) != (*shape[:-1], *places.shape) or places.ndim != 1:
        msg = f"next_logits must have shape {shape[:-1]} and one entry an atom, got "
        raise ValueError(msg + f"{tuple(next_logits.shape)}")
    return shape[: len(shape) - inner]
