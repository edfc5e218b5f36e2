"""What devices exchange, as the compiler wrote it down."""

import math
import re
from dataclasses import dataclass

__all__ = ["Collective", "collectives"]

_OPERATION = re.compile(
    r"= (?P<shapes>\(?[^=()]*(?:\([^()]*\))?[^=()]*\)?) (?P<kind>all-reduce|all-gather|"
    r"all-to-all|collective-permute|reduce-scatter|ragged-all-to-all)(?:-start)?\("
)
_SHAPE = re.compile(r"(pred|[a-z]+\d+)\[([\d,]*)\]")
_BODY = re.compile(r"^%?(?P<name>\S+) .*\{$")


@dataclass(frozen=True)
class Collective:
    """One exchange.

    Attributes:
        kind: What it does: ``"all-reduce"``.
        bytes: How much each device holds of the result.
        looped: Whether it is repeated in the body of a loop.
    """

    kind: str
    bytes: int
    looped: bool


def collectives(text):
    """Return the exchanges of a compiled program, given as the text of its HLO."""
    bodies = set(re.findall(r"body=%?([\w.\-]+)", text))
    found, computation = [], ""
    for line in text.splitlines():
        if line and not line.startswith((" ", "}")):
            computation = line.removeprefix("ENTRY ").removeprefix("%").split(" ")[0]
        if match := _OPERATION.search(line):
            size = sum(map(_bytes, _SHAPE.findall(match["shapes"])))
            found.append(Collective(match["kind"], size, computation in bodies))
    return found


def _bytes(shape):
    kind, sizes = shape
    bits = 8 if kind == "pred" else int(re.sub(r"\D", "", kind))
    return math.prod(map(int, filter(None, sizes.split(",")))) * bits // 8
