"""What JAX does to a function must not change it, nor make it compile again."""

import functools
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from funloss.testing._arguments import chosen_dtypes, is_floating
from funloss.testing._harness.arrays import backend
from funloss.testing._harness.check import Check, checks
from funloss.testing._harness.expectation import Expectation, rounded
from funloss.testing._harness.grid import Grid
from funloss.testing._harness.modes import TRANSFORMS, Mode, mode, repeated
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._harness.tree import map_leaves
from funloss.testing._harness.verdict import Finding
from funloss.testing._report import Report
from funloss.testing._subject import Subject, drawn, evaluated, report, subjects

__all__ = ["check_transforms"]

_SECOND_CALL = """
def half(x):
    return x / 2 if jnp.issubdtype(x.dtype, jnp.floating) else x

call = {call}
arrays = ({inputs},)
for number in range(3):
    print("call", number)
    with jax.log_compiles(number == 2):
        print(call(*arrays))
    arrays = jax.tree.map(half, arrays)

"""


def check_transforms(
    function: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    options: Grid | Sequence[Grid] | None = None,
    wrt: str | Sequence[str] | None = None,
    library: str = "jax",
    dtype: str = "float32",
) -> Report:
    """Compare `jit`, `vmap`, `scan` and `checkpoint` with calls that use none of them.

    Values and derivatives must be those of the function as it is: `vmap` those of one
    call for each draw, `jit` also for data that it was not compiled with. New data of
    the same shape must not compile anything again, under `jit` or without it.

    Args:
        function: The loss under test.
        inputs: NumPy arrays by name, passed by position in this order. The second draw
            has half the numbers in all floating ones, so ranges around 0 are kept.
        options: Values of each option by keyword, all crossed; or several such
            mappings, one after the other.
        wrt: Names of the inputs to differentiate; the first floating one by default.
        library: ``"jax"``, or ``"keras"`` on JAX.
        dtype: Dtype of the floating inputs. In 16 bits a function that rounds at each
            step differs under `jit`, which rounds once.

    Returns:
        A report.

    Raises:
        ValueError: If an argument is none of what is stated above.

    Examples:
        >>> import jax.numpy as jnp, numpy as np
        >>> def branches(input):
        ...     return jnp.sum(input) if input[0] > 0 else jnp.sum(-input)
        >>> report = check_transforms(branches, {"input": np.ones(2)})
        >>> report.failures[0].fault.split(":")[0]
        'raised TracerBoolConversionError'
    """
    if backend(library) != "jax":
        msg = f"library must be one that runs on JAX, got {library!r}"
        raise ValueError(msg)
    chosen_dtypes([dtype])
    every = subjects(function, inputs, options, wrt, 1)
    title = f"{every[0].loss} ({library}) under the transformations of JAX"

    def of_each(subject: Subject) -> Iterator[Check]:
        plain = mode(library)
        first = drawn(
            plain, rounded(subject.problem, dtype), subject.loss + subject.call, dtype
        )
        draws = [first, _scaled(first, 0.5)]
        outcomes = [_to_float64(evaluated(plain, draw)) for draw in draws]
        expectations = [
            subject.expect(draw, outcome, dtype)
            for draw, outcome in zip(draws, outcomes, strict=True)
        ]
        yield from _transformed(library, expectations, first.orders)
        yield _traced_once(subject, library, first, dtype)
        yield _compiled_once(subject, plain, first, dtype)

    return report(title, every, of_each)


def _transformed(
    library: str, expectations: Sequence[Expectation], orders: int
) -> Iterator[Check]:
    for transform in TRANSFORMS:
        if transform == "jit":
            both = [([expectation], orders) for expectation in expectations]
            yield from checks(repeated(library), both)
        elif transform != "eager":
            yield from checks(mode(library, transform), [(expectations, orders)])


def _scaled(problem: Problem, factor: float) -> Problem:
    """Return the problem with every floating number times a factor."""

    def leaf(array: np.ndarray) -> np.ndarray:
        return array * np.asarray(factor, array.dtype) if is_floating(array) else array

    inputs = {name: map_leaves(leaf, tree) for name, tree in problem.inputs.items()}
    return replace(problem, inputs=inputs)


def _to_float64(outcome: Outcome) -> Outcome:
    values, derivatives = (
        [array.astype(np.float64) for array in arrays]
        for arrays in (outcome.values, outcome.derivatives)
    )
    return Outcome(values, derivatives, [])


def _traced_once(subject: Subject, library: str, first: Problem, dtype: str) -> Check:
    """Check that `jit` calls the function for the first data alone."""
    calls: list[None] = []

    @functools.wraps(first.function)
    def counted(*arrays: Any, **options: Any) -> Any:
        calls.append(None)
        return first.function(*arrays, **options)

    compiled, observed = repeated(library), replace(first, function=counted)
    evaluated(compiled, observed)
    before = len(calls)
    evaluated(compiled, _scaled(observed, 0.5))
    more = len(calls) - before
    fault = f"traced {more} times more for new data of the same shape" if more else ""
    return _again(
        subject, compiled, first, fault=fault, call="jax.jit(loss)", dtype=dtype
    )


def _compiled_once(subject: Subject, plain: Mode, first: Problem, dtype: str) -> Check:
    """Check that a call compiles nothing if it differs in numbers alone."""
    jax = importlib.import_module("funloss.testing._harness.jax")
    # Drawn anew: what this process compiled for data that it saw is still there.
    unseen = _scaled(first, np.random.default_rng().uniform(0.25, 0.5))
    count = jax.compilations(lambda: evaluated(plain, unseen))
    words = f"{count} program{'s' if count > 1 else ''}"
    fault = f"compiles {words} for new data of the same shape" if count else ""
    return _again(subject, plain, first, fault=fault, call="loss", dtype=dtype)


def _again(
    subject: Subject, mode: Mode, first: Problem, *, fault: str, call: str, dtype: str
) -> Check:
    """Return a check whose code lists what JAX compiles when it calls again."""
    want = "nothing compiled below"
    finding = Finding(
        "values", 0, "value for new data", np.inf if fault else 0.0, fault, want
    )
    check = subject.check(mode, first, finding, dtype)
    if not fault:
        return check
    again = _SECOND_CALL.format(call=call, inputs=", ".join(first.inputs))
    return replace(check, code=check.code + again)
