"""Arrays that several tests of this family take."""

__all__ = ["regions"]


def regions(xp):
    p = [[[1.0, 1.0, 0.0, 0.5], [0.0, 0.0, 1.0, 0.5]]]
    t = [[[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]]]
    return (xp.asarray(x, dtype=xp.float64) for x in (p, t))
