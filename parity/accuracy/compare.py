"""Who is more exact: funloss or a peer, on the library that the peer is written for."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import ml_dtypes

from benchmarks.case import OURS
from parity.accuracy.row import MOVED, Row

__all__ = [
    "LIBRARIES",
    "Behind",
    "Compared",
    "behind",
    "by_kind",
    "by_library",
    "compared",
]

LIBRARIES = ("JAX", "NumPy", "torch")
# A peer is more exact where it errs by less than half as much, and funloss by more than
# so many ulps.
_SMALL = 4
# An error is that of the inputs if those need to be so many ulps off to make it.
_OF_INPUTS = 2

# The rows of one loss, dtype and kind.
Group = Mapping[str, Row]


@dataclass(frozen=True)
class Compared:
    """A loss in one dtype: the bits that are lost, as the mean over kinds of inputs."""

    name: str
    kinds: Sequence[Group]
    own: Mapping[str, float]
    """What funloss loses, by library."""
    peers: Mapping[str, tuple[float, float]]
    """By peer, what funloss loses and what the peer loses of the same results."""

    @property
    def ahead(self) -> float:
        """By how many bits funloss is ahead of the best of its peers."""
        return min((peer - own for own, peer in self.peers.values()), default=0.0)


@dataclass(frozen=True)
class Behind:
    """A kind of inputs at which a peer is more exact."""

    own: Row
    peer: Row
    moved: Row | None
    """What results of inputs that are an ulp of float32 off."""

    @property
    def times(self) -> float:
        """By how many times the peer is more exact."""
        return max(_ratio(*pair) for pair in _pairs(self.own, self.peer))

    @property
    def is_of_the_inputs(self) -> bool:
        """Tell whether inputs a little off have a result as far off."""
        pairs = _pairs(self.own, self.peer)
        moves = (
            [error for _, error in _pairs(self.own, self.moved)] if self.moved else []
        )
        return len(moves) >= len(pairs) and all(
            _ratio(own, peer) <= 2 or own <= _OF_INPUTS * moved
            for (own, peer), moved in zip(pairs, moves, strict=False)
        )


def compared(rows: Iterable[Row], dtype: str) -> list[Compared]:
    """Return the losses: those first where funloss is ahead of its peers by most.

    Those without peers come last, the least exact of them first.
    """
    kinds: dict[str, list[Group]] = {}
    for (name, own, _), group in _groups(rows).items():
        if own == dtype:
            kinds.setdefault(name, []).append(group)
    found = [_compared(name, groups) for name, groups in kinds.items()]

    def place(loss: Compared) -> tuple[bool, float]:
        return not loss.peers, -loss.ahead if loss.peers else -max(loss.own.values())

    return sorted(found, key=place)


def _compared(name: str, kinds: Sequence[Group]) -> Compared:
    own = {}
    for library in LIBRARIES:
        found = [group.get(_own(library)) for group in kinds]
        if lost := [_bits(row.worst, row) for row in found if row]:
            own[library] = fmean(lost)
    peers = {}
    for peer in dict.fromkeys(k for g in kinds for k in g if g[k].is_of_a_peer):
        pairs = [_lost(g[_same(peer)], g[peer]) for g in kinds if peer in g]
        peers[peer] = fmean(x for x, _ in pairs), fmean(x for _, x in pairs)
    return Compared(name, kinds, own, peers)


def by_kind(rows: Iterable[Row], dtype: str) -> dict[str, tuple[float, float]]:
    """Return the bits that funloss and its peers lose at each kind, in the mean."""
    pairs: dict[str, list[tuple[float, float]]] = {}
    for (_, own, kind), group in _groups(rows).items():
        peers = [row for row in group.values() if row.is_of_a_peer]
        if own == dtype:
            lost = [_lost(group[_same(row.candidate)], row) for row in peers]
            pairs.setdefault(kind, []).extend(lost)
    return {
        kind: (fmean(x for x, _ in found), fmean(x for _, x in found))
        for kind, found in pairs.items()
        if found
    }


def by_library(rows: Iterable[Row], dtype: str) -> dict[str, list[float | None]]:
    """Return the bits that values lose at each kind by library, in the mean."""
    own = [row for row in rows if row.is_own and row.dtype == dtype]
    kinds = dict.fromkeys(row.kind for row in own)
    return {
        kind: [
            _mean(row for row in own if (row.kind, row.candidate) == (kind, name))
            for name in map(_own, LIBRARIES)
        ]
        for kind in kinds
    }


def behind(rows: Iterable[Row]) -> list[Behind]:
    """Return where a peer is more exact: each kind once, by most first."""
    found = []
    for group in _groups(rows).values():
        peers = [row for row in group.values() if row.is_of_a_peer]
        moved = group.get(MOVED)
        every = [Behind(group[_same(row.candidate)], row, moved) for row in peers]
        # One that needs a reason before one that does not.
        every.sort(key=lambda one: (one.is_of_the_inputs, -one.times))
        found += [one for one in every if one.times > 2][:1]
    return sorted(found, key=lambda one: -one.times)


def _own(library: str) -> str:
    return f"{OURS} on {library}"


def _same(peer: str) -> str:
    """Return what a peer is compared with: the others are written in JAX."""
    return _own("torch" if peer == "torch" else "JAX")


def _groups(rows: Iterable[Row]) -> dict[tuple[str, str, str], dict[str, Row]]:
    groups: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in rows:
        groups.setdefault((row.name, row.dtype, row.kind), {})[row.candidate] = row
    return groups


def _mean(rows: Iterable[Row]) -> float | None:
    lost = [_bits(row.value, row) for row in rows]
    return fmean(lost) if lost else None


def _pairs(row: Row, other: Row) -> list[tuple[float, float]]:
    """Return the errors of both, of the value and of the gradient if both have one."""
    pairs = [(row.value, other.value)]
    if row.gradient is not None and other.gradient is not None:
        pairs.append((row.gradient, other.gradient))
    return pairs


def _ratio(own: float, peer: float) -> float:
    if own <= _SMALL or peer == math.inf:
        return 0.0
    return own / peer if peer else math.inf


def _lost(row: Row, other: Row) -> tuple[float, float]:
    """Return the bits that both lose of what both have."""
    own, errors = zip(*_pairs(row, other), strict=True)
    return _bits(max(own), row), _bits(max(errors), other)


def _bits(error: float, row: Row) -> float:
    """Return how many bits an error in ulps loses: of one ulp none, at most all."""
    digits = float(ml_dtypes.finfo(row.dtype).nmant + 1)
    return min(math.log2(max(error, 1.0)), digits) if error < math.inf else digits
