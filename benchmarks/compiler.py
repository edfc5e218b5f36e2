"""What the compiler says of the value and gradient of a loss, without running it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr
from jax.sharding import AxisType

from parity.compiling import AS_BY_DEFAULT

__all__ = ["Counts", "argument", "counts"]

_ACCELERATOR = "cuda"
_DTYPES = {"f32": "float32", "bf16": "bfloat16", "i32": "int32", "bool": "bool"}


@dataclass(frozen=True)
class Counts:
    """Exact figures of one program, written for an accelerator or for a CPU.

    Both are compiled for the CPU of this machine. They differ where a loss computes
    again on an accelerator what it keeps on a CPU.
    """

    bytes: float
    """Bytes accessed, as a multiple of the inputs read once, gradients written once."""
    temporaries: float
    """Megabytes that live during the call, besides inputs and outputs."""
    equations: int
    """Equations of the jaxpr, those of its inner functions included."""
    cpu_temporaries: float
    """The same megabytes of the program that is written for a CPU."""


def counts(
    function: Callable[..., Any],
    shapes: Any,
    wrt: tuple[int, ...] = (0,),
    options: Mapping[str, Any] | None = None,
) -> Counts:
    """Compile the value and gradient of `function` for `shapes` and count.

    Args:
        function: Returns a loss, or losses, which are then summed, as the last of
            its arrays.
        shapes: Of the arguments, such as ``("f32[8,10]", "i32[8]")``; may nest.
        wrt: Which arguments the gradient is taken by.
        options: Keyword arguments that are not arrays.
    """

    def loss(*arrays: Any) -> Any:
        return jnp.sum(jax.tree.leaves(function(*arrays, **(options or {})))[-1])

    # Tests switch double precision on and have several devices, which change nothing.
    one_device = jax.make_mesh((1,), ("device",), axis_types=(AxisType.Auto,))
    with jax.enable_x64(False), jax.set_mesh(one_device):
        arguments = jax.tree.map(argument, shapes)
        traced = jax.jit(jax.value_and_grad(loss, wrt)).trace(*arguments)
        lean, usual = _lowered(traced, _ACCELERATOR), _lowered(traced, "cpu")
        compiled = lean.compile(AS_BY_DEFAULT)
        same = lean.as_text() == usual.as_text()
        on_cpu = compiled if same else usual.compile(AS_BY_DEFAULT)
        least = _size(arguments) + _size([arguments[k] for k in wrt])
    return Counts(
        bytes=compiled.cost_analysis()["bytes accessed"] / least,
        temporaries=compiled.memory_analysis().temp_size_in_bytes / 1e6,
        equations=sum(1 for _ in _equations(traced.jaxpr.jaxpr)),
        cpu_temporaries=on_cpu.memory_analysis().temp_size_in_bytes / 1e6,
    )


def _lowered(traced: Any, platform: str) -> Any:
    return traced.lower(lowering_platforms=(platform,))


def argument(text: str) -> jax.ShapeDtypeStruct:
    """Return the shape and dtype that words such as ``"f32[8,10]"`` say."""
    dtype, sizes = re.fullmatch(r"(\w+)\[([\d,]*)\]", text).groups()
    shape = tuple(int(size) for size in sizes.split(",") if size)
    return jax.ShapeDtypeStruct(shape, _DTYPES[dtype])


def _size(arguments: Any) -> int:
    return sum(x.size * x.dtype.itemsize for x in jax.tree.leaves(arguments))


def _equations(jaxpr: Any) -> Iterator[Any]:
    """Yield every equation that stands for work; a call stands for its body."""
    for equation in jaxpr.eqns:
        inner = _bodies(_of_accelerator(equation.params))
        # One device leaves nothing to be laid out anew.
        if not inner and equation.primitive.name != "reshard":
            yield equation
        for body in inner:
            yield from _equations(body)


def _bodies(parameters: Mapping[str, Any]) -> list[Any]:
    """Return the jaxprs among the parameters of an equation, or in tuples of them."""
    leaves = jax.tree.leaves(parameters)
    return [x for x in leaves if isinstance(x, ClosedJaxpr | Jaxpr)]


def _of_accelerator(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of an equation without its branches for a CPU."""
    kept = dict(parameters)
    platforms = kept.get("branches_platforms")
    if platforms:
        pairs = zip(platforms, kept["branches"], strict=True)
        kept["branches"] = tuple(body for names, body in pairs if names is None)
    return kept
