"""The libraries and modes, each with what it can answer and in which dtypes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from parity.libraries import jax, torch, values
from parity.problem import Outcome, Problem

__all__ = ["LIBRARIES", "Library"]

Answer = Outcome | Exception


class Orders(NamedTuple):
    """Highest derivatives that a library answers.

    Attributes:
        always: For every call; None if it does not answer.
        sampled: For the calls that are sampled.
        one_in: How many calls there are to one that is sampled.
    """

    always: int | None
    sampled: int | None
    one_in: int = 3


@dataclass(frozen=True)
class Library:
    """A library in one mode.

    Attributes:
        name: In the report and on the command line.
        evaluate: Answers a batch of problems; may raise.
        orders: Derivatives by dtype; a dtype not listed does not run.
        stacked: Whether it takes stacked draws rather than the first.
    """

    name: str
    evaluate: Callable[[Sequence[Problem]], list[Outcome]]
    orders: dict[str, Orders]
    stacked: bool = False

    def answers(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer each problem with an outcome, or the exception it raised."""
        try:
            return list(self.evaluate(problems))
        except Exception as error:
            if len(problems) == 1:
                return [error]
        # One fault spoils a whole program; alone, the others still answer.
        return [answer for problem in problems for answer in self.answers([problem])]


def _singly(evaluate: Callable[[Problem], Outcome]) -> Callable:
    return lambda problems: [evaluate(problem) for problem in problems]


_NARROW = ("float32", "bfloat16", "float16")

# Compiling takes nearly all the time: the formulas are the same in every library, so
# what only JAX can get wrong is looked for in a sample.
LIBRARIES = {
    library.name: library
    for library in [
        Library(
            "numpy",
            _singly(partial(values.evaluate, library="numpy")),
            dict.fromkeys(("float64", *_NARROW), Orders(0, 0)),
        ),
        Library(
            "array-api-strict",
            _singly(partial(values.evaluate, library="array-api-strict")),
            dict.fromkeys(("float64", "float32"), Orders(0, 0)),
        ),
        Library(
            "torch",
            _singly(torch.evaluate),
            {"float64": Orders(2, 2)} | dict.fromkeys(_NARROW, Orders(1, 1)),
        ),
        Library("jax-eager", _singly(jax.eager), {"float64": Orders(None, 1, 6)}),
        Library(
            "jax-jit",
            jax.jitted,
            {"float64": Orders(1, 2), "float32": Orders(None, 1)}
            | dict.fromkeys(("bfloat16", "float16"), Orders(None, 1, 6)),
        ),
        Library("jax-vmap", jax.mapped, {"float64": Orders(None, 2)}, stacked=True),
    ]
}
