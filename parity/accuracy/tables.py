"""Errors as tables, for a terminal and for a page."""

import math
from collections.abc import Iterable
from statistics import fmean

from benchmarks.table import Table
from parity.accuracy.compare import (
    LIBRARIES,
    Compared,
    behind,
    by_kind,
    by_library,
    compared,
)
from parity.accuracy.explained import why
from parity.accuracy.inputs import KINDS
from parity.accuracy.row import FLOAT64, MOVED, Row

__all__ = [
    "behind_table",
    "float64_table",
    "kinds_table",
    "libraries_table",
    "losses_table",
    "peers_table",
]

ABSENT = "-"
# By so many bits one is more exact than the other.
_BITS = 1.0
# An error of float64, in ulps, that would change what is found.
_VISIBLE = 2.0**-4


def losses_table(rows: Iterable[Row], dtype: str) -> Table:
    """Return the bits that each loss loses; first, where funloss is ahead by most."""
    found = compared(rows, dtype)
    peers = list(dict.fromkeys(peer for loss in found for peer in loss.peers))
    lines = []
    for loss in found:
        ahead = f"{loss.ahead:+.1f}" if loss.peers else ABSENT
        own = [_bits(loss.own.get(library)) for library in LIBRARIES]
        others = [_bits(loss.peers[k][1]) if k in loss.peers else ABSENT for k in peers]
        lines.append([loss.name, ahead, *own, *others, _ordinary(loss)])
    own = [f"funloss, {library}" for library in LIBRARIES]
    head = ["loss", "ahead", *own, *peers, "ordinary, ulps"]
    return Table(f"bits that are lost in {dtype}", head, lines)


def _bits(lost: float | None) -> str:
    return ABSENT if lost is None else f"{lost:.1f}"


def _ordinary(loss: Compared) -> str:
    """Return the errors of funloss on JAX at ordinary inputs."""
    found = [row for row in loss.kinds[0].values() if row.is_own]
    return _cell(found[0]) if found[0].kind == "ordinary" else ABSENT


def peers_table(rows: Iterable[Row], dtype: str) -> Table:
    """Return how funloss compares with each peer."""
    ahead: dict[str, list[tuple[float, float]]] = {}
    for loss in compared(rows, dtype):
        for peer, pair in loss.peers.items():
            ahead.setdefault(peer, []).append(pair)
    lines = []
    for peer, pairs in ahead.items():
        more = sum(other - own > _BITS for own, other in pairs)
        less = sum(own - other > _BITS for own, other in pairs)
        counts = [len(pairs), more, len(pairs) - more - less, less]
        means = [f"{fmean(bits):.1f}" for bits in zip(*pairs, strict=True)]
        lines.append([peer, *map(str, counts), *means])
    head = ["peer", "losses", "funloss more exact", "alike", "peer more exact"]
    return Table(f"in {dtype}", [*head, "bits lost by funloss", "by the peer"], lines)


def kinds_table(rows: Iterable[Row], dtype: str) -> Table:
    """Return the kinds of inputs, and what is lost at each."""
    found = by_kind(rows, dtype)
    lines = [
        [kind, words, *(_bits(lost) for lost in found.get(kind, (None, None)))]
        for kind, words in KINDS.items()
    ]
    head = ["inputs", "what they are", "bits lost by funloss", "by its peers"]
    return Table(f"kinds of inputs, in {dtype}", head, lines)


def libraries_table(rows: Iterable[Row], dtype: str) -> Table:
    """Return what values lose at each kind on each library."""
    found = by_library(rows, dtype)
    lines = [[kind, *map(_bits, lost)] for kind, lost in found.items()]
    return Table(f"bits that values lose in {dtype}", ["inputs", *LIBRARIES], lines)


def float64_table(rows: Iterable[Row]) -> Table:
    """Return where float64 differs visibly from the fifty digits."""
    lines = [
        [row.name, f"{row.dtype}, {row.kind}", _cell(row)]
        for row in rows
        if row.candidate == FLOAT64 and row.worst > _VISIBLE
    ]
    return Table("where float64 is not enough", ["loss", "inputs", "errs by"], lines)


def behind_table(rows: Iterable[Row]) -> Table:
    """Return where a peer is more exact than funloss, with the reason."""
    lines = [
        [
            one.own.name,
            f"{one.own.dtype}, {one.own.kind}",
            _cell(one.own),
            one.peer.candidate,
            _cell(one.peer),
            _cell(one.moved),
            why(one),
        ]
        for one in behind(rows)
    ]
    head = ["loss", "inputs", "funloss errs by", "peer", "errs by", MOVED, "why"]
    return Table("where a peer is more exact", head, lines)


def _cell(row: Row | None) -> str:
    if row is None:
        return ABSENT
    gradient = "" if row.gradient is None else f" / {_figure(row.gradient)}"
    return _figure(row.value) + gradient


def _figure(ulps: float) -> str:
    if ulps == math.inf:
        return "no digit"
    return (
        f"{ulps:.1f}" if ulps < 10 else f"{ulps:.0f}" if ulps < 1e4 else f"{ulps:.0e}"
    )
