"""Rows whose label is to be ignored must count as if they were not there."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from funloss.testing._harness.check import Check, checks
from funloss.testing._harness.modes import Mode
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._subject import Subject, drawn, evaluated

__all__ = ["ignored_rows"]


def ignored_rows(
    subject: Subject, mode: Mode, labels: str, ignore_index: int, axis: int
) -> Iterator[Check]:
    """Compare with the call without the rows that are ignored: every other one.

    Labels of one row cannot be ignored and leave anything, so nothing is checked.
    """
    given = subject.problem.inputs[labels].astype(np.int64)
    rows = given.shape[0] if given.ndim else 0
    if rows < 2:
        return
    kept = np.arange(rows) % 2 == 0
    given[~kept] = ignore_index
    inputs = {**subject.problem.inputs, labels: given}
    problem = replace(subject.problem, inputs=inputs)
    problem = drawn(mode, problem, subject.loss + subject.call, "float64")
    place = {
        name: _row_axis(array, kept, axis, name != labels)
        for name, array in inputs.items()
        if isinstance(array, np.ndarray)
    }
    fewer = _without(problem, kept, place)
    expected = _with_zeros(evaluated(mode, fewer), problem, kept, place)
    detail = f"with label {ignore_index} in rows {np.flatnonzero(~kept).tolist()}"
    expectation = subject.expect(problem, expected, detail=detail)
    yield from checks(mode, [([expectation], problem.orders)])


def _row_axis(array: np.ndarray, kept: np.ndarray, axis: int, scores: bool) -> int:
    """Return the axis of the rows, or -1: it is the first, or beside the classes."""
    place = 1 if scores and axis == 0 and array.ndim > 1 else 0
    return place if array.ndim > place and array.shape[place] == kept.size else -1


def _without(problem: Problem, kept: np.ndarray, place: dict[str, int]) -> Problem:
    inputs = {
        name: np.compress(kept, array, axis=place[name])
        if place.get(name, -1) >= 0
        else array
        for name, array in problem.inputs.items()
    }
    cotangents = tuple(
        weight[kept] if weight.shape[:1] == kept.shape else weight
        for weight in problem.cotangents
    )
    return replace(problem, inputs=inputs, cotangents=cotangents)


def _with_zeros(
    outcome: Outcome, problem: Problem, kept: np.ndarray, place: dict[str, int]
) -> Outcome:
    """Return the outcome with the rows that were left out, all of them 0."""

    def with_zeros(array: np.ndarray, axis: int) -> np.ndarray:
        shape = list(array.shape)
        shape[axis] = kept.size
        wide = np.zeros(shape)
        wide[(slice(None),) * axis + (kept,)] = array
        return wide

    rows = np.count_nonzero(kept)
    values = [
        with_zeros(value, 0) if value.shape[:1] == (rows,) else value
        for value in outcome.values
    ]
    names = problem.variable_names()
    derivatives = [
        with_zeros(derivative, place[name]) if place.get(name, -1) >= 0 else derivative
        for name, derivative in zip(names, outcome.derivatives, strict=False)
    ]
    return Outcome(values, derivatives, [])
