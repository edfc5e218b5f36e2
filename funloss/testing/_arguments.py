"""The arguments that the checks share, prepared or rejected."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from funloss.testing._harness.arrays import backend
from funloss.testing._harness.modes import TRANSFORMS, Mode, mode
from funloss.testing._harness.tolerance import TOLERANCES
from funloss.testing._harness.tree import leaves, map_leaves, paths

__all__ = [
    "check_names",
    "chosen_dtypes",
    "chosen_modes",
    "chosen_order",
    "chosen_wrt",
    "is_floating",
    "prepared",
]


def is_floating(array: np.ndarray) -> bool:
    """Tell whether an array is of a floating type, bfloat16 included."""
    return array.dtype.name in TOLERANCES


def prepared(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs as NumPy arrays, with floating ones cast to float64."""
    if not inputs:
        msg = "inputs must name at least one array, got none"
        raise ValueError(msg)

    for name, tree in inputs.items():
        _check_leaves(f"inputs[{name!r}]", tree)

    def leaf(value: Any) -> np.ndarray:
        array = np.asarray(value)
        return array.astype(np.float64) if is_floating(array) else array

    arrays = {name: map_leaves(leaf, tree) for name, tree in inputs.items()}
    for name, tree in arrays.items():
        for array in leaves(tree):
            if not is_floating(array) and array.dtype.kind not in "biu":
                msg = f"inputs[{name!r}] must hold numbers, got {array.dtype}"
                raise ValueError(msg)
    return arrays


def chosen_wrt(
    wrt: str | Sequence[str] | None, inputs: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the inputs to differentiate: the first floating one by default."""
    floating = [
        name for name, tree in inputs.items() if all(map(is_floating, leaves(tree)))
    ]
    if wrt is None:
        return tuple(floating[:1])
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    for name in names:
        if name not in floating:
            msg = f"wrt must name floating inputs, of {floating}, got {name!r}"
            raise ValueError(msg)
    return names


def chosen_modes(
    library: str, transforms: Sequence[str] | None, default: Sequence[str]
) -> list[Mode]:
    """Return how the candidate is called: JAX has several ways, others have one."""
    if backend(library) != "jax":
        if transforms is not None:
            msg = f"transforms must be None unless JAX runs, got {transforms!r}"
            raise ValueError(msg)
        return [mode(library)]
    chosen = default if transforms is None else transforms
    _check_members("transforms", chosen, TRANSFORMS)
    return [mode(library, transform) for transform in chosen]


def chosen_dtypes(dtypes: Sequence[str]) -> Sequence[str]:
    """Return the dtypes, if there are such."""
    _check_members("dtypes", dtypes, TOLERANCES)
    return dtypes


def chosen_order(order: int | None, modes: Sequence[Mode]) -> int:
    """Return the highest derivative to compare, which every mode must have."""
    least = min(modes, key=lambda each: each.orders)
    if order is None:
        return min(1, least.orders)
    if order not in {0, 1, 2}:
        msg = f"order must be 0, 1 or 2, got {order!r}"
        raise ValueError(msg)
    if order > least.orders:
        msg = f"order must be 0, as {least.name} has no derivatives, got {order}"
        raise ValueError(msg)
    return order


def check_names(argument: str, names: Iterable[str], inputs: Collection[str]) -> None:
    """Raise unless all names are those of inputs."""
    for name in names:
        if name not in inputs:
            msg = f"{argument} must name inputs, of {list(inputs)}, got {name!r}"
            raise ValueError(msg)


def _check_leaves(name: str, tree: Any) -> None:
    """Raise if a tuple or list holds numbers: each would be an array of its own."""
    if not isinstance(tree, tuple | list):
        return
    odd = [
        (path, leaf)
        for path, leaf in zip(paths(name, tree), leaves(tree), strict=True)
        if not hasattr(leaf, "shape")
    ]
    if len(odd) == len(leaves(tree)) and (odd or isinstance(tree, list)):
        odd = [(name, tree)]
    for path, leaf in odd:
        msg = f"{path} must be an array, got {type(leaf).__name__}"
        raise TypeError(msg)


def _check_members(name: str, chosen: Sequence[str], known: Collection[str]) -> None:
    if isinstance(chosen, str) or not chosen:
        msg = f"{name} must be a sequence of names, got {chosen!r}"
        raise ValueError(msg)
    for each in chosen:
        if each not in known:
            msg = f"{name} must be of {sorted(known)}, got {each!r}"
            raise ValueError(msg)
