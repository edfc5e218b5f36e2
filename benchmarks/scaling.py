"""What sharded losses exchange and hold: counted in compiled programs, and on paper.

    python -m benchmarks.scaling

writes the tables of `docs/scaling.md`, with eight virtual devices; a test compares.
"""

import argparse
import functools
import math
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

import funloss as fl
from benchmarks.collectives import Collective, collectives
from benchmarks.compiler import argument
from benchmarks.exact import measured
from benchmarks.gates import GATES
from benchmarks.table import Table
from funloss._command import command, write
from parity.compiling import AS_BY_DEFAULT

__all__ = [
    "PAGE",
    "Cost",
    "Placed",
    "Program",
    "filled",
    "linear_cross_entropy_cost",
]

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
DEVICES = 8
BLOCK = 256


def _mesh(rows: int, classes: int, kind: AxisType) -> Mesh:
    """Return devices over which rows and classes are spread."""
    names = ("rows", "classes")
    return jax.make_mesh((rows, classes), names, axis_types=(kind, kind))


class Placed(NamedTuple):
    """An argument: its dtype and shape in words, and where its axes lie."""

    shape: str
    spec: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Program:
    """The value and gradient of a loss, with arguments that lie on several devices.

    Attributes:
        loss: The function; its last result is added up.
        arguments: Shapes such as ``"f32[8,10]"`` with a spec each: the axis of the
            mesh along each of its axes. May nest.
        over: How many devices there are along rows and classes.
        wrt: Which arguments the gradient is taken by.
        options: Keyword arguments that are not arrays.
        kind: Whether the compiler chooses where results lie, or JAX's types say it.
    """

    loss: Callable[..., Any]
    arguments: Any
    over: tuple[int, int]
    wrt: tuple[int, ...] = (0,)
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: AxisType = AxisType.Auto

    def counted(self) -> tuple[list[Collective], int]:
        """Return what is exchanged, and the bytes of temporaries on a device."""

        def total(*arrays: Any) -> Any:
            return jnp.sum(jax.tree.leaves(self.loss(*arrays, **self.options))[-1])

        devices = _mesh(*self.over, self.kind)

        def placed(each: Placed) -> jax.ShapeDtypeStruct:
            made, spec = argument(each.shape), PartitionSpec(*each.spec)
            sharding = NamedSharding(devices, spec)
            return jax.ShapeDtypeStruct(made.shape, made.dtype, sharding=sharding)

        with jax.enable_x64(False), jax.set_mesh(devices):
            arguments = jax.tree.map(
                placed, self.arguments, is_leaf=lambda each: isinstance(each, Placed)
            )
            run = jax.jit(jax.value_and_grad(total, self.wrt))
            compiled = run.lower(*arguments).compile(AS_BY_DEFAULT)
        temporaries = compiled.memory_analysis().temp_size_in_bytes
        return collectives(compiled.as_text()), temporaries


@dataclass(frozen=True)
class Cost:
    """What the linear cross-entropy costs each device, in bytes of float32.

    Attributes:
        sums: What is exchanged of each row's sum over classes.
        rows: What is exchanged of the gradient in the rows.
        matrix: What is exchanged of the gradient in the matrix, in all blocks.
        temporaries: What is held beside arguments and gradients.
    """

    sums: int
    rows: int
    matrix: int
    temporaries: int

    def wire(self, over: tuple[int, int]) -> float:
        """Return what a device sends if all-reduces go round in rings."""
        across_rows, across_classes = (2 * (1 - 1 / count) for count in over)
        return across_classes * (self.sums + self.rows) + across_rows * self.matrix


