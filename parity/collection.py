"""Which calls there are, cut into the batches that are checked together."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from parity.case import Call, Case
from parity.losses import INFOS

__all__ = ["Batch", "batches", "losses"]

# Calls that share inputs share most of a compiled program: six in one program compile
# in about twice the time of one.
BATCH = 12


@dataclass(frozen=True)
class Batch:
    """Calls of one case, named by numbers so that another process finds them."""

    loss: str
    case: int
    start: int

    def calls(self) -> list[Call]:
        """Return the calls."""
        calls = CASES[self.case].calls()
        return list(itertools.islice(calls, self.start, self.start + BATCH))


CASES: list[Case] = [case for info in INFOS for case in info.cases]


def losses() -> list[str]:
    """Return the names of all losses that have cases, in the order of their files."""
    return list(dict.fromkeys(case.loss for case in CASES))


def batches(chosen: Collection[str] | None = None) -> Iterator[Batch]:
    """Yield the batches of the chosen losses, or of all."""
    for number, case in enumerate(CASES):
        if chosen is None or case.loss in chosen:
            for start in range(0, len(list(case.calls())), BATCH):
                yield Batch(case.loss, number, start)
