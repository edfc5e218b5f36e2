"""Errors of losses and gradients beside those of peers, in ulps."""

import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import numpy as np
import torch

from benchmarks.case import OURS, Case, Maker
from benchmarks.cases import CASES
from benchmarks.makers import JaxGradient, jax_eager, numpy_value, torch_gradient
from benchmarks.sizes import USUAL
from funloss.testing.harness import TOLERANCES, error_in_ulps
from parity.accuracy.inputs import Inputs, inputs
from parity.accuracy.row import Row

__all__ = ["DTYPES", "cases", "measured"]

DTYPES = ("float32", "bfloat16")
# Numbers smaller than this part of the largest of their array count as if so large.
_FLOOR = 2.0**-20
# The formula of a loss that no library of JAX has, written by hand.
_BY_HAND = ("jax", "by hand")

Compute = Callable[[Any], list[np.ndarray] | None]


def cases(losses: Iterable[str] = ()) -> list[Case]:
    """Return the timed cases of losses and gradients, each with its options once."""
    chosen, found = set(losses), {}
    for case in CASES:
        is_wanted = case.quantity == "gradient" and case.size == USUAL
        if is_wanted and isinstance(case.calls[OURS], JaxGradient):
            found.setdefault((case.loss, case.options), case)
    return [case for case in found.values() if not chosen or case.loss in chosen]


def measured(case: Case) -> Iterator[Row]:
    """Yield the errors of all candidates of a case."""
    exactly = _computed(case.calls[OURS])
    candidates = {name: _computed(make) for name, make in _makers(case).items()}
    for dtype in DTYPES:
        kinds: dict[str, list[tuple[Inputs, list[np.ndarray]]]] = {}
        for each in inputs(case, dtype):
            with jax.enable_x64(True):
                wanted = exactly(each.exact())
            if wanted and all(np.isfinite(x).all() for x in wanted):
                kinds.setdefault(each.kind, []).append((each, wanted))
        for kind, pairs in kinds.items():
            for name, compute in candidates.items():
                errors = [_errors(compute, *pair) for pair in pairs]
                found = [each for each in errors if each]
                if found:
                    value, gradient = map(_largest, zip(*found, strict=True))
                    place = case.loss, case.options, dtype, kind, name
                    yield Row(*place, value or 0.0, gradient, len(found))


def _makers(case: Case) -> dict[str, Maker]:
    """Return what makes the calls: of the loss on three libraries, and of its peers."""
    ours = case.calls[OURS]
    assert isinstance(ours, JaxGradient)  # `cases` yields no others
    more = {
        f"{OURS} on NumPy": numpy_value(ours.loss),
        f"{OURS} on torch": torch_gradient(ours.loss, ours.wrt),
    }
    peers = {k: make for k, make in case.calls.items() if k not in (OURS, *_BY_HAND)}
    return {f"{OURS} on JAX": ours, **more, **peers}


def _computed(make: Maker) -> Compute:
    """Return arrays -> value and gradients, or None if it does not compute these."""
    if isinstance(make, JaxGradient):
        # Compiled once for all inputs.
        program, view = jax.jit(jax.value_and_grad(make.loss, make.wrt)), make.view
        make = jax_eager(program, view)

    def compute(arrays: Any) -> list[np.ndarray] | None:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                call = make(arrays)
                result = call.view(call.run())
            except (TypeError, ValueError, RuntimeError, NotImplementedError):
                return None
        return [_array(x) for x in jax.tree.leaves(result)]

    return compute


def _errors(
    compute: Compute, each: Inputs, wanted: list[np.ndarray]
) -> tuple[float, float | None] | None:
    """Return the errors of value and gradients, if it computes these."""
    found = compute(each.arrays)
    if found is None:
        return None
    pairs = zip(found, wanted, strict=False)
    value, *gradients = (_error(got, want, each.dtype) for got, want in pairs)
    return value, max(gradients) if gradients else None


def _array(x: Any) -> np.ndarray:
    if isinstance(x, torch.Tensor):
        return x.detach().double().numpy()
    return np.asarray(x).astype(np.float64)


def _error(got: np.ndarray, want: np.ndarray, dtype: str) -> float:
    """Return the largest error of an array in ulps of `dtype`."""
    if got.shape != want.shape or not np.isfinite(got).all():
        return math.inf
    floor = _FLOOR * np.abs(want).max(initial=0.0)
    # The tolerances of the checks have a floor of their own.
    scale = floor / TOLERANCES[dtype].floor
    return float(error_in_ulps(got, want, dtype, scale).max(initial=0.0))


def _largest(errors: Iterable[float | None]) -> float | None:
    known = [error for error in errors if error is not None]
    return max(known) if known else None
