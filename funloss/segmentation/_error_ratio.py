"""The fraction of errors, with derivatives that stay finite."""

from typing import Any

from funloss._array import Namespace

__all__ = ["error_ratio"]


def error_ratio(xp: Namespace, errors: Any, hits: Any) -> Any:
    """Return ``errors / (errors + hits)``, 0 with gradient 0 where both are 0."""
    # The quotient's own derivative is not quite 0 where all are errors.
    partials = _error_ratio_d_errors, _error_ratio_d_hits
    return xp.custom_jvp(_error_ratio, partials, errors, hits)


def _error_ratio(xp: Namespace, errors: Any, hits: Any) -> Any:
    total = errors + hits
    return errors / xp.where(total == 0, 1.0, total)


def _error_ratio_d_errors(xp: Namespace, errors: Any, hits: Any) -> Any:
    partials = (
        lambda xp, errors, hits: -2 * _over_cube(xp, hits, errors + hits),
        lambda xp, errors, hits: _over_cube(xp, errors - hits, errors + hits),
    )
    return xp.custom_jvp(
        lambda xp, errors, hits: _over_square(xp, hits, errors + hits),
        partials,
        errors,
        hits,
    )


def _error_ratio_d_hits(xp: Namespace, errors: Any, hits: Any) -> Any:
    partials = (
        lambda xp, errors, hits: _over_cube(xp, errors - hits, errors + hits),
        lambda xp, errors, hits: 2 * _over_cube(xp, errors, errors + hits),
    )
    return xp.custom_jvp(
        lambda xp, errors, hits: -_over_square(xp, errors, errors + hits),
        partials,
        errors,
        hits,
    )


# XLA would turn x / y / y into x / (y * y), which underflows.
def _over_square(xp: Namespace, x: Any, total: Any) -> Any:
    """Return ``x / total**2`` for ``x <= total``, 0 where both are 0."""
    total = xp.clamp_min(total, float(xp.finfo(total.dtype).smallest_normal))
    return x / total * (1.0 / total)


def _over_cube(xp: Namespace, x: Any, total: Any) -> Any:
    """Return ``x / total**3``, bounded so that a tangent times it is finite."""
    least = float(xp.finfo(total.dtype).smallest_normal)
    inverse = 1.0 / xp.clamp_min(total, 8 * least**0.5)
    return x / xp.clamp_min(total, least) * inverse * inverse
