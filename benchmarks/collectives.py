"""What devices exchange, as the compiler wrote it down."""

import math
import re
from dataclasses import dataclass

__all__ = ["Collective", "collectives"]

_KINDS = (
    *("all-reduce", "all-gather", "all-to-all", "collective-permute"),
    *("reduce-scatter", "ragged-all-to-all"),
)
_OPERATION = re.compile(rf" = (?P<shapes>.*?) (?P<kind>{'|'.join(_KINDS)})(-start)?\(")
_SHAPE = re.compile(r"(pred|[a-z]+\d+)\[([\d,]*)\]")
_LOOP = re.compile(r"body=%?(?P<body>[\w.\-]+).*?known_trip_count\W+n\W+(?P<times>\d+)")


@dataclass(frozen=True)
class Collective:
    """One exchange.

    Attributes:
        kind: What it does: ``"all-reduce"``.
        bytes: How much each device holds of the result.
        times: How often, 1 outside of loops.
    """

    kind: str
    bytes: int
    times: int


def collectives(text: str) -> list[Collective]:
    """Return the exchanges of a compiled program, given as the text of its HLO."""
    times = {loop["body"]: int(loop["times"]) for loop in _LOOP.finditer(text)}
    found, computation = [], ""
    for line in text.splitlines():
        if line and not line.startswith((" ", "}")):
            computation = line.removeprefix("%").split(" ")[0]
        if match := _OPERATION.search(line):
            size = sum(map(_bytes, _SHAPE.findall(match["shapes"])))
            found.append(Collective(match["kind"], size, times.get(computation, 1)))
    return found


def _bytes(shape: tuple[str, str]) -> int:
    kind, sizes = shape
    bits = 8 if kind == "pred" else int(re.sub(r"\D", "", kind))
    return math.prod(map(int, filter(None, sizes.split(",")))) * bits // 8
