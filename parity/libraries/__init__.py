"""The libraries and modes, each with what it can answer and in which dtypes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from parity.libraries import jax, torch, values
from parity.problem import Outcome, Problem

__all__ = ["LIBRARIES", "Library"]

Answer = Outcome | Exception
Orders = tuple[int | None, int | None]


@dataclass(frozen=True)
class Library:
    """A library in one mode.

    Attributes:
        name: In the report and on the command line.
        evaluate: Answers a batch of problems; may raise.
        orders: By dtype, the highest derivative it answers for every call, and for
            the third of the calls that is sampled; None if it does not answer.
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


_VALUES = dict.fromkeys(("float64", "float32", "bfloat16", "float16"), (0, 0))
_SLOPES = dict.fromkeys(("float32", "bfloat16", "float16"), (1, 1))
# Compiling takes nearly all the time, and says least about a third dtype or mode.
_SAMPLED = dict.fromkeys(("float32", "bfloat16", "float16"), (None, 1))

LIBRARIES = {
    library.name: library
    for library in [
        Library("numpy", _singly(partial(values.evaluate, library="numpy")), _VALUES),
        Library(
            "array-api-strict",
            _singly(partial(values.evaluate, library="array-api-strict")),
            {"float64": (0, 0), "float32": (0, 0)},
        ),
        Library("torch", _singly(torch.evaluate), {"float64": (2, 2)} | _SLOPES),
        Library("jax-eager", _singly(jax.eager), {"float64": (None, 1)}),
        Library("jax-jit", jax.jitted, {"float64": (2, 2)} | _SAMPLED),
        Library("jax-vmap", jax.mapped, {"float64": (1, 2)}, stacked=True),
    ]
}
