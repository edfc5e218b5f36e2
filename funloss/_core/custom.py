"""Complete losses from a formula of a few lines."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from funloss._array import Namespace, lookup, namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    broadcast_shape,
    check_broadcastable_to,
    check_values,
)
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses

__all__ = ["elementwise_loss", "samplewise_loss"]

# Inside the domain of log(x), log(1 - x), 1 / x and sqrt(x).
_SAFE = 0.5

_ADDED = (
    ("reduction", "mean", '``"none"``, ``"mean"`` or ``"sum"``.'),
    ("weight", None, "Factor on each {unit}'s loss; the mean divides by its sum."),
    (
        "where",
        None,
        "Boolean; a False {unit} has loss 0 and gradient 0, and does not count.",
    ),
    ("dtype", None, "Of the result; the promoted dtype of the arrays if None."),
)


def elementwise_loss(formula: Callable[..., Any]) -> Callable[..., Any]:
    """Make a complete loss of a formula for one element.

    ``formula(xp, *arrays, **options)`` returns the loss of each element, in the
    shape that the arrays broadcast to. It is written with the functions of
    `array_namespace`, and pure: it depends on its arguments alone. Its
    keyword-only parameters are the options of the loss.

    Args:
        formula: Called with arrays of one library and one floating dtype, of at
            least 32 bits, their shapes equal or 0-d; masked elements are 0.5.

    Returns:
        A loss with the formula's arguments and `reduction`, `weight`, `where`
        and `dtype`: it checks shapes, masks before and after the formula, runs
        on every library, and through one cached jit on JAX.

    Raises:
        TypeError: `formula` has no array parameter after `xp`.

    Examples:
        >>> import math
        >>> import numpy as np
        >>> @elementwise_loss
        ... def log_cosh_loss(xp, input, target, *, scale=1.0):
        ...     '''Square small errors, take the absolute value of large ones.'''
        ...     error = xp.absolute(input - target) / scale
        ...     return error + xp.softplus(-2 * error) - math.log(2)
        >>> print(log_cosh_loss(np.asarray([0.0, 9.0]), np.zeros(2)).round(4))
        4.1534
    """
    return _complete(formula, _elementwise, "element")


def samplewise_loss(formula: Callable[..., Any]) -> Callable[..., Any]:
    """Make a complete loss of a formula for one sample.

    ``formula(xp, *arrays, **options)`` returns one loss for each sample: arrays
    of shape ``(N, ...)`` give ``(N,)``. It is written with the functions of
    `array_namespace`, and pure. Its keyword-only parameters are the options of
    the loss.

    Args:
        formula: Called with arrays of one library. Floating ones share one
            dtype of at least 32 bits; integers, such as labels, stay integers.
            Masked samples hold 0.5, or 0 in integers.

    Returns:
        A loss with the formula's arguments and `reduction`, `weight`, `where`
        (both of the shape of the losses) and `dtype`.

    Raises:
        TypeError: `formula` has no array parameter after `xp`.

    Examples:
        >>> import numpy as np
        >>> @samplewise_loss
        ... def brier_loss(xp, input, target):
        ...     '''Square the errors of a row of probabilities.'''
        ...     return xp.sum(xp.square(input - target), axis=-1)
        >>> print(brier_loss(np.asarray([[0.5, 0.5]]), np.asarray([[1.0, 0.0]])))
        0.5
    """
    return _complete(formula, _samplewise, "sample")


def _complete(
    formula: Callable[..., Any], evaluate: Callable[..., Any], unit: str
) -> Callable[..., Any]:
    parameters = list(inspect.signature(formula).parameters.values())[1:]
    names = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    if not names:
        msg = "formula must take xp and at least one array, got none"
        raise TypeError(msg)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
        for name, default, _ in _ADDED
    ]
    signature = inspect.Signature([*parameters, *added])

    @functools.wraps(formula)
    def complete(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        own = given.arguments
        frame = {name: own.pop(name) for name, _, _ in _ADDED}
        arrays = {name: own.pop(name) for name in names}
        return evaluate(formula, arrays, own, **frame)

    wrapped = loss(complete)
    for target in (complete, wrapped):
        vars(target).pop("__wrapped__", None)
        vars(target)["__signature__"] = signature
    wrapped.__doc__ = _document(formula, unit)
    # What a program that shows a fault of the loss has to print.
    vars(wrapped)["__formula__"] = formula, f"{unit}wise_loss"
    return wrapped


def _document(formula: Callable[..., Any], unit: str) -> str:
    text = inspect.getdoc(formula) or f"Return the {formula.__name__} of its arguments."
    lines = [f"    {name}: {what.format(unit=unit)}" for name, _, what in _ADDED]
    return "\n".join([text, "", "Options of every loss:", *lines, ""])


def _elementwise(
    formula: Callable[..., Any],
    arrays: dict[str, Any],
    options: dict[str, Any],
    *,
    reduction: str,
    weight: Any,
    where: Any,
    dtype: Any,
) -> Any:
    batch = elements(
        arrays,
        weight=weight,
        where=where,
        dtype=dtype,
        fill=_SAFE,
        shapes="scalars",
        broadcast_weight=True,
    )
    values = batch.arrays.values()
    losses = formula(batch.xp, *values, **options)
    shape = broadcast_shape(**batch.arrays)
    if tuple(losses.shape) != shape:
        msg = f"the formula must return shape {shape}, got {tuple(losses.shape)}"
        raise ValueError(msg)
    return batch.reduce(losses, reduction, mean_over="weight")


def _samplewise(
    formula: Callable[..., Any],
    arrays: dict[str, Any],
    options: dict[str, Any],
    *,
    reduction: str,
    weight: Any,
    where: Any,
    dtype: Any,
) -> Any:
    xp = namespace(**arrays)
    labels = {n: x for n, x in arrays.items() if lookup(x) and xp.is_int(x.dtype)}
    floats = {n: x for n, x in arrays.items() if n not in labels}
    xp, out, values = promote_arrays(dtype, **floats)
    like = values[0]
    if where is not None:
        where = check_where(xp, like, where, tuple(getattr(where, "shape", ())))
    named = labels | dict(zip(floats, values, strict=True))
    named, bad = _settled(xp, where, named, labels)
    for name, x in named.items() if where is not None else ():
        safe = 0 if name in labels else _SAFE
        (named[name],) = fill_masked(xp, _over_samples(xp, where, x), (x, safe))
    losses = formula(xp, *(named[name] for name in arrays), **options)
    losses = losses if bad is None else xp.nan_where(losses, bad)
    leading = tuple(next(iter(named.values())).shape)[: losses.ndim]
    if tuple(losses.shape) != leading or (not leading and like.ndim > 1):
        shape = tuple(losses.shape)
        msg = f"the formula must return one loss a sample, got shape {shape}"
        raise ValueError(msg)
    (weight,) = cast_like(xp, like, weight=weight)
    check_broadcastable_to(leading, weight=weight, where=where)
    return reduce_losses(
        xp, out, losses, reduction, weight=weight, where=where, mean_weights=weight
    )


def _settled(
    xp: Namespace, where: Any, named: dict[str, Any], labels: Any
) -> tuple[dict[str, Any], Any]:
    """Return the arrays with integers that the library holds, and bad samples or None.

    Of these, integers are 0 and the rest is nan, in value and gradient.
    """
    worst = None
    for name in labels:
        x = named[name]
        bad = xp.beyond(x)
        if bad is None:
            continue
        keep = _over_samples(xp, where, x)
        counted = bad if keep is None else xp.logical_and(bad, keep)
        check_values(xp, "an integer of 32 bits", **{name: (x, counted)})
        named = named | {name: xp.where(bad, 0, xp.held(x))}
        counted = xp.any(xp.reshape(counted, (x.shape[0], -1)), axis=1)
        worst = counted if worst is None else xp.logical_or(worst, counted)
    if worst is not None:
        named = named | {
            name: xp.nan_where(x, _over_samples(xp, worst, x))
            for name, x in named.items()
            if name not in labels and x.ndim
        }
    return named, worst


def _over_samples(xp: Namespace, where: Any, x: Any) -> Any:
    """Return a mask of samples shaped to broadcast over the rest of `x`."""
    if where is None:
        return None
    if where.ndim > x.ndim:
        msg = f"where must have one value a sample, got shape {tuple(where.shape)}"
        raise ValueError(msg)
    return xp.reshape(where, (*where.shape, *(1,) * (x.ndim - where.ndim)))
