"""A case as data: a loss, its references, inputs, options, what to differentiate."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from funloss.testing.harness import Grid, points, seeded, words
from parity.library import Library

__all__ = ["DRAWS", "DTYPES", "Call", "Case", "Package"]

DTYPES = ("float64", "float32", "bfloat16", "float16")

# How many draws of the inputs `vmap` stacks; every other mode sees the first.
DRAWS = 3


@dataclass(frozen=True)
class Package:
    """A second reference of a case: what a package of PyTorch losses has.

    Attributes:
        name: The package, as `parity/packages/requirements.txt` pins it, and its name
            for the loss: ``"lightly NTXentLoss"``.
        call: The same function by the package; it gets what the reference gets.
        tolerance: Largest error, relative to the numbers that an entry is a sum of:
            more than 1e-9 where the package rounds to float32 or adds an epsilon.
        quirk: What the package does otherwise, and what `call` does about it.
        options: Grids of the options that the package has; those of the case if None.
        wrt: What is differentiated, if less than in the case.
    """

    name: str
    call: Callable[..., Any]
    tolerance: float = 1e-9
    quirk: str = ""
    options: Grid | Sequence[Grid] | None = None
    wrt: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Case:
    """One loss on one kind of input, over a grid of options.

    Attributes:
        ours: The loss under test.
        reference: The same function elsewhere. It gets the arguments of `ours`
            except `dtype`, in float64 and int64.
        inputs: Draws the arguments that are arrays, by name: float64 arrays take
            the dtype under test, all others stay as they are. Corners lie at
            numbers with few bits, which every dtype holds exactly.
        options: Values of each option, all crossed; or several such grids, one
            after the other, so that only options that interact are crossed.
        wrt: Names of the arguments to differentiate.
        orders: Highest derivative compared: 0 none, 1 gradients, 2 Hessian-vector
            products. Below 2 where the reference has none, or is nan where a number
            exists.
        dtypes: The dtypes to run in, where the inputs fit.
        vmap: Whether the arrays may be mapped over; False if `ours` reads them.
        depth: Steps of a recursion, each of which rounds the one before; 0 for few.
        also: Packages that have the loss. `python -m parity --packages` compares with
            them alone.
        package: The package that is the reference, in a case made by `against`.
    """

    ours: Callable[..., Any]
    reference: Callable[..., Any]
    inputs: Callable[[np.random.Generator], Mapping[str, Any]]
    options: Grid | Sequence[Grid] = field(default_factory=dict)
    wrt: tuple[str, ...] = ("input",)
    orders: int = 2
    dtypes: tuple[str, ...] = DTYPES
    vmap: bool = True
    depth: int = 0
    also: Sequence[Package] = ()
    package: Package | None = None

    @property
    def loss(self) -> str:
        """The name the report lists it under."""
        return self.ours.__name__

    @property
    def id(self) -> str:
        """Name of the case; it seeds the inputs, which all its calls share."""
        return f"{self.loss}-{self.inputs.__name__}"

    def against(self, package: Package) -> "Case":
        """Return the case with one of its packages as the reference, in float64."""
        return replace(
            self,
            reference=package.call,
            options=self.options if package.options is None else package.options,
            wrt=self.wrt if package.wrt is None else package.wrt,
            orders=min(self.orders, 1),
            dtypes=("float64",),
            also=(),
            package=package,
        )

    def runs_on(self, library: Library, dtype: str) -> bool:
        """Tell whether the case runs on a library in a dtype."""
        mappable = self.vmap or not library.mode.stacked
        return mappable and dtype in library.orders and dtype in self.dtypes

    def calls(self) -> Iterator["Call"]:
        """Yield one call for each point of the grids."""
        for options in points(self.options):
            yield Call(self, options)


@dataclass(frozen=True)
class Call:
    """One case at one point of its grid of options."""

    case: Case
    options: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Name of the call; it seeds cotangents and directions."""
        package = self.case.package
        beside = f" against {package.name}" if package else ""
        return self.case.id + beside + words(self.options)

    def draw(self, number: int) -> dict[str, Any]:
        """Return draw `number` of the inputs."""
        return dict(self.case.inputs(seeded(f"{self.case.id}/{number}")))

    def positional(self) -> tuple[str, ...]:
        """Return the arguments passed by position: those without a default."""
        return tuple(
            name
            for name, parameter in inspect.signature(self.case.ours).parameters.items()
            if parameter.default is parameter.empty
            and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        )
