"""Time a program beside its peers, in both forms of its derivative."""

import functools
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
from jax.errors import JaxRuntimeError

from benchmarks.accelerator.programs import Program
from benchmarks.case import OURS
from benchmarks.forms import CPU, DEFAULT, form

__all__ = ["OTHER_FORM", "Timed", "agreeing", "timed"]

OTHER_FORM = f"{OURS}, form of the CPU"
AGAIN = f"{OURS} again"
NO_ROOM, PEAK = "RESOURCE_EXHAUSTED", "peak_bytes_in_use"


@dataclass
class Timed:
    """The figures of one program, by candidate.

    Attributes:
        loss: Its name.
        shape: The sizes.
        dtype: Of the floating arrays.
        forms: How many forms funloss has here: the other candidates have one.
        milliseconds: Median over the rounds of a call.
        ratios: Median over the rounds of the time of funloss over that of another.
        noise: The same, of funloss over itself.
        temporaries: Megabytes that the compiler sets aside besides inputs and results.
        peak: Megabytes that a call adds to those in use, temporaries and results; None
            where the device does not tell, or where an earlier call took more.
        faults: What is wrong with a candidate, which is then not timed.
        no_room: Candidates for which the device has not enough memory.
    """

    loss: str
    shape: tuple[int, ...]
    dtype: str
    forms: int = 1
    milliseconds: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    noise: float = 1.0
    temporaries: dict[str, float] = field(default_factory=dict)
    peak: dict[str, float | None] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    no_room: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON holds them."""
        return asdict(self)

    @classmethod
    def from_json(cls, figures: Mapping[str, Any]) -> "Timed":
        """Return what `as_json` was made of."""
        return cls(**{**figures, "shape": tuple(figures["shape"])})


Run = Callable[[], Any]


def timed(program: Program, rounds: int, *, tiny: bool = False) -> Timed:
    """Compile the candidates, compare what they compute, and time them in turns."""
    shape = program.tiny if tiny else program.shape
    found = Timed(program.loss, shape, program.dtype)
    arrays = program.inputs(jax.random.key(0), program.dtype, *shape)
    calls = agreeing(found, _compiled(found, program, arrays), program.tolerance)
    if OURS in calls:
        _time(found, calls, rounds, least=0.0 if tiny else 0.1)
    return found


def _compiled(found: Timed, program: Program, arrays: Any) -> dict[str, Run]:
    """Return the candidates, of which those with too little memory are left out."""
    calls = {}

    def add(name: str, loss: Callable[..., Any]) -> None:
        gradient = jax.jit(jax.value_and_grad(loss, program.wrt))
        with _room(found, name):
            compiled = gradient.lower(*arrays).compile()
            if sizes := compiled.memory_analysis():
                found.temporaries[name] = sizes.temp_size_in_bytes / 1e6
            calls[name] = functools.partial(compiled, *arrays)

    with form(DEFAULT) as chosen:
        add(OURS, program.call())
    if chosen.count:
        found.forms = 2
        with form(CPU):
            add(OTHER_FORM, program.call())
    for name, loss in program.peers().items():
        add(name, loss)
    return calls


def agreeing(
    found: Timed, calls: Mapping[str, Run], tolerance: float
) -> dict[str, Run]:
    """Run each once, with an eye on the memory, and return those that agree."""
    ours, kept = None, {}
    for name, run in calls.items():
        with _room(found, name):
            result, found.peak[name] = _watched(run)
            ours = result if name == OURS else ours
            fault = _fault(ours, result, tolerance) if ours else f"no {OURS} beside it"
            if fault:
                found.faults[name] = fault
            else:
                kept[name] = run
    return kept


@contextmanager
def _room(found: Timed, name: str) -> Iterator[None]:
    """Note that the device has too little memory, if it says so."""
    try:
        yield
    except JaxRuntimeError as error:
        if NO_ROOM not in str(error):
            raise
        found.no_room.append(name)


def _watched(run: Run) -> tuple[Any, float | None]:
    """Run, and return by how many megabytes the device's peak is above what was used.

    The peak is that of the process: a call that does not raise it tells nothing.
    """
    device = jax.devices()[0]
    before = device.memory_stats() or {}
    result = jax.block_until_ready(run())
    after = device.memory_stats() or {}
    peak = after.get(PEAK, 0)
    if peak <= before.get(PEAK, 0):
        return result, None
    return result, (peak - before["bytes_in_use"]) / 1e6


def _fault(ours: Any, theirs: Any, tolerance: float) -> str:
    differences = jax.device_get(_differences(ours, theirs))
    for k, (off, size) in enumerate(differences):
        # The comparison fails at nan too.
        if not off <= tolerance * size:
            what = "value" if k == 0 else f"gradient {k}"
            return f"{what} is off by {off:.1e}, at most {tolerance * size:.1e}"
    return ""


@jax.jit
def _differences(ours: Any, theirs: Any) -> list[tuple[Any, Any]]:
    """Return for each array the largest difference, and the largest magnitude."""
    pairs = zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True)
    wide = [(a.astype("float32"), b.astype("float32")) for a, b in pairs]
    return [(jnp.max(jnp.abs(a - b)), jnp.max(jnp.abs(a))) for a, b in wide]


def _time(found: Timed, calls: Mapping[str, Run], rounds: int, least: float) -> None:
    """Time rounds in which each candidate has its turn, in reverse every other one.

    A turn is enough calls for about `least` seconds, of which the last is waited for:
    what Python does between two calls is hidden behind the first of them.
    """
    turns = {**calls, AGAIN: calls[OURS]}
    repeats = {
        name: max(1, math.ceil(least / _turn(run, 2))) for name, run in turns.items()
    }
    seconds = {name: [] for name in turns}
    for k in range(rounds):
        for name in reversed(turns) if k % 2 else turns:
            seconds[name].append(_turn(turns[name], repeats[name]))
    for name, own in seconds.items():
        pairs = zip(seconds[OURS], own, strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        if name == AGAIN:
            found.noise = ratio
            continue
        found.milliseconds[name] = 1e3 * statistics.median(own)
        if name != OURS:
            found.ratios[name] = ratio


def _turn(run: Run, repeats: int) -> float:
    start, result = time.perf_counter(), None
    for _ in range(repeats):
        result = run()
    jax.block_until_ready(result)
    return (time.perf_counter() - start) / repeats
