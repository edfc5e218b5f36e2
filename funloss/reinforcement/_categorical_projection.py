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
    gaps, end = atoms[1:] - atoms[:-1], xp.ones_like(atoms[:1])
    below, above = (xp.concat(parts, axis=0) for parts in ((end, gaps), (gaps, end)))
    atoms, below, above = xp.of_ndim(places.ndim, atoms, below, above)
    supports = {"place": atoms, "below": below, "above": above}
    masses = {"place": places, "probability": xp.stop_gradient(probabilities)}

    # No place lies beyond an end, so the 1 that stands for the gap there is not used.
    def shares(atom: Mapping[str, Any], mass: Mapping[str, Any]) -> Any:
        difference = atom["place"] - mass["place"]
        distance = xp.maximum(difference / atom["below"], -difference / atom["above"])
        return xp.clamp_min(1 - distance, 0.0) * mass["probability"]

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
