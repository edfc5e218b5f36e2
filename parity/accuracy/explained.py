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


_SUBNORMAL = (
    "XLA takes subnormal numbers for 0: atoms that are less than 1.2e-38 apart are "
    "equal, and shares between them are 0 / 0; the gradient of the peer has no digit "
    "either"
)


REASONS: Sequence[Reason] = (
    Reason("`categorical_q_learning_loss`", ("tiny",), _SUBNORMAL),
    Reason("`categorical_td_loss`", ("tiny",), _SUBNORMAL),
    Reason(
        "`circle_loss` margin=0.4 constant_weights=False",
        ("small",),
        "terms of all pairs cancel in an entry of the gradient: what is left is two "
        "ulps of the largest of them, by chance less in the peer",
    ),
    Reason(
        "`ctc_loss`",
        ("mixed",),
        "the gradient in log-probabilities is the posterior, from which log_softmax "
        "subtracts the probability: where they nearly agree, an ulp of the posterior "
        "is left; torch subtracts within its kernel",
    ),
    Reason(
        "`dice_loss` activation=softmax smooth=2.0",
        ("large",),
        "a saturated softmax: of p * (g - sum(p * g)) the rounding of both terms is "
        "left, at most 2**-23 of p * g; the peer computes in 16 bits and has 0, which "
        "is no digit either",
    ),
    Reason(
        "`distillation_loss`",
        ("mixed",),
        "a difference of two nearly equal probabilities, each rounded to an ulp",
    ),
    Reason(
        "`distillation_loss` beta=0.5",
        ("ordinary", "small"),
        "terms of either sign that cancel: the loss is quadratic in differences of "
        "logits, and each term has the rounding of its first order",
    ),
    Reason(
        "`linear_distillation_loss`",
        ("small",),
        "terms of either sign that cancel: the loss is quadratic in differences of "
        "logits, and each term has the rounding of its first order; the peer has 0",
    ),
    Reason(
        "`mean_absolute_percentage_error`",
        ("huge",),
        "a loss is in percent before the mean: 100 times a ratio above 3.4e36 "
        "overflows, where the peer multiplies the mean by 100",
    ),
    Reason(
        "`triplet_margin_loss`",
        ("mixed",),
        "the gradient of the anchor is a difference of two unit vectors: where they "
        "nearly agree, the rounding of each is left, an ulp of it at most",
    ),
)


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
