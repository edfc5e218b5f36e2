"""Divergences of linear scores of a student and a teacher, without all the scores.

The loss goes over blocks of rows: what a class adds to it depends on the sums of
exponentials of all classes. These are numbers of a row, and with them known the
derivative goes over blocks of classes, as many scores at a time. So each block of the
matrix's derivative is written once, instead of all of it once a block of rows.
"""

import math
from typing import Any, NamedTuple

from funloss._array import Namespace

__all__ = ["LinearPair", "choose_rows"]

# How many scores are held at once, how many make one block, and how many at most where
# that would be fewer than so many rows.
_WHOLE = 2**22
_BLOCK = 2**20
_LARGEST, _ROWS = 2**22, 32


def choose_rows(rows: int, classes: int) -> int:
    """Return how many rows to score at a time; `rows` means all at once."""
    if rows * classes <= _WHOLE:
        return rows
    return min(rows, max(1, _BLOCK // classes, min(_ROWS, _LARGEST // classes)))


class LinearPair(NamedTuple):
    """The scores of a student's and a teacher's linear layer, and their divergence.

    The methods take ``(features, weight, bias)`` of both, shapes ``(N, D)``, ``(C,
    D)`` and ``(C,)``, the last may be None, then the options of the divergence as
    arrays: the temperature and, of a mixture, its weight.
    """

    xp: Namespace
    # A `Divergence` of two rows of scores, of the teacher's first if in reverse.
    divergence: Any
    reverse: bool
    # Rows of scores at a time.
    chunk: int
    # Whether the features of either have values of their matrix's 16-bit dtype.
    narrow: tuple[bool, bool]

    def losses(self, x: Any, weight: Any, bias: Any, *others: Any) -> tuple[Any, ...]:
        """Return the losses, and the numbers of each row that derivatives take."""
        xp, (t, *layer), options = self.xp, others[:3], others[3:]
        x, t = xp.gather_beside(x, weight), xp.gather_beside(t, weight)
        layers, parts = ((weight, bias), layer), xp.num_shards(x)

        def numbers(_: Any, __: Any, features: Any) -> tuple[Any, ...]:
            return self._numbers(features, layers, options, parts)

        if parts == 1:
            found = numbers((), None, (x, t))
        else:
            found = xp.map_shards(numbers, parts, (), (x, t))
            found = tuple(xp.reshape(each, (x.shape[0], 1)) for each in found)
        losses = self.divergence.from_numbers(*options[1:], *found)
        return xp.reshape(losses, (x.shape[0],)), *found

    def _numbers(
        self, features: Any, layers: Any, options: Any, parts: int
    ) -> tuple[Any, ...]:
        """Return the numbers of rows, of as many as a part of all blocks at a time."""
        xp, count = self.xp, features[0].shape[0]
        size = min(count, max(1, self.chunk // parts))

        def step(carry: Any, row: Any) -> Any:
            blocks = (xp.block(each, row[0], size) for each in features)
            sides = zip(blocks, layers, strict=True)
            pair = self.scores(*((block, *layer) for block, layer in sides))
            arguments = *pair, options[0], 1, *options[1:]
            return carry, self.divergence.numbers(xp, *arguments)

        found = xp.scan(xp.checkpoint(step), (), (self._starts(count, size),))[1]
        return tuple(_joined(xp, each, count) for each in found)

    def along(self, moving: Any, held: Any, results: Any) -> Any:
        """Return of each row the scores and options times the partials in them."""
        xp, (x, weight, bias), options = self.xp, moving[:3], moving[6:]
        parts, classes = xp.num_shards(weight), weight.shape[0]
        size = math.ceil(self.chunk * classes / x.shape[0] / parts)
        size, end = min(size, classes // parts), 3 + len(options)

        def sums(rows: Any, _: Any, layers: Any) -> Any:
            own, numbers = rows[end : 2 * end - 3], rows[2 * end - 3 :]
            groups = rows[:3], rows[3:end], own, numbers
            return self._sums(groups, layers, size)

        rows = x, held[0], held[3], *options, *held[6:], *results[1:]
        layers = weight, bias, *held[1:3], *held[4:6]
        if parts == 1:
            return sums(rows, None, layers)
        return xp.total(xp.map_shards(sums, parts, rows, layers), 0)

    def _sums(self, rows: Any, layers: Any, size: int) -> Any:
        """Return what `along` does, of some classes, `size` of them at a time."""
        xp, classes = self.xp, layers[0].shape[0]

        def step(carry: Any, row: Any) -> Any:
            block = (None if x is None else xp.block(x, row[1], size) for x in layers)
            terms = self._terms(rows, *block)
            if classes % size:
                ids = row[1] + xp.arange(size, **xp.device_kw(terms))
                terms = xp.where((ids >= row[0])[None, :], terms, 0.0)
            return carry, xp.total(terms, 1)

        firsts = size * xp.arange(-(-classes // size), **xp.device_kw(layers[0]))
        blocks = firsts, self._starts(classes, size)
        return xp.total(xp.scan(xp.checkpoint(step), (), blocks)[1], 0)

    def _terms(self, rows: Any, weight: Any, bias: Any, *layers: Any) -> Any:
        """Return what each class of a block adds to the sums of the rows."""
        (x, own_x, t), options, own, numbers = rows
        pair = self.scores((own_x, *layers[:2]), (t, *layers[2:]))
        arguments = self.xp, *pair, own[0], 1, *own[1:]
        shared = self.divergence.of_block(*arguments, *numbers)
        in_x, in_t, in_heat, _, *in_share = (
            partial and partial(*arguments, *shared)
            for partial in self.divergence.partials
        )
        scores = self._linear(x, weight, bias, narrow=self.narrow[0])
        terms = (in_t if self.reverse else in_x) * scores
        for each, option in zip((in_heat, *in_share), options, strict=True):
            terms = terms + each * option
        return terms

    def _starts(self, count: int, size: int) -> Any:
        """Return where blocks start; the last one is as long as the others."""
        xp = self.xp
        firsts = size * xp.arange(-(-count // size))
        return xp.where(firsts > count - size, count - size, firsts)

    def scores(self, student: Any, teacher: Any) -> tuple[Any, Any]:
        """Return the scores of both, in the order of the divergence."""
        pairs = zip((student, teacher), self.narrow, strict=True)
        s, t = (self._linear(*layer, narrow=narrow) for layer, narrow in pairs)
        return (t, s) if self.reverse else (s, t)

    def _linear(self, x: Any, weight: Any, bias: Any, *, narrow: bool) -> Any:
        scores = self.xp.linear(x, weight, narrow=narrow)
        if bias is None:
            return scores
        return scores + self.xp.astype(bias, scores.dtype, copy=False)[None, :]


def _joined(xp: Namespace, blocks: Any, count: int) -> Any:
    """Return the numbers of all rows from those of blocks that end in the last."""
    number, size = blocks.shape[:2]
    first = xp.reshape(blocks[:-1, ...], ((number - 1) * size, 1))
    return xp.concat([first, blocks[-1, number * size - count :, :]], axis=0)
