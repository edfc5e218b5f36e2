"""Norms and products of vectors that neither overflow nor underflow."""

from typing import Any

from funloss._array import Namespace

__all__ = ["double_inverse_scale", "floor_norm", "largest_square", "scaled_product"]


def floor_norm(xp: Namespace, norm: Any, eps: Any) -> Any:
    """Return ``max(norm, eps)`` with derivative 1 in `norm`, as torch has it."""
    partials = (lambda xp, norm, _: xp.ones_like(norm), None)
    return xp.custom_jvp(
        lambda xp, norm, eps: xp.clamp_min(norm, eps), partials, norm, eps
    )


def double_inverse_scale(xp: Namespace, x: Any, axis: int, floor: Any) -> Any:
    """Return twice the constant to multiply `x` by against overflow.

    Vectors shorter than `floor` are scaled by the floor, which replaces their norm. The
    factor 2 makes exact doubles of the products in a norm: XLA would materialise
    products that two sums share.
    """
    least = 2 * float(xp.finfo(x.dtype).smallest_normal)
    if isinstance(floor, float):
        least = max(least, min(floor, 1.0))
    scale = xp.clamp_min(xp.safe_scale(x, 2, axis), least)
    if not isinstance(floor, float):
        scale = xp.clamp_min(scale, xp.clamp_max(floor, 1.0))
    return 2 / xp.stop_gradient(scale)


def scaled_product(xp: Namespace, a: Any, b: Any, factors: Any, axis: int) -> Any:
    """Return ``sum((a * c) * (b * d))`` along `axis`, for two constants a row."""
    partials = (
        lambda _, _a, b, c, d: b * d * c,
        lambda _, a, _b, c, d: a * c * d,
        None,
        None,
    )
    products = xp.custom_jvp(
        lambda _, a, b, c, d: (a * c) * (b * d), partials, a, b, *factors
    )
    return xp.total(products, axis)


def largest_square(xp: Namespace, dtype: Any) -> float:
    """Return the largest sum of squares that `double_inverse_scale` does not scale.

    Over the number of coordinates, its inverse is the smallest.
    """
    return float(xp.finfo(dtype).max) ** 0.75
