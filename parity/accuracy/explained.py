"""Why a peer is more exact where it is, and funloss not: reasons with their bounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parity.accuracy.compare import Behind

__all__ = ["REASONS", "Reason", "superfluous", "unexplained", "why"]

OF_THE_INPUTS = "inputs an ulp off make as large an error"


@dataclass(frozen=True)
class Reason:
    """Why a loss errs by more than a peer at some kinds of inputs."""

    name: str
    """The loss with its options, as the page has it."""
    kinds: tuple[str, ...]
    why: str
    """What makes the error, how large it can be, and why it stays."""

    def is_of(self, one: Behind) -> bool:
        """Tell whether this explains what was found."""
        return one.own.name == self.name and one.own.kind in self.kinds


REASONS: Sequence[Reason] = ()


def why(one: Behind) -> str:
    """Return why a peer is more exact; nothing if that is not known."""
    for reason in REASONS:
        if reason.is_of(one):
            return reason.why
    return OF_THE_INPUTS if one.is_of_the_inputs else ""


def unexplained(found: Iterable[Behind]) -> list[Behind]:
    """Return where a peer is more exact without a reason."""
    return [one for one in found if not why(one)]


def superfluous(found: Sequence[Behind]) -> list[Reason]:
    """Return the reasons of what was not found, or needs none."""
    needed = [one for one in found if not one.is_of_the_inputs]
    return [
        reason
        for reason in REASONS
        if not all(
            any(reason.is_of(one) and one.own.kind == kind for one in needed)
            for kind in reason.kinds
        )
    ]
