"""Primitives that take one step after the other."""

import itertools
import math
from collections.abc import Callable
from typing import Any

from funloss._array.softmax import Softmax

# Rows of which a step for each takes longer than to join blocks of them.
_MANY = 64


class InSteps(Softmax):
    """Running results and recursions in terms of the standard and of `Softmax`."""

    def cumulative_max(self, x: Any, axis: int) -> Any:
        """Return the running maximum."""
        return self._associative_scan(lambda a, b: (self.maximum(*a, *b),), (x,), axis)[
            0
        ]

    def cumulative_sumexp(
        self, x: Any, total: Any, axis: int, *, reverse: bool = False
    ) -> tuple[Any, Any]:
        """Return the running maximum, and that of ``sum(mass * exp(x - maximum))``.

        Apart, the two keep the digits of a sum far from 1. `x` is finite; the maximum
        has no derivative. In `reverse` they run from the end.
        """
        top = self.stop_gradient(x)
        arrays = (top, total * self.exp(x - top))
        return self._associative_scan(self._combine, arrays, axis, reverse=reverse)

    def _combine(self, one: Any, other: Any) -> tuple[Any, Any]:
        (top, total), (other_top, other_total) = one, other
        best = self.maximum(top, other_top)
        own, others = self.exp(top - best), self.exp(other_top - best)
        return best, total * own + other_total * others

    def _associative_scan(
        self,
        join: Callable[..., Any],
        arrays: Any,
        axis: int,
        *,
        reverse: bool = False,
    ) -> tuple[Any, ...]:
        """Join each row of all `arrays` with what was joined before.

        Many rows in blocks of about the root of their number, and then the blocks: as
        many calls as twice that root, and a sum is as often rounded.
        """
        length = arrays[0].shape[axis]
        if not self.known(length) or length < _MANY:
            return self._join_rows(join, arrays, axis, reverse=reverse)
        rows = [self.moveaxis(x, axis, 0) for x in arrays]
        rows = [self.flip(x, axis=0) if reverse else x for x in rows]
        size = math.isqrt(length)
        inside = self._join_rows(join, [self._in_blocks(x, size) for x in rows], 1)
        ends = [x[:-1, -1, ...] for x in inside]
        before = [self.expand_dims(x, axis=1) for x in self._join_rows(join, ends, 0)]
        later = join(before, [x[1:, ...] for x in inside])
        whole = (
            self.reshape(self.concat([x[:1, ...], y], axis=0), (-1, *x.shape[2:]))
            for x, y in zip(inside, later, strict=True)
        )
        rows = [x[:length, ...] for x in whole]
        rows = [self.flip(x, axis=0) if reverse else x for x in rows]
        return tuple(self.moveaxis(x, 0, axis) for x in rows)

    def _in_blocks(self, rows: Any, size: int) -> Any:
        """Return blocks of `size` rows, the last of them filled up with its last."""
        missing = -rows.shape[0] % size
        filling = self.broadcast_to(rows[-1:, ...], (missing, *rows.shape[1:]))
        filled = self.concat([rows, filling], axis=0)
        return self.reshape(filled, (-1, size, *rows.shape[1:]))

    def _join_rows(
        self,
        join: Callable[..., Any],
        arrays: Any,
        axis: int,
        *,
        reverse: bool = False,
    ) -> tuple[Any, ...]:
        turn = -1 if reverse else 1
        rows = zip(*(self.unstack(x, axis=axis)[::turn] for x in arrays), strict=True)
        done = list(itertools.accumulate(rows, join))[::turn]
        columns = zip(*done, strict=True)
        return tuple(self.stack(column, axis=axis) for column in columns)

    def iterate_decreasing(self, step: Callable[..., Any], x: Any, limit: int) -> Any:
        """Repeat ``x = step(x)`` where that is less, `limit` times; no derivative.

        Where values can be read, and on JAX, it stops when nothing is less.
        """
        for _ in range(limit):
            lower = step(x)
            less = lower < x
            if self.concrete(less) and not bool(self.any(less)):
                break
            x = self.where(less, lower, x)
        return x

    def scan(
        self,
        step: Callable[..., Any],
        carry: Any,
        rows: Any,
        *,
        reverse: bool = False,
    ) -> tuple[Any, Any]:
        """Run ``carry, y = step(carry, row)`` over the first axis of each of `rows`.

        `carry` and `rows` are tuples of arrays, `y` is an array or a tuple of
        them; returns the last carry and the stacked ys, in the order of the rows
        also in `reverse`.
        """
        turn = -1 if reverse else 1
        steps = list(zip(*(self.unstack(x, axis=0) for x in rows), strict=True))
        outputs = []
        for row in steps[::turn]:
            carry, y = step(carry, row)
            outputs.append(y)
        outputs = outputs[::turn]
        if not isinstance(outputs[0], tuple):
            return carry, self.stack(outputs, axis=0)
        columns = zip(*outputs, strict=True)
        return carry, tuple(self.stack(column, axis=0) for column in columns)
