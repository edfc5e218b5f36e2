"""Which calls there are, cut into the batches that are checked together."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from parity.case import Call, Case
from parity.losses import INFOS

__all__ = ["Batch", "batches", "beside_packages", "losses"]

# Calls that share inputs share most of a compiled program: six in one program compile
# in about twice the time of one.
BATCH = 12


@dataclass(frozen=True)
class Batch:
    """Calls of one case, named by numbers so that another process finds them."""

    loss: str
    case: int
    start: int
    # Which package of the case is the reference; None: its own reference.
    package: int | None = None

    def calls(self) -> list[Call]:
        """Return the calls."""
        case = CASES[self.case]
        if self.package is not None:
            case = case.against(case.also[self.package])
        return list(itertools.islice(case.calls(), self.start, self.start + BATCH))


CASES: list[Case] = [case for info in INFOS for case in info.cases]


def losses() -> list[str]:
    """Return the names of all losses that have cases, in the order of their files."""
    return list(dict.fromkeys(case.loss for case in CASES))


def batches(
    chosen: Collection[str] | None = None, *, packages: bool = False
) -> Iterator[Batch]:
    """Yield the batches of the chosen losses, or of all; or those against packages."""
    for number, case in enumerate(CASES):
        if chosen is None or case.loss in chosen:
            beside = {k: case.against(own) for k, own in enumerate(case.also)}
            for package, own in (beside if packages else {None: case}).items():
                for start in range(0, len(list(own.calls())), BATCH):
                    yield Batch(case.loss, number, start, package)


def beside_packages() -> list[Case]:
    """Return the cases against packages: one for each package of a case."""
    return [case.against(package) for case in CASES for package in case.also]
