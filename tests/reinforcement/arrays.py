"""Arrays that several tests of this family take."""

import math

__all__ = ["atoms_and_logits", "floats"]

LOG2, LOG4 = math.log(2), math.log(4)


def floats(xp, *arrays):
    return [xp.asarray(x, dtype=xp.float64) for x in arrays]


def atoms_and_logits(xp):
    atoms = xp.asarray([0.0, 1.0, 2.0], dtype=xp.float64)
    # Probabilities of 1/4, 1/4 and 1/2.
    return atoms, xp.asarray([-LOG4, -LOG4, -LOG2], dtype=xp.float64)
