"""Errors as tables, for a terminal and for a page."""

import math
from collections.abc import Iterable, Sequence

from benchmarks.case import OURS
from benchmarks.table import Table
from parity.accuracy.row import Row

__all__ = ["Lead", "leads", "more_exact", "widest"]

ABSENT = "-"
# A peer is more exact where it errs by less than half as much, and funloss by more than
# so many ulps.
_SMALL = 4

Lead = tuple[float, Row, Row]


def leads(rows: Iterable[Row]) -> list[Lead]:
    """Return where a peer is more exact: by how much, what of funloss, which peer."""
    groups: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in rows:
        place = row.loss, row.options, row.dtype, row.kind
        groups.setdefault(place, {})[row.candidate] = row
    found = []
    for group in groups.values():
        peers = [row for name, row in group.items() if not name.startswith(OURS)]
        for own in (row for name, row in group.items() if name.startswith(OURS)):
            for peer in peers:
                ratio = max(_ratio(own.value, peer.value), _of_gradients(own, peer))
                if ratio > 2:
                    found.append((ratio, own, peer))
    return sorted(found, key=lambda lead: -lead[0])


def _of_gradients(own: Row, peer: Row) -> float:
    if own.gradient is None or peer.gradient is None:
        return 0.0
    return _ratio(own.gradient, peer.gradient)


def _ratio(own: float, peer: float) -> float:
    if own <= _SMALL:
        return 0.0
    return math.inf if peer == 0 else own / peer if peer < math.inf else 0.0


def widest(rows: Sequence[Row], dtype: str) -> Table:
    """Return the largest errors of each loss, those ahead of their peers by most first.

    Of value and gradient, over all inputs that both compute.
    """
    own = [row for row in rows if row.dtype == dtype]
    names = list(dict.fromkeys(row.candidate for row in own))
    names.sort(key=lambda name: not name.startswith(OURS))
    cells: dict[tuple[str, str], dict[str, Row]] = {}
    for row in own:
        group = cells.setdefault((row.loss, row.options), {})
        group[row.candidate] = _joined(group.get(row.candidate), row)
    lines = [
        [f"`{loss}` {options}".rstrip(), *(_cell(group.get(name)) for name in names)]
        for (loss, options), group in sorted(cells.items(), key=_ahead)
    ]
    title = f"largest errors in {dtype}, in ulps: of the value / of the gradient"
    return Table(title, ["loss", *names], lines)


def _joined(old: Row | None, new: Row) -> Row:
    if old is None:
        return new
    gradients = [row.gradient for row in (old, new) if row.gradient is not None]
    return Row(
        new.loss,
        new.options,
        new.dtype,
        "all",
        new.candidate,
        max(old.value, new.value),
        max(gradients, default=None),
        old.inputs + new.inputs,
    )


def _ahead(
    item: tuple[tuple[str, str], dict[str, Row]],
) -> tuple[float, tuple[str, str]]:
    """Return what to sort by: the error of funloss over that of its worst peer."""
    place, group = item
    own = max(_worst(row) for name, row in group.items() if name.startswith(OURS))
    peers = [_worst(row) for name, row in group.items() if not name.startswith(OURS)]
    return (own + 1) / (max(peers) + 1) if peers else 1.0, place


def _worst(row: Row) -> float:
    return max(row.value, row.gradient or 0.0)


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


def more_exact(rows: Iterable[Row]) -> Table:
    """Return where a peer is more exact than funloss."""
    lines = []
    for _, own, peer in leads(rows):
        loss, where = f"`{own.loss}` {own.options}".rstrip(), f"{own.dtype}, {own.kind}"
        errors = own.candidate, _cell(own), peer.candidate, _cell(peer)
        lines.append([loss, where, *errors])
    head = ["loss", "inputs", "funloss", "errs by", "peer", "errs by"]
    return Table("where a peer is more exact", head, lines)
