"""Weighted means in windows that move over images."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.record import Record

__all__ = ["Windows"]


class Windows(Record):
    """A Gaussian window around pixels, along some axes."""

    xp: Namespace
    axes: tuple[int, ...]
    size: int
    # Standard deviation, in pixels.
    sigma: float
    # "valid", "reflect" or "same".
    padding: str

    @property
    def radius(self) -> int:
        """Return how many pixels there are on each side of the one in the middle."""
        return self.size // 2

    def check_sizes(self, shape: tuple[Any, ...], scales: int) -> None:
        """Raise unless windows fit into images that are halved for each of `scales`.

        `shape` is that of one array of images, without the axis in front.
        """
        needed = {"valid": self.size, "reflect": self.radius + 1, "same": 1}
        least, size = needed[self.padding], f"window_size {self.size}"
        sizes = [shape[axis - 1] // 2 ** (scales - 1) for axis in self.axes]
        if all(size >= least for size in sizes if self.xp.known(size)):
            return
        got = " x ".join(map(str, sizes))
        got += f" at scale {scales} of {scales}" if scales > 1 else ""
        msg = f"images need {least} pixels along each axis for {size} and padding "
        msg += f"{self.padding!r}, got {got}"
        raise ValueError(msg)

    def pad(self, x: Any, offset: Any) -> Any:
        """Return images with what the padding adds; zero is at ``-offset`` in `x`."""
        if self.padding == "valid" or self.radius == 0:
            return x
        for axis in self.axes:
            if self.padding == "same":
                shape = [*x.shape]
                shape[axis] = self.radius
                before = after = self.xp.broadcast_to(-offset, tuple(shape))
            else:
                size = x.shape[axis]
                before = self._mirrored(x, axis, 1, self.radius + 1)
                after = self._mirrored(x, axis, size - 1 - self.radius, size - 1)
            x = self.xp.concat([before, x, after], axis=axis)
        return x

    def _mirrored(self, x: Any, axis: int, start: int, stop: int) -> Any:
        part = x[(*[slice(None)] * axis, slice(start, stop), ...)]
        return self.xp.flip(part, axis=axis)

    def moments(self, x: Any) -> tuple[Any, Any]:
        """Return the weighted means and variances in all windows that lie inside.

        Along one axis after the other: a variance is the mean of the variances so far
        and the variance of the means. No squares are subtracted, which would cancel.
        """
        xp, taps, variance = self.xp, self._taps(), None
        for axis in self.axes:
            mean = xp.windowed_sums(x, taps, axis)
            between = xp.windowed_squares(x, mean, taps, axis)
            if variance is not None:
                between = between + xp.windowed_sums(variance, taps, axis)
            x, variance = mean, between
        return x, variance

    def _taps(self) -> list[float]:
        places = range(-self.radius, self.radius + 1)
        weights = [math.exp(-0.5 * (k / self.sigma) ** 2) for k in places]
        whole = math.fsum(weights)
        return [weight / whole for weight in weights]

    def mean(self, x: Any) -> Any:
        """Return the mean over the pixels of one map an image."""
        axes = tuple(axis - 1 for axis in self.axes)
        count = self.xp.count([x.shape[axis] for axis in axes], x.dtype)
        return self.xp.total(x, axes) / count

    def halve(self, x: Any) -> Any:
        """Return the means of two neighbours along each axis."""
        for axis in self.axes:
            before, stop = [slice(None)] * axis, 2 * (x.shape[axis] // 2)
            first, second = (x[(*before, slice(k, stop, 2), ...)] for k in range(2))
            x = 0.5 * (first + second)
        return x
