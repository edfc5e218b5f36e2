"""One loss along a line through its arguments: value and derivative on both sides."""

import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import funloss
from funloss.testing.harness import (
    Mode,
    Problem,
    from_numpy,
    leaves,
    map_leaves,
    mode,
    to_numpy,
)
from parity.later import functional, torch

__all__ = ["Curve", "Line", "Samples"]

POINTS = 121


@dataclass(frozen=True)
class Line:
    """What one side gives along a curve.

    Attributes:
        value: The value at each point.
        derivative: Its derivative along the curve.
    """

    value: np.ndarray
    derivative: np.ndarray


@dataclass(frozen=True)
class Samples:
    """Both sides of a curve.

    Attributes:
        at: The points.
        ours: What funloss gives on JAX, in float64.
        torch: What torch gives.
    """

    at: np.ndarray
    ours: Line
    torch: Line


@dataclass(frozen=True)
class Curve:
    """A path on which the shape of a loss is seen.

    Attributes:
        moved: What moves, in words.
        span: From where to where.
        fixed: What is fixed, in words.
        arrays: The arguments that are arrays where `moved` is 0, by name.
        along: How far each changes as `moved` grows by 1.
        options: All other arguments, by name.
        logits: The argument that is a log-softmax of what `arrays` holds, if any.
        reference: torch's side, if not the functional of the loss's name.
        factors: What the results are multiplied by before they are added up, if they
            are no losses.
        loss: Name of the loss, from the one that the curve stands with.
    """

    moved: str
    span: tuple[float, float]
    fixed: str
    arrays: Mapping[str, Any]
    along: Mapping[str, np.ndarray]
    options: Mapping[str, Any] = field(default_factory=dict)
    logits: str | None = None
    reference: Callable[..., Any] | None = None
    factors: Any = None
    loss: str = ""

    def samples(self) -> Samples:
        """Compute both sides."""
        at = np.linspace(*self.span, POINTS)
        theirs = self.reference or getattr(functional, self.loss)
        mapped = self._problem(getattr(funloss, self.loss), "jax", at)
        single = [self._problem(theirs, "torch", point) for point in at]
        return Samples(
            at,
            ours=_line(mode("jax", "vmap"), [mapped]),
            torch=_line(mode("torch"), single),
        )

    @functools.cached_property
    def own(self) -> tuple[np.ndarray, Line]:
        """Compute funloss's side alone, on torch, which compiles nothing."""
        at = np.linspace(*self.span, POINTS)
        ours = self._function(getattr(funloss, self.loss), "torch")
        return at, _mapped(ours, at)

    def _problem(
        self, loss: Callable[..., Any], library: str, at: np.ndarray
    ) -> Problem:
        function, at = self._function(loss, library), np.asarray(at)
        return Problem(
            function, ("moved",), {"moved": at}, {}, ("moved",), 1, (np.ones_like(at),)
        )

    def _function(self, loss: Callable[..., Any], library: str) -> Callable[[Any], Any]:
        def function(moved: Any) -> Any:
            result = loss(**self._arguments(moved, library), **self.options)
            result = leaves(result)[-1]
            if self.factors is not None:
                factors = np.broadcast_to(self.factors, tuple(result.shape))
                result = result * from_numpy(factors.copy(), library)
            return result.sum()

        return function

    def _arguments(self, moved: Any, library: str) -> dict[str, Any]:
        arguments = {
            name: map_leaves(lambda leaf: from_numpy(leaf, library), tree)
            for name, tree in self.arrays.items()
        }
        for name, change in self.along.items():
            arguments[name] = arguments[name] + moved * from_numpy(change, library)
        if self.logits:
            owner = "jax.nn" if library == "jax" else "torch"
            log_softmax = importlib.import_module(owner).log_softmax
            arguments[self.logits] = log_softmax(arguments[self.logits], -1)
        return arguments


def _mapped(function: Callable[[Any], Any], at: np.ndarray) -> Line:
    """Return what a function of a number gives on torch, all points in one call."""
    both = torch.func.vmap(torch.func.grad_and_value(function))
    derivative, value = both(from_numpy(at, "torch"))
    return Line(to_numpy(value), to_numpy(derivative))


def _line(mode: Mode, problems: list[Problem]) -> Line:
    outcomes = mode.evaluate(problems)
    return Line(
        np.hstack([outcome.values[0] for outcome in outcomes]),
        np.hstack([outcome.derivatives[0] for outcome in outcomes]),
    )
