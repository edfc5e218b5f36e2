"""The figures of an accelerator as tables, for a terminal and for a page."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.accelerator.programs import BY_HAND, OPTAX
from benchmarks.accelerator.timing import OTHER_FORM, Timed
from benchmarks.case import OURS
from benchmarks.table import Table
from funloss.testing.harness import Check

__all__ = ["accuracy_table", "fault_table", "time_tables"]

ABSENT = "-"
NAMES = (OURS, OTHER_FORM, BY_HAND, OPTAX)


def accuracy_table(checks: Sequence[Check]) -> Table:
    """Return how many comparisons there are in each dtype, and the largest error."""
    lines = []
    for dtype in dict.fromkeys(check.dtype for check in checks):
        own = [check for check in checks if check.dtype == dtype]
        for words in ("value", "gradient"):
            some = [check for check in own if check.quantity.startswith(words)]
            if some:
                lines.append(_accuracy(dtype, words, some))
    head = ["dtype", "what", "losses", "comparisons", "failed", "largest error", "of"]
    return Table("accuracy, in ulps", head, lines)


def _accuracy(dtype: str, words: str, checks: Sequence[Check]) -> list[str]:
    worst = max(checks, key=lambda check: check.ulps)
    return [
        dtype,
        words,
        f"{len({check.loss for check in checks})}",
        f"{len(checks)}",
        f"{sum(1 for check in checks if check.fault)}",
        f"{worst.ulps:.2g}",
        f"`{worst.call}`",
    ]


def fault_table(checks: Iterable[Check], times: Iterable[Timed]) -> Table:
    """Return everything that is wrong."""
    lines = [
        [f"`{check.call}`", check.dtype, check.quantity, check.fault]
        for check in checks
        if check.fault
    ]
    lines += [
        [f"`{each.loss}` {_shape(each)}", each.dtype, name, fault]
        for each in times
        for name, fault in each.faults.items()
    ]
    return Table("what is wrong", ["loss", "dtype", "what", "fault"], lines)


def time_tables(times: Sequence[Timed]) -> list[Table]:
    """Return the times of the candidates, the memory, and the two forms."""
    return [_times(times), _memory(times), _forms(times)]


def _times(times: Sequence[Timed]) -> Table:
    peers = [name for name in (BY_HAND, OPTAX) if _any(times, name)]
    lines = [
        [
            *_words(each),
            *(_figure(each, name, each.milliseconds) for name in (OURS, *peers)),
            *(_figure(each, name, each.ratios, "{:.2f}") for name in peers),
            f"{each.noise:.2f}",
        ]
        for each in times
    ]
    head = ["loss", "size", "dtype", *(f"{name} ms" for name in (OURS, *peers))]
    return Table("times", [*head, *(f"/ {name}" for name in peers), "A/A"], lines)


def _memory(times: Sequence[Timed]) -> Table:
    lines = [
        [
            *_words(each),
            name,
            _figure(each, name, each.temporaries),
            _figure(each, name, each.peak),
        ]
        for each in times
        for name in NAMES
        if name in each.temporaries or name in each.no_room
    ]
    head = ["loss", "size", "dtype", "of", "temporaries", "peak"]
    return Table("memory in MB", head, lines)


def _forms(times: Sequence[Timed]) -> Table:
    """Return how long both forms take, where there are two."""
    lines = [
        [
            *_words(each),
            _figure(each, OURS, each.milliseconds),
            _figure(each, OTHER_FORM, each.milliseconds),
            _figure(each, OTHER_FORM, each.ratios, "{:.2f}"),
        ]
        for each in times
        if each.forms > 1
    ]
    head = ["loss", "size", "dtype", "default ms", "form of the CPU ms", "ratio"]
    return Table("the two forms", head, lines)


def _any(times: Iterable[Timed], name: str) -> bool:
    return any(name in (*each.temporaries, *each.no_room) for each in times)


def _words(each: Timed) -> list[str]:
    return [f"`{each.loss}`", _shape(each), each.dtype]


def _shape(each: Timed) -> str:
    return "x".join(map(str, each.shape))


def _figure(
    each: Timed, name: str, figures: Mapping[str, float | None], form: str = "{:.3g}"
) -> str:
    if name in each.no_room:
        return "no room"
    figure = figures.get(name)
    return ABSENT if figure is None else form.format(figure)
