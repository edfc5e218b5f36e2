"""Errors of losses and gradients beside those of peers, in ulps."""

import math
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import jax
import ml_dtypes
import numpy as np
import torch

from benchmarks.case import BY_HAND, OURS, Case, Maker
from benchmarks.makers import JaxGradient, jax_eager, numpy_value, torch_gradient
from funloss.testing.harness import TOLERANCES, error_in_ulps
from parity.accuracy.inputs import TIES, Inputs, inputs
from parity.accuracy.program import in_fifty_digits
from parity.accuracy.row import FLOAT64, MOVED, Row

__all__ = ["DTYPES", "IN_FLOAT64", "measured"]

DTYPES = ("float32", "bfloat16")
# Losses whose fifty digits would take minutes, of transforms of a thousand numbers.
IN_FLOAT64 = ("stft_loss",)
# Numbers smaller than this part of the largest of their array count as if so large.
_FLOOR = 2.0**-20
# The formula of a loss that no library of JAX has, written by hand.
_NO_PEERS = (OURS, "jax", BY_HAND)
# Fifty digits of so many numbers take seconds.
_MANY = 2000
# How often inputs are moved: each number up or down, by chance.
_MOVES = 4

Arrays = list[np.ndarray]
Compute = Callable[[Any], Arrays]
Errors = tuple[float, float | None]
# Of inputs and what is right; None if there is no result.
Measure = Callable[[Inputs, Arrays], Errors | None]


def measured(case: Case) -> Iterator[Row]:
    """Yield the errors of all candidates of a case."""
    ours = case.calls[OURS]
    assert isinstance(ours, JaxGradient)  # `cases` yields no others
    gradient = jax.value_and_grad(ours.loss, ours.wrt)
    roughly = _in_float64(gradient)
    exactly = roughly if case.loss in IN_FLOAT64 else in_fifty_digits(gradient)
    measures = {name: _of(make) for name, make in _makers(case, ours).items()}
    measures[MOVED] = _of_moved(roughly)
    if exactly is not roughly:
        measures[FLOAT64] = _of_float64(roughly)
    for dtype in DTYPES:
        pairs = list(_pairs(case, dtype, exactly, roughly))
        for name, measure in measures.items():
            for kind in dict.fromkeys(each.kind for each, _ in pairs):
                own = [measure(*pair) for pair in pairs if pair[0].kind == kind]
                if found := [errors for errors in own if errors]:
                    place = case.loss, case.options, dtype, kind, name
                    yield _row(place, found)


def _row(place: tuple[str, str, str, str, str], found: list[Errors]) -> Row:
    value, gradient = (_largest(errors) for errors in zip(*found, strict=True))
    row = Row(*place, value or 0.0, gradient, len(found))
    # At a corner another subgradient is as right.
    is_free = row.kind == TIES and row.is_of_a_peer
    return replace(row, gradient=None) if is_free else row


def _makers(case: Case, ours: JaxGradient) -> dict[str, Maker]:
    """Return what makes the calls: of the loss on three libraries, and of its peers."""
    more = {
        f"{OURS} on NumPy": numpy_value(ours.loss),
        f"{OURS} on torch": torch_gradient(ours.loss, ours.wrt),
    }
    peers = {k: make for k, make in case.calls.items() if k not in _NO_PEERS}
    return {f"{OURS} on JAX": ours, **more, **peers}


def _pairs(
    case: Case, dtype: str, exactly: Compute, roughly: Compute
) -> Iterator[tuple[Inputs, Arrays]]:
    """Yield inputs and what is right, where the dtype has that."""
    largest = float(ml_dtypes.finfo(dtype).max)
    for each in inputs(case, dtype):
        # What float64 differs by is measured in the first draw.
        is_exact = each.draw == 0 or each.size <= _MANY
        wanted = (exactly if is_exact else roughly)(each.exact())
        if all((np.abs(x) <= largest).all() for x in wanted):
            yield each, wanted


def _in_float64(gradient: Callable[..., Any]) -> Compute:
    program = jax.jit(gradient)

    def compute(arrays: Any) -> Arrays:
        with jax.enable_x64(True):
            return [np.asarray(x) for x in jax.tree.leaves(program(*arrays))]

    return compute


def _of(make: Maker) -> Measure:
    """Return the measure of a candidate."""
    compute = _computed(make)

    def measure(each: Inputs, wanted: Arrays) -> Errors | None:
        found = compute(each.arrays)
        return _errors(found, wanted, each.dtype) if found else None

    return measure


def _of_float64(compute: Compute) -> Measure:
    """Return the measure of what is not rounded, in ulps of the dtype."""

    def measure(each: Inputs, wanted: Arrays) -> Errors | None:
        value, gradient = _errors(compute(each.exact()), wanted, "float64")
        ulp = float(ml_dtypes.finfo("float64").eps / ml_dtypes.finfo(each.dtype).eps)
        return ulp * value, None if gradient is None else ulp * gradient

    return measure


def _of_moved(compute: Compute) -> Measure:
    """Return the measure of what results of inputs that are an ulp of float32 off."""

    def measure(each: Inputs, wanted: Arrays) -> Errors | None:
        rng = np.random.default_rng(zlib.crc32(each.kind.encode()))
        every = []
        for _ in range(_MOVES):
            found = compute(jax.tree.map(lambda x: _moved(x, rng), each.exact()))
            if all(np.isfinite(x).all() for x in found):
                every.append(_errors(found, wanted, each.dtype))
        if not every:
            return None
        value, gradient = (_largest(errors) for errors in zip(*every, strict=True))
        return value or 0.0, gradient

    return measure


def _moved(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move each number by an ulp within their range; labels are exact."""
    if (x == np.round(x)).all():
        return x
    ulps = np.finfo(np.float32).eps * rng.choice((-1, 1), x.shape)
    return np.clip(x * (1 + ulps), x.min(), x.max())


def _computed(make: Maker) -> Callable[[Any], Arrays | None]:
    """Return arrays -> value and gradients, or None if it does not compute these."""
    if isinstance(make, JaxGradient):
        # Compiled once for all inputs.
        program, view = jax.jit(jax.value_and_grad(make.loss, make.wrt)), make.view
        make = jax_eager(program, view)

    def compute(arrays: Any) -> Arrays | None:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                call = make(arrays)
                result = call.view(call.run())
            except (TypeError, ValueError, RuntimeError, NotImplementedError):
                return None
        return [_array(x) for x in jax.tree.leaves(result)]

    return compute


def _array(x: Any) -> np.ndarray:
    if isinstance(x, torch.Tensor):
        return x.detach().double().numpy()
    return np.asarray(x).astype(np.float64)


def _errors(found: Arrays, wanted: Arrays, dtype: str) -> Errors:
    """Return the errors of value and gradients."""
    pairs = zip(found, wanted, strict=False)
    value, *gradients = (_error(got, want, dtype) for got, want in pairs)
    return value, max(gradients) if gradients else None


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
