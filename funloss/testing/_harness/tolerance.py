"""How far a result may lie from the reference: the one table, with its reasons.

The reference computes in float64, on the inputs as the dtype under test rounds them;
its result is rounded once to that dtype. An error is counted in ulps: spacings of the
dtype at the entry itself, or at `floor` times the scale of its array if that is larger.
The scale (see `ulps.scales`) is the size of the numbers that the entry is a sum of:
an entry near zero that is a difference need not have more digits than exist.
"""

import math
from dataclasses import dataclass

__all__ = ["TOLERANCES", "Tolerance"]


@dataclass(frozen=True)
class Tolerance:
    """What is allowed in one dtype.

    Attributes:
        ulps: Largest error allowed in values and derivatives, in ulps.
        floor: Least size an entry's spacing is taken at, relative to the scale.
        flushed: Size below which a number may count as zero: XLA flushes
            subnormal numbers of the dtype it computes in.
        reason: Why it cannot be less.
    """

    ulps: float
    floor: float
    flushed: float
    reason: str

    def bound(self, kind: str, depth: int = 0) -> float:
        """Return the largest error allowed in arrays of a kind of `Outcome`.

        Products of the Hessian get four times as much: for a p-norm with p=3 of a
        vector of 1e-6, torch's own err by 52 ulps against 60 digits, funloss's by 10.

        A recursion of `depth` steps rounds what it rounded before, which adds up like a
        random walk of one ulp a step. The derivatives of `ctc_loss` over 200 frames in
        float32 err by 4 to 17 ulps, by draw and processor; torch's own by 1000 to 3000.
        """
        return (self.ulps + math.sqrt(depth)) * (4 if kind == "products" else 1)


TOLERANCES = {
    "float64": Tolerance(
        32,
        1.0,
        2.0**-1022,
        "both sides round every step: 32 ulps are 7e-15, a dozen roundings and the "
        "few ulps that the exp, log and pow of two libraries differ by",
    ),
    "float32": Tolerance(
        16,
        1.0,
        2.0**-126,
        "only one side rounds; float32's exp and log err by more ulps than float64's",
    ),
    "bfloat16": Tolerance(
        1,
        2.0**-12,
        2.0**-126,
        "computed in float32 and rounded once, so it may fall on the other side of "
        "a tie; the floor is where 16 ulps of float32 make one of bfloat16",
    ),
    "float16": Tolerance(
        1,
        2.0**-9,
        2.0**-126,
        "as bfloat16: float16 has three bits more, so its floor lies higher",
    ),
}
