"""Every intended difference from torch 2.13; each is tested on both sides.

A row states one call, what torch does, what funloss does, and why. When torch changes
its mind, its side of the row fails, and the row goes.
"""

from parity.deviation import both_sides
from parity.differences import derivatives, dtypes, faults, shapes, values

__all__ = ["DEVIATIONS", "both_sides"]

DEVIATIONS = [
    *shapes.BROADCAST,
    *dtypes.DTYPES,
    *values.NUMBERS,
    *derivatives.DERIVATIVES,
    *faults.FAULTS,
]
