"""Shapes with which the arrays of a case fit the cache, or do not."""

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = [
    "CACHE",
    "ELEMENTS",
    "LARGE",
    "MORE_ROWS",
    "SIZES",
    "USUAL",
    "Growth",
    "pairs",
    "pairs_in_rows",
]

CACHE, USUAL, LARGE = "cache", "usual", "large"
SIZES = (CACHE, USUAL, LARGE)

# Half a megabyte of float32, and 64: the caches of a core and of a processor end
# between them.
ELEMENTS = {CACHE: 1 << 17, LARGE: 1 << 24}

Shape = tuple[int, ...]


def pairs(shape: Shape) -> int:
    """Return the elements where every row is compared with every other."""
    return shape[0] ** 2


def pairs_in_rows(shape: Shape) -> int:
    """Return the elements where all parts of a row are compared with each other."""
    return shape[0] * shape[-1] ** 2


@dataclass(frozen=True)
class Growth:
    """How a shape becomes smaller and larger: by powers of two, along one axis.

    Attributes:
        axis: Which axis is longer or shorter.
        elements: How many elements the largest array of a shape has, temporary ones
            included.
    """

    axis: int = 0
    elements: Callable[[Shape], int] = math.prod

    def shape(self, usual: Shape, size: str) -> Shape | None:
        """Return the shape of a size; None if the usual one is nearest to it.

        Also None if no shape has between half and twice as many elements as it should.
        """
        if size == USUAL:
            return usual
        wanted = ELEMENTS[size]
        powers = [-k if size == CACHE else k for k in range(13)]
        lengths = [int(usual[self.axis] * 2.0**k) for k in powers]
        shapes = [self._with(usual, length) for length in lengths if length]
        off = [abs(math.log2(self.elements(shape) / wanted)) for shape in shapes]
        nearest = off.index(min(off))
        return shapes[nearest] if nearest and off[nearest] <= 1 else None

    def _with(self, shape: Shape, length: int) -> Shape:
        return (*shape[: self.axis], length, *shape[self.axis + 1 :])


MORE_ROWS = Growth()
