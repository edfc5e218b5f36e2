"""Statistics of the columns of a batch: what losses of whole batches are made of."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.batch_rows import PairedRows
from funloss._core.record import Record
from funloss._core.row_blocks import stack_blocks
from funloss.contrastive._similarity import gather_rows

__all__ = ["Columns", "batch_columns", "off_diagonal_squares", "product_squares"]

# The number of products in a block, and the least number of its rows.
_PRODUCTS, _MIN_ROWS = 2**20, 64


class Columns(Record):
    """The rows that count, of one device or of all over which they are mapped."""

    xp: Namespace
    # Of the rows, as a column, or None.
    where: Any
    # Their number, 0-d, and the same with 1 in place of 0.
    count: Any
    divisor: Any
    # The mapped axes, or None.
    axis_name: Any

    def add(self, x: Any) -> Any:
        """Return the sum of `x` of all devices."""
        return _added(self.xp, x, self.axis_name)

    def totals(self, x: Any) -> Any:
        """Return the sum of each column, as a row."""
        return self.add(self.xp.total(x, 0, keepdims=True))

    def centre(self, x: Any) -> Any:
        """Return the deviations of each column from its mean; masked rows are zeros.

        The mean is taken off twice: rounded as it is, the first time it leaves a
        constant in each column that has large numbers.
        """
        mean = self.xp.stop_gradient(self.totals(x) / self.divisor)
        x = self._masked(x - mean)
        return self._masked(x - self.totals(x) / self.divisor)

    def finish(self, value: Any, dtype: Any) -> Any:
        """Return the loss, nan without rows."""
        value = self.xp.where(self.count == 0, math.nan, value)
        return self.xp.astype(value, dtype)

    def _masked(self, x: Any) -> Any:
        return x if self.where is None else self.xp.where(self.where, x, 0.0)


def _added(xp: Namespace, x: Any, axis_name: Any) -> Any:
    return x if axis_name is None else xp.psum(x, axis_name)


def batch_columns(batch: PairedRows) -> Columns:
    """Return how the columns of both sides are added up."""
    xp, (like, _), where = batch.xp, batch.rows, batch.where
    axis_name = batch.axis_name
    if where is None:
        count = xp.count(like.shape[:1], like.dtype)
    else:
        count = xp.total(xp.astype(where, like.dtype))
        where = where[:, None]
    count = _added(xp, count, axis_name)
    # A product, since `asarray` would fix a size that torch's compiler leaves open.
    count = count * xp.ones((), dtype=like.dtype, **xp.device_kw(like))
    divisor = xp.where(count == 0, 1.0, count)
    return Columns(xp, where, count, divisor, axis_name)


def product_squares(columns: Columns, left: Any, right: Any) -> Any:
    """Return the sum of the squares of ``left.T @ right`` off the diagonal.

    Few rows are multiplied with each other instead: the sum of all squares is that of
    products of their products. The diagonal is taken off, which is at most about half
    of the sum where columns are of one length, as they must be, and others are 0.
    """
    xp, width = columns.xp, left.shape[1]
    every = [gather_rows(xp, x, columns.axis_name) for x in (left, right)]
    count = every[0].shape[0]
    if not xp.known(count) or 2 * count > width:
        tables = (_transposed(xp, x) for x in (left, right))
        squares = xp.square(columns.add(xp.linear(*tables)))
        places = xp.arange(width, **xp.device_kw(left))
        return xp.total(xp.where(places[:, None] == places[None, :], 0.0, squares))
    products = [xp.linear(*x) for x in zip((left, right), every, strict=True)]
    whole = columns.add(xp.total(products[0] * products[1]))
    return whole - xp.total(xp.square(columns.totals(left * right)))


def _transposed(xp: Namespace, x: Any) -> Any:
    return xp.permute_dims(xp.replicate_axes(x, 0), (1, 0))


def off_diagonal_squares(columns: Columns, x: Any) -> Any:
    """Return the sum of the squares of ``x.T @ x`` off the diagonal.

    Many columns are multiplied in blocks, again for the gradient.
    """
    xp = columns.xp
    x = xp.replicate_axes(x, 0)
    # Shares of the sum, whose gradients are those of the sum of all of them.
    partials = (_squares_d_x, None)
    shares = xp.custom_jvp(_squares, partials, x, columns.axis_name, axis=0)
    return columns.add(xp.total(shares))


def _squares(xp: Namespace, x: Any, axis_name: Any) -> Any:
    """Return the sum of each column, the part that the rows here have in it."""

    def block(own: Any, all_rows: Any) -> Any:
        return xp.total(own * all_rows, 1)

    return _map_products(xp, x, axis_name, block)


def _squares_d_x(xp: Namespace, x: Any, axis_name: Any) -> Any:
    def block(own: Any, all_rows: Any) -> Any:
        del own
        return xp.linear(4.0 * all_rows, x)

    return xp.permute_dims(_map_products(xp, x, axis_name, block), (1, 0))


def _map_products(xp: Namespace, x: Any, axis_name: Any, function: Any) -> Any:
    """Return `function` of blocks of rows of ``x.T @ x``, 0 on its diagonal.

    It is called with the products of the rows here, and with those of all rows.
    """
    table, width = xp.permute_dims(x, (1, 0)), x.shape[1]
    places = xp.arange(width, dtype=xp.int32, **xp.device_kw(x))

    def block(part: Any, place: Any) -> Any:
        own = xp.linear(part, table)
        own = xp.where(place == places[None, :], 0.0, own)
        return function(own, _added(xp, own, axis_name))

    if not xp.known(*x.shape) or not xp.blockwise or width**2 <= _PRODUCTS:
        return block(table, places[:, None])
    size = max(_MIN_ROWS, _PRODUCTS // width)
    rows = (stack_blocks(xp, t, size, 0) for t in (table, places[:, None]))
    _, results = xp.scan(lambda _, rows: ((), block(*rows)), (), list(rows))
    return xp.reshape(results, (-1, *results.shape[2:]))[:width, ...]
