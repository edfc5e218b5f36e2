"""Primitives for arrays that lie on several devices, which only JAX's do."""

from collections.abc import Callable
from typing import Any

from funloss._array.scans import InSteps


class OverDevices(InSteps):
    """What they are of arrays on one device."""

    def psum(self, x: Any, axis_name: Any) -> Any:
        """Add `x` up over a mapped axis, which only JAX has."""
        del x
        msg = f"axis_name needs jax arrays, got axis_name {axis_name!r} and {self.name}"
        raise ValueError(msg)

    def all_gather(self, x: Any, axis_name: Any) -> Any:
        """Return the rows of `x` of all places on a mapped axis, which only JAX has."""
        return self.psum(x, axis_name)

    def axis_index(self, axis_name: Any) -> Any:
        """Return the place on a mapped axis, which only JAX has."""
        return self.psum(0, axis_name)

    def replicate_axes(self, x: Any, *axes: int) -> Any:
        """Return `x` with none of `axes` split where arrays lie on several devices.

        Only where the program says how arrays lie: elsewhere the library decides.
        """
        del axes
        return x

    def num_shards(self, x: Any) -> int:
        """Return how many parts of equal length the rows of `x` may lie in.

        Parts are what devices hold: more than one on JAX alone.
        """
        del x
        return 1

    def gather_beside(self, x: Any, other: Any) -> Any:
        """Return `x` with its rows gathered where they lie as those of `other` do.

        A table of both has rows and columns, which no device can split alike.
        """
        del other
        return x

    def map_shards(
        self, function: Callable[..., Any], count: int, shared: Any, arrays: Any
    ) -> Any:
        """Return ``function(shared, first, part)`` of all parts, stacked.

        A part is one of `count` of all `arrays`, and `first` the number of its first
        row; `shared` is the same for all.
        """
        del function, shared, arrays
        msg = f"shards need jax arrays, got {count} of {self.name}"
        raise ValueError(msg)
