"""What an intended difference from the reference is, and how each side shows it."""

import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

import funloss
from funloss.testing.harness import Outcome, Problem, dtype_name
from parity.libraries import LIBRARIES

__all__ = ["Deviation", "Gives", "Raises", "Unspecified", "Warns", "both_sides"]

# The reference, then funloss on every library it differs in.
SIDES = ("reference", "numpy", "array-api-strict", "torch", "jax-eager", "jax-jit")
_VALUES_ONLY = ("numpy", "array-api-strict")


@dataclass(frozen=True)
class Gives:
    """A result.

    Attributes:
        value: The loss, to 12 digits in float64; None if it may be anything.
        gradients: The gradient of the loss's sum in some arguments.
        dtype: Name of the result's dtype, if it matters.
        digits: How many digits must agree.
    """

    value: Any = None
    gradients: Mapping[str, Any] = field(default_factory=dict)
    dtype: str | None = None
    digits: int = 12


@dataclass(frozen=True)
class Raises:
    """An exception of this type, with this text somewhere in its message."""

    kind: type[Exception]
    text: str


@dataclass(frozen=True)
class Warns:
    """A warning with this text somewhere in its message."""

    text: str


@dataclass(frozen=True)
class Unspecified:
    """Nothing to hold a test against, such as what was in memory before."""

    words: str


Behaviour = Gives | Raises | Warns | Unspecified


@dataclass(frozen=True)
class Deviation:
    """One call with another outcome in funloss than in the reference, on purpose.

    Attributes:
        loss: Name of the loss in both.
        arrays: Its arguments that are arrays, by name.
        reference: What the reference does.
        ours: What funloss does.
        why: The reason.
        options: All other arguments, by name.
        jax: What funloss does on JAX, if it must differ there from `ours`.
        wrt: The arguments to differentiate besides those whose gradients are stated.
        orders: How many derivatives to take.
    """

    loss: str
    arrays: Mapping[str, np.ndarray]
    reference: Behaviour
    ours: Behaviour
    why: str
    options: Mapping[str, Any] = field(default_factory=dict)
    jax: Behaviour | None = None
    wrt: tuple[str, ...] = ()
    orders: int = 1

    @property
    def call(self) -> str:
        """The call in words, for the list of differences."""
        arrays = [f"{name}={_shown(array)}" for name, array in self.arrays.items()]
        options = [f"{name}={value!r}" for name, value in self.options.items()]
        return f"{self.loss}({', '.join(arrays + options)})"

    def shown_by(self, side: str) -> str:
        """Return what `side` does instead of what is stated, or an empty string."""
        expected = self.ours
        if side == "reference":
            expected = self.reference
        elif side.startswith("jax") and self.jax is not None:
            expected = self.jax
        if isinstance(expected, Unspecified):
            return ""
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                outcome = self._outcome(side, expected)
        except Exception as error:
            return _misraised(error, expected)
        if isinstance(expected, Raises):
            return f"returned {outcome.values}"
        if isinstance(expected, Warns):
            texts = [str(warning.message) for warning in caught]
            return "" if any(expected.text in text for text in texts) else "no warning"
        return self._misgiven(outcome, expected, side)

    def _outcome(self, side: str, expected: Behaviour) -> Outcome:
        ours = getattr(funloss, self.loss)
        gradients = expected.gradients if isinstance(expected, Gives) else {}
        problem = Problem(
            _reference(self.loss) if side == "reference" else ours,
            tuple(
                name
                for name, parameter in inspect.signature(ours).parameters.items()
                if parameter.default is parameter.empty
            ),
            self.arrays,
            self.options,
            tuple(dict.fromkeys((*gradients, *self.wrt))),
        )
        mode = LIBRARIES["torch" if side == "reference" else side].mode
        (outcome,) = mode.evaluate([problem])
        if side in _VALUES_ONLY or not problem.wrt:
            return outcome
        problem = replace(
            problem,
            orders=self.orders,
            cotangents=tuple(np.ones_like(value) for value in outcome.values),
            directions=tuple(np.ones_like(array) for array in problem.variables()),
        )
        (outcome,) = mode.evaluate([problem])
        return outcome

    def _misgiven(self, outcome: Outcome, expected: Gives, side: str) -> str:
        (value,) = outcome.values
        if expected.dtype not in {None, dtype_name(value)}:
            return f"has dtype {dtype_name(value)}"
        if not _close(value, expected.value, expected.digits):
            return f"gives {value}"
        if side in _VALUES_ONLY:
            return ""
        for (name, gradient), got in zip(
            expected.gradients.items(), outcome.derivatives, strict=False
        ):
            if not _close(got, gradient, expected.digits):
                return f"has gradient {got} wrt {name}"
        return ""


def _reference(loss: str) -> Callable[..., Any]:
    return getattr(functional, loss, None) or getattr(torch, loss)


def both_sides(rows: Iterable[Deviation]) -> list[tuple[Deviation, str]]:
    """Return every row with the reference, and with each library of funloss."""
    return [
        (row, side)
        for row in rows
        for side in SIDES
        if side in LIBRARIES or side == "reference"
        if not _beyond(row, side)
    ]


def _beyond(row: Deviation, side: str) -> bool:
    """Tell whether the library lacks one of the dtypes, or what the row is about."""
    halves = any(
        x.dtype.kind not in "biuf" or x.dtype == np.float16 for x in row.arrays.values()
    )
    expected = row.ours
    gradients_only = isinstance(expected, Gives) and expected.value is None
    return (side == "array-api-strict" and halves) or (
        side in _VALUES_ONLY and (gradients_only or row.orders > 1)
    )


def _shown(array: np.ndarray) -> str:
    shown = array.tolist() if array.size <= 12 else array.shape
    return f"{array.dtype.name} {shown}"


def _close(got: np.ndarray, want: Any, digits: int) -> bool:
    if want is None:
        return True
    got = got.astype(np.float64)
    want = np.broadcast_to(np.asarray(want, dtype=np.float64), got.shape)
    return np.allclose(got, want, rtol=10.0**-digits, atol=0, equal_nan=True)


def _misraised(error: Exception, expected: Behaviour) -> str:
    if (
        isinstance(expected, Raises)
        and isinstance(error, expected.kind)
        and expected.text in str(error)
    ):
        return ""
    return f"raises {type(error).__name__}: {error}"
