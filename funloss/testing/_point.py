"""A function at a point: its derivatives beside those of differences."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from funloss.testing._differences import STEPS, Difference, difference
from funloss.testing._harness.expectation import normal, seeded
from funloss.testing._harness.modes import Mode
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._subject import EvaluationError, evaluated, full_like

__all__ = ["Point", "Verdict", "reach"]

# The largest error in ulps, what is wrong, and what is right.
Verdict = tuple[float, str, np.ndarray]

_DIRECTIONS = 2
_ENTRIES = 1000


@dataclass(frozen=True)
class Point:
    """The outcome of a function at a point, and the mode to run it in nearby."""

    mode: Mode
    problem: Problem
    outcome: Outcome

    @np.errstate(all="ignore")
    def derivative(self, index: int, seed: str) -> Verdict:
        """Compare along random directions, and entry by entry where that fails."""
        got = self.outcome.derivatives[index]
        random = seeded(f"{seed}/{index}")
        for _ in range(_DIRECTIONS if got.size else 0):
            (drawn,) = normal(random, [got], "float64")
            direction = drawn * reach(self.problem.variables()[index])
            if not self._compared(index, direction)[0]:
                return self._entry_by_entry(index)
        return 0.0, "", got

    @np.errstate(all="ignore")
    def one_sided(self, index: int) -> Verdict:
        """Compare each derivative with the derivatives from both sides."""
        got = self.outcome.derivatives[index]
        want, fault = got.copy(), ""
        for place, direction in self._axes(index):
            left, right = (self._from(side, index, direction) for side in (-1, 1))
            own, step = np.sum(got * direction), np.max(direction)
            # nan beyond the edge of a domain, where no derivative sets a limit.
            lower = np.minimum(
                left.derivative - left.allowed, right.derivative - right.allowed
            )
            upper = np.maximum(
                left.derivative + left.allowed, right.derivative + right.allowed
            )
            if np.isfinite(own) and not (own < lower or own > upper):
                continue
            sides = [float(each.derivative / step) for each in (left, right)]
            want[place] = np.clip(np.nan_to_num(got[place]), min(sides), max(sides))
            fault = fault or (
                f"{got[place]}{_at(place)}, where the derivatives from the left and "
                f"the right are {sides[0]:.6g} and {sides[1]:.6g}"
            )
        return _distance(got, want) if fault else 0.0, fault, want

    def products(self) -> Iterator[Verdict]:
        """Compare with how the derivatives differ along the problem's directions."""
        sizes = [derivative.size for derivative in self.outcome.derivatives]
        got = _flat(self.outcome.products)
        scale = max(float(np.max(np.abs(got), initial=0.0)), 1e-9)

        def derivatives(step: float) -> np.ndarray:
            moves = [step * along for along in self.problem.directions]
            return _flat(self._moved(moves).derivatives)

        want, agrees = got, np.zeros(got.shape, bool)
        for step in STEPS:
            found = difference(derivatives, scale, step=step)
            want = np.where(agrees, want, found.derivative)
            agrees = agrees | found.agrees(got)
        want = np.where(agrees, got, want)
        ends = np.cumsum(sizes)[:-1]
        for own, right in zip(self.outcome.products, np.split(want, ends), strict=True):
            yield _verdict(own, right.reshape(own.shape))

    def _entry_by_entry(self, index: int) -> Verdict:
        got = self.outcome.derivatives[index]
        want, hint = got.copy(), ""
        for place, direction in self._axes(index):
            agrees, found = self._compared(index, direction)
            if not agrees:
                want[place] = found.derivative / np.max(direction)
                hint = hint or self._hint(index, place, direction)
        ulps, fault, want = _verdict(got, want, hint)
        # Random directions add up what is too small to see in each entry.
        return ulps, fault or "not what finite differences give", want

    def _hint(self, index: int, place: tuple[int, ...], direction: np.ndarray) -> str:
        left, right = (self._from(side, index, direction) for side in (-1, 1))
        if np.abs(left.derivative - right.derivative) <= left.allowed + right.allowed:
            return ""
        return f"; inputs on a corner, as{_at(place)}, belong in `corners`"

    def _axes(self, index: int) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
        """Yield the place of each entry, and the direction that moves it alone."""
        unit = reach(self.problem.variables()[index])
        for place in list(np.ndindex(unit.shape))[:_ENTRIES]:
            direction = np.zeros(unit.shape)
            direction[place] = unit[place]
            yield place, direction

    def _compared(self, index: int, direction: np.ndarray) -> tuple[bool, Difference]:
        """Tell whether the derivative along a direction is that of differences."""
        own = np.sum(self.outcome.derivatives[index] * direction)
        return self._first(lambda it: bool(it.agrees(own)), 0, index, direction)

    def _from(self, side: int, index: int, direction: np.ndarray) -> Difference:
        return self._first(
            lambda it: bool(np.isfinite(it.derivative)), side, index, direction
        )[1]

    def _first(
        self,
        good: Callable[[Difference], bool],
        side: int,
        index: int,
        direction: np.ndarray,
    ) -> tuple[bool, Difference]:
        """Return the first estimate that is good, or the last of those that are not."""
        scale = _size(self.outcome.derivatives[index] * direction)
        every = (self._along(index, direction, scale, step, side) for step in STEPS)
        found = next(every)
        while not good(found):
            finer = next(every, None)
            if finer is None:
                return False, found
            found = finer
        return True, found

    def _along(
        self, index: int, direction: np.ndarray, scale: float, step: float, side: int
    ) -> Difference:
        """Return the derivative of the weighted outputs along a direction."""

        def weighted(step: float) -> np.ndarray:
            moves = [np.zeros(x.shape) for x in self.problem.variables()]
            moves[index] = step * direction
            values = self._moved(moves, orders=0).values
            pairs = zip(self.problem.cotangents, values, strict=True)
            return np.asarray(sum(np.sum(weight * value) for weight, value in pairs))

        return difference(weighted, scale, step=step, side=side)

    def _moved(self, moves: list[np.ndarray], orders: int = 2) -> Outcome:
        """Return the outcome beside the point."""
        pairs = zip(self.problem.variables(), moves, strict=True)
        beside = self.problem.replaced(self.problem.inputs, [x + d for x, d in pairs])
        problem = replace(self.problem, inputs=beside).with_orders(orders)
        try:
            return evaluated(self.mode, problem)
        except EvaluationError:  # beyond the edge of the domain
            return full_like(self.outcome, np.nan)


