"""Primitives that take one step after the other."""

from collections.abc import Callable
from typing import Any

from funloss._array.along_axis import AlongAxis


class InSteps(AlongAxis):
    """Running results and recursions in terms of the standard and of `AlongAxis`."""

    def cumulative_max(self, x: Any, axis: int) -> Any:
        """Return the running maximum."""
        return self._accumulate(self.maximum, x, axis)

    def cumulative_logsumexp(self, x: Any, axis: int) -> Any:
        """Return the running `logsumexp`."""
        return self._accumulate(self.logaddexp, x, axis)

    def _accumulate(self, combine: Callable[..., Any], x: Any, axis: int) -> Any:
        rows = self.unstack(x, axis=axis)
        done = list(rows[:1])
        for row in rows[1:]:
            done.append(combine(done[-1], row))
        return self.stack(done, axis=axis) if done else x

    def descend(self, step: Callable[..., Any], x: Any, limit: int) -> Any:
        """Repeat ``x = step(x)`` where that is less, `limit` times; no slope.

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
