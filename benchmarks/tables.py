"""The figures as tables, for a terminal and for a page."""

from collections.abc import Iterable, Sequence

from benchmarks.case import BY_HAND, OURS
from benchmarks.exact import QUANTITIES, ExactRow
from benchmarks.goals import GOALS, beyond, geometric_mean, reached
from benchmarks.result import Row
from benchmarks.table import Table

__all__ = [
    "beyond_table",
    "exact_table",
    "goal_table",
    "noise_table",
    "row_tables",
]

ABSENT = "-"
# What the figures call a gradient.
GRADIENT = "gradient"


def goal_table(rows: Sequence[Row]) -> Table:
    """Return each goal beside what was reached; times are those of the peer."""
    lines = []
    for goal in GOALS:
        ratio = reached(goal, rows)
        if ratio is None:
            found, verdict = ABSENT, "not run"
        else:
            found, verdict = f"{ratio:.2f}", "yes" if ratio <= goal.limit else "no"
        lines.append([goal.what, goal.peer, f"{goal.limit:.2f}", found, verdict])
    head = ["what", "times", "goal", "found", "reached"]
    return Table("funloss in times of its peers: goals", head, lines)


def beyond_table(rows: Sequence[Row]) -> Table:
    """Return each row that is slower than its goal beside that, the worst first."""
    lines = [
        [
            f"`{row.loss}` {row.options}".rstrip(),
            row.quantity,
            _shape(row),
            row.dtype,
            goal.beside(row),
            f"{goal.limit:.2f}",
            f"{goal.ratio(row):.2f}",
            f"{row.ratios[BY_HAND]:.2f}" if BY_HAND in row.ratios else ABSENT,
        ]
        for row, goal in beyond(rows)
    ]
    head = ["loss", "what", "size", "dtype", "times", "goal", "found", BY_HAND]
    return Table("rows beyond their goal", head, lines)


def row_tables(rows: Iterable[Row]) -> list[Table]:
    """Return one table a group."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return [_row_table(group, own) for group, own in groups.items()]


def _row_table(group: str, rows: Sequence[Row]) -> Table:
    peers = list(dict.fromkeys(name for row in rows for name in row.ratios))
    lines = []
    for row in rows:
        ratios = [row.ratios.get(peer) for peer in peers]
        lines.append(
            [
                f"`{row.loss}` {row.options}".rstrip(),
                row.quantity.replace(GRADIENT, "gradient"),
                _shape(row),
                row.dtype,
                f"{row.milliseconds[OURS]:.3g}",
                *(ABSENT if ratio is None else f"{ratio:.2f}" for ratio in ratios),
                f"{row.noise:.2f}",
            ]
        )
    over = [f"/ {peer}" for peer in peers]
    head = ["loss", "what", "size", "dtype", f"{OURS} ms", *over, "A/A"]
    return Table(group, head, lines)


def _shape(row: Row) -> str:
    return "x".join(map(str, row.shape))


def noise_table(rows: Sequence[Row]) -> Table:
    """Return what funloss measures against itself: less than this is no difference."""
    noise = [row.noise for row in rows]
    figures = [geometric_mean(noise), min(noise), max(noise)]
    line = ["A/A", f"{len(noise)}", *(f"{figure:.2f}" for figure in figures)]
    head = ["pair", "cases", "geometric mean", "least", "largest"]
    return Table("noise", head, [line])


def exact_table(rows: Iterable[ExactRow]) -> Table:
    """Return the counts of the compiler, each beside its limit, and the goals."""
    lines = []
    for row in rows:
        cells = [
            f"{row.counts[name]:g} <= {row.limits[name]:g}"
            if name in row.counts
            else ABSENT
            for name in QUANTITIES
        ]
        missed = {n: g for n, g in row.goals.items() if row.counts[n] > g}
        goals = ", ".join(f"{name} {goal:g}" for name, goal in missed.items())
        lines.append([row.name, *cells, f"{goals}: {row.reason}" if goals else ""])
    head = ["program", *QUANTITIES, "goals missed"]
    head = [name.replace("cpu_", "on a CPU: ") for name in head]
    return Table("what the compiler counts", head, lines)