def linear_cross_entropy_cost(
    rows: int, features: int, classes: int, over: tuple[int, int]
) -> Cost:
    """Return what it costs to spread rows and classes over that many devices."""
    own_rows, own_classes = rows // over[0], classes // over[1]
    size = max(BLOCK, math.isqrt(own_classes), 2**16 // rows)
    block = 2 ** round(math.log2(size))
    held = 2 * own_rows * features + 2 * block * (own_rows + features)
    held += own_rows * own_classes // block
    return Cost(
        sums=12 * own_rows * (over[1] > 1),
        rows=4 * own_rows * features * (over[1] > 1),
        matrix=4 * own_classes * features * (over[0] > 1),
        temporaries=4 * held,
    )


def filled(page: str) -> str:
    """Return `page` with its marked tables written anew."""
    tables = {"losses": _losses(), "classes": _classes(), "model": _model()}
    for name, table in tables.items():
        before, start, rest = page.partition(f"<!-- {name}:start -->\n")
        _, end, after = rest.partition(f"<!-- {name}:end -->")
        page = before + start + table + end + after
    return page


def _losses() -> str:
    """Return the table of all losses with their rows on eight devices."""
    found = []
    for gate in {gate.loss: gate for gate in reversed(GATES)}.values():
        if gate.loss == "linear_cross_entropy":
            continue
        # Most begin with the rows, where one may begin with a time, or with classes.
        sizes = [argument(x).shape[0] for x in gate.shapes if isinstance(x, str)]
        rows = statistics.mode(sizes)
        arguments = jax.tree.map(functools.partial(_along, rows), gate.shapes)
        program = Program(
            measured(gate), arguments, (DEVICES, 1), gate.wrt, gate.options
        )
        name, *inputs = gate.name.removesuffix(" / optax").split(" ", 1)
        found.append((f"`{name}`", *inputs, *_cells(program)))
    return _table(("loss", "arguments", *_HEAD), sorted(found))


def _classes() -> str:
    """Return the table of losses whose classes lie on several devices."""
    labels, spread = Placed("i32[2048]", ("rows",)), ("rows", "classes")
    scores = [Placed("f32[2048,131072]", spread), labels]
    half = [Placed("bf16[2048,131072]", spread), labels]
    layer = [
        Placed("f32[2048,1024]", ("rows",)),
        Placed("f32[131072,1024]", ("classes",)),
        labels,
    ]
    smoothed = {"label_smoothing": 0.1}
    found = []
    for over in ((1, 8), (2, 4), (4, 2), (8, 1)):
        for program in (
            Program(fl.cross_entropy, scores, over),
            Program(fl.cross_entropy, half, over),
            Program(fl.cross_entropy, scores, over, options=smoothed),
            Program(
                fl.linear_cross_entropy, layer, over, (0, 1), kind=AxisType.Explicit
            ),
        ):
            words = [f"{key}={value}" for key, value in program.options.items()]
            words = " ".join([program.arguments[0].shape, *words])
            places = f"{over[0]} x {over[1]}"
            name = f"`{program.loss.__name__}`"
            found.append((name, words, places, *_cells(program)))
    return _table(("loss", "arguments", "rows x classes", *_HEAD), sorted(found))


def _model() -> str:
    """Return the table of a vocabulary of a million on 1024 devices."""
    rows, features, classes = 2**18, 4096, 2**20
    found = []
    for over in ((1024, 1), (256, 4), (64, 16), (32, 32), (8, 128)):
        cost = linear_cross_entropy_cost(rows, features, classes, over)
        found.append(
            (
                f"{over[0]} x {over[1]}",
                _megabytes(4 * classes // over[1] * features),
                _megabytes(cost.sums),
                _megabytes(cost.rows),
                _megabytes(cost.matrix),
                _megabytes(cost.wire(over)),
                _megabytes(cost.temporaries),
            )
        )
    head = (
        "rows x classes",
        "matrix",
        "sums",
        "gradient of rows",
        "gradient of matrix",
    )
    return _table((*head, "sent by a device", "temporaries"), found)


_HEAD = ("exchanged once", "exchanged in loops", "temporaries")


def _cells(program: Program) -> tuple[str, str, str]:
    found, temporaries = program.counted()
    once = [each for each in found if each.times == 1]
    looped = [each for each in found if each.times > 1]
    return _words(once), _words(looped), _megabytes(temporaries)


def _words(found: Sequence[Collective]) -> str:
    """Return kinds and bytes: ``2 all-reduce 0.012``."""
    words = []
    for kind in dict.fromkeys(each.kind for each in found):
        own = [each for each in found if each.kind == kind]
        size = sum(each.bytes * each.times for each in own)
        words.append(f"{sum(each.times for each in own)} {kind} {_megabytes(size)}")
    return ", ".join(words) or "-"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.3g}" if size >= 1000 else f"{size:.0f} B"


def _along(rows: int, shape: str) -> Placed:
    """Return an argument with its samples, on the first or second axis, spread."""
    sizes = argument(shape).shape[:2]
    place = next((axis for axis, size in enumerate(sizes) if size == rows), None)
    return Placed(shape, () if place is None else (None,) * place + ("rows",))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return Table("", head, rows).markdown()


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables of the page."""
    argparse.ArgumentParser("python -m benchmarks.scaling").parse_args(arguments)
    jax.config.update("jax_num_cpu_devices", DEVICES)
    write(PAGE, filled(PAGE.read_text(encoding="utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
