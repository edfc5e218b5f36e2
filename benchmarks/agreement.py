"""Compare what the candidates compute, before anything is timed."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import torch

from benchmarks.case import OURS, Call

__all__ = ["disagreements"]


def disagreements(calls: Mapping[str, Call], tolerance: float) -> dict[str, str]:
    """Return what is wrong with each candidate that differs from `funloss`."""
    ours = _arrays(calls[OURS])
    found = {}
    for name, call in calls.items():
        fault = "" if name == OURS else _fault(ours, _arrays(call), tolerance)
        if fault:
            found[name] = fault
    return found


def _arrays(call: Call) -> list[np.ndarray]:
    return [_array(x) for x in jax.tree.leaves(call.view(call.run()))]


def _array(x: Any) -> np.ndarray:
    if isinstance(x, torch.Tensor):
        return x.detach().float().numpy()
    return np.asarray(x).astype(np.float32, copy=False)


def _fault(
    ours: list[np.ndarray], theirs: list[np.ndarray], tolerance: float
) -> str | None:
    shapes = [[x.shape for x in arrays] for arrays in (ours, theirs)]
    if shapes[0] != shapes[1]:
        return f"shapes are {shapes[1]}, of {OURS} {shapes[0]}"
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        size = float(np.max(np.abs(a), initial=0.0))
        off = float(np.max(np.abs(a - b), initial=0.0))
        # The comparison fails at nan too.
        if not off <= tolerance * size:
            what = "value" if k == 0 else f"gradient {k}"
            return f"{what} is off by {off:.1e}, at most {tolerance * size:.1e}"
    return None
