"""Blocks of rows, so that a table of all pairs never exists as a whole."""

from collections.abc import Callable, Sequence
from typing import Any

from funloss._array import Namespace

__all__ = ["map_blocks", "stack_blocks"]

# The number of pairs in a block, which a processor's cache holds, and the least number
# of its rows.
_PAIRS, _MIN_ROWS = 2**18, 32


def map_blocks(
    xp: Namespace,
    function: Callable[..., Any],
    arrays: Sequence[Any],
    width: int,
    *,
    join: Callable[..., Any],
    fills: Sequence[int] | None = None,
    keep_sums: bool = False,
) -> list[Any]:
    """Return ``function(*arrays)``, a tuple, for many rows in blocks.

    A block is computed again for the derivative. The last one is padded with `fills`,
    or zeros. ``join(x, count)`` makes one array of the results of all blocks. On
    several devices there are no blocks: each has a part of the rows.

    Args:
        xp: The namespace.
        function: What to call.
        arrays: Matrices with a row each, of one number of rows.
        width: How many pairs a row has.
        join: What to do with stacked results.
        fills: A number for each array.
        keep_sums: Whether sums that `function` takes are kept for the derivative: a
            few numbers a row.
    """
    count = arrays[0].shape[0]
    known = xp.known(count, width) and xp.blockwise
    if not known or xp.num_shards(arrays[0]) > 1:
        return list(function(*arrays))
    size = max(_MIN_ROWS if keep_sums else 2 * _MIN_ROWS, _PAIRS // width)
    if size >= count:
        return list(function(*arrays))
    step = xp.checkpoint(function, keep_sums=keep_sums)
    fills = fills or (0,) * len(arrays)
    stacks = [
        stack_blocks(xp, x, size, fill) for x, fill in zip(arrays, fills, strict=True)
    ]
    _, results = xp.scan(lambda _, rows: ((), step(*rows)), (), stacks)
    return [join(x, count) for x in results]


def stack_blocks(xp: Namespace, x: Any, size: int, fill: int) -> Any:
    """Return blocks of `size` rows, the last one padded with `fill`."""
    padding = -x.shape[0] % size
    rest = xp.full_like(x[:padding, ...], fill)
    return xp.reshape(xp.concat([x, rest]), (-1, size, x.shape[1]))
