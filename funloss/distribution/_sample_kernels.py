"""Kernels of the distances of two rows, less what they are of equal rows.

Means of pairs add up to nothing of a constant, so that one may be left out: near 1,
what is left of a kernel keeps digits that the kernel has lost.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from funloss._array import Namespace

__all__ = ["KERNELS", "Kernel"]

# In bandwidths, farther than any kernel reaches.
_FAR = 1e3


class Kernel(NamedTuple):
    """Functions of ``(xp, distances, bandwidth)``."""

    # k(d) - k(0).
    value: Callable[..., Any]
    # Its derivative by d, over d; 0 at 0 where it has none.
    pull: Callable[..., Any]
    # Its derivative by the bandwidth; None where there is none.
    by_bandwidth: Callable[..., Any] | None


def _reach(xp: Namespace, d: Any, h: Any) -> Any:
    # Bounded, since nothing times infinity is to be nothing.
    return xp.clamp_max(d / h, _FAR)


def _gaussian(xp: Namespace, d: Any, h: Any) -> Any:
    return xp.expm1(-0.5 * xp.square(_reach(xp, d, h)))


def _gaussian_pull(xp: Namespace, d: Any, h: Any) -> Any:
    return -xp.exp(-0.5 * xp.square(_reach(xp, d, h))) / h / h


def _gaussian_by_bandwidth(xp: Namespace, d: Any, h: Any) -> Any:
    squares = xp.square(_reach(xp, d, h))
    return xp.exp(-0.5 * squares) * squares / h


def _laplacian(xp: Namespace, d: Any, h: Any) -> Any:
    return xp.expm1(-_reach(xp, d, h))


def _laplacian_pull(xp: Namespace, d: Any, h: Any) -> Any:
    return -xp.exp(-_reach(xp, d, h)) / h * _inverse(xp, d)


def _laplacian_by_bandwidth(xp: Namespace, d: Any, h: Any) -> Any:
    reach = _reach(xp, d, h)
    return xp.exp(-reach) * reach / h


def _energy(xp: Namespace, d: Any, h: Any) -> Any:
    del xp, h
    return -d


def _energy_pull(xp: Namespace, d: Any, h: Any) -> Any:
    del h
    return -_inverse(xp, d)


def _inverse(xp: Namespace, d: Any) -> Any:
    """Return one over each distance, 0 for 0."""
    apart = d != 0
    return xp.where(apart, 1 / xp.where(apart, d, 1.0), 0.0)


KERNELS = {
    "gaussian": Kernel(_gaussian, _gaussian_pull, _gaussian_by_bandwidth),
    "laplacian": Kernel(_laplacian, _laplacian_pull, _laplacian_by_bandwidth),
    "energy": Kernel(_energy, _energy_pull, None),
}