def reach(array: np.ndarray) -> np.ndarray:
    """Return how far each entry may move: a small one less, to keep its sign."""
    size = np.abs(array)
    return np.where(size == 0, 1.0, np.minimum(size, 1.0))


def _size(terms: np.ndarray) -> float:
    return max(float(np.sum(np.abs(np.nan_to_num(terms)))), 1e-9)


def _flat(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(array) for array in arrays])


def _verdict(got: np.ndarray, want: np.ndarray, hint: str = "") -> Verdict:
    """Return the worst of the entries where two arrays differ."""
    wrong = ~((got == want) | (np.isnan(got) & np.isnan(want)))
    if not np.any(wrong):
        return 0.0, "", want
    errors = np.where(wrong, np.nan_to_num(np.abs(got - want), nan=np.inf), 0.0)
    place = tuple(int(i) for i in np.unravel_index(np.argmax(errors), errors.shape))
    fault = f"{got[place]} instead of {want[place]:.8g}{_at(place)}, by differences"
    return _distance(got, want), fault + hint, want


def _distance(got: np.ndarray, want: np.ndarray) -> float:
    """Return the largest error in ulps of float64, at the size of the array."""
    size = np.max(np.abs(np.nan_to_num(want)), initial=2.0**-1022)
    errors = np.nan_to_num(np.abs(got - want), nan=np.inf)
    with np.errstate(over="ignore"):
        return float(np.max(errors / np.spacing(size)))


def _at(place: tuple[int, ...]) -> str:
    return f" at {place}" if place else ""
