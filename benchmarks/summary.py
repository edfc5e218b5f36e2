"""How quick each loss is beside each peer: one ratio a loss, for a table and a plot."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.goals import COMPILED, geometric_mean
from benchmarks.result import Row
from benchmarks.table import Table

__all__ = ["ratios_by_peer", "summary_table"]

# Closer to 1 than this is called no difference: the noise of a case reaches 1.19.
ALIKE = 1.2

Ratios = Mapping[str, float]


def ratios_by_peer(rows: Iterable[Row]) -> dict[str, Ratios]:
    """Return the ratios of compiled values with gradients, the least first.

    A loss counts once, by the geometric mean of its cases.
    """
    found: dict[str, dict[str, list[float]]] = {}
    for row in rows:
        if row.group not in COMPILED or row.quantity != "gradient":
            continue
        for peer, ratio in row.ratios.items():
            found.setdefault(peer, {}).setdefault(row.loss, []).append(ratio)
    means = {
        peer: _sorted({name: geometric_mean(own) for name, own in losses.items()})
        for peer, losses in found.items()
    }
    return dict(sorted(means.items(), key=lambda item: -len(item[1])))


def _sorted(ratios: Ratios) -> Ratios:
    return dict(sorted(ratios.items(), key=lambda item: item[1]))


def summary_table(rows: Iterable[Row]) -> Table:
    """Return for each peer how many losses are quicker, alike and slower."""
    lines = [_line(peer, ratios) for peer, ratios in ratios_by_peer(rows).items()]
    head = ["beside", "losses", "geometric mean", "quicker", "alike", "slower"]
    return Table("summary", [*head, "quickest", "slowest"], lines)


def _line(peer: str, ratios: Ratios) -> Sequence[str]:
    names = list(ratios)
    quicker = [name for name in names if ratios[name] < 1 / ALIKE]
    slower = [name for name in names if ratios[name] > ALIKE]
    counts = [len(quicker), len(names) - len(quicker) - len(slower), len(slower)]
    return [
        peer,
        f"{len(names)}",
        f"{geometric_mean(ratios.values()):.2f}",
        *map(str, counts),
        *(f"`{name}` {ratios[name]:.2g}" for name in (names[0], names[-1])),
    ]
