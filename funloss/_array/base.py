"""The namespace that losses are written against.

`Namespace` is, layer by layer: the standard's own functions (`array_api.py`,
`standard.py`), the elementwise primitives that it lacks (`elementwise.py`), those along
an axis (`along_axis.py`), in steps along it (`scans.py`) and over several devices
(`devices.py`), and derivatives and faults (here). Each primitive promises its value and
its derivative. The implementations in these files need the standard alone and serve
libraries without automatic differentiation; `jax.py` and `torch.py` override what their
derivatives need, `numpy.py` and `dask.py` what they do better.
"""

import math
from collections.abc import Callable
from typing import Any

from funloss._array.devices import OverDevices


class Namespace(OverDevices):
    """Array-API functions and funloss's primitives for one array library.

    Values agree between libraries to rounding. Derivatives, where a library has
    them, follow torch at corners, ties and zeros; each method states its own.
    """

    # Whether a loop over blocks saves memory: not where a derivative keeps every
    # block, or where arrays are lazy.
    blockwise = True
    # Whether operations become one loop, in which XLA is slower at minima than at
    # selections; for arrays one after the other it is the reverse.
    fused = False

    def custom_vjp(
        self, forward: Callable[..., Any], backward: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Return `forward` with the derivative that `backward` gives.

        ``backward(arrays, g)`` returns one gradient or None per array and is
        computed from the inputs, so that torch's second order stays right.
        """
        del backward
        return forward

    def derivative_along(
        self,
        value: Callable[..., tuple[Any, ...]],
        along: Callable[..., Any],
        *arrays: Any,
        back: Callable[..., Any] | None = None,
    ) -> Any:
        """Return the first of what ``value(*arrays)`` returns, with a derivative.

        It is that of ``along(moving, arrays, results)`` in `moving`, arrays that are
        equal to `arrays`, which are constants there as are the `results` of `value`.
        The value of `along` does not count. ``back(arrays, g, result)`` returns the
        gradients that follow from it, for torch, which else differentiates `value`.
        """
        del along, back
        return value(*arrays)[0]

    def checkpoint(
        self, function: Callable[..., Any], *, keep_sums: bool = False
    ) -> Callable[..., Any]:
        """Return `function`, computed again for its derivative instead of kept.

        With `keep_sums`, sums and maxima along axes are kept.
        """
        del keep_sums
        return function

    def nan_where(self, x: Any, bad: Any) -> Any:
        """Turn `x` nan where `bad`, in value and in gradient."""
        return x * self.where(bad, math.nan, self.ones_like(bad, dtype=x.dtype))
