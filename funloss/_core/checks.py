"""Static checks: what shapes, dtypes and Python numbers show, jit or not."""

from collections.abc import Sequence
from typing import Any

from funloss._array import Namespace

REDUCTIONS = ("none", "mean", "sum")
AS_PROBABILITIES = (
    ": a floating target is read as probabilities; labels must be integers"
)


def check_choice(choices: Sequence[Any], **option: Any) -> None:
    """Raise unless the option is one of `choices`."""
    ((name, value),) = option.items()
    for c in choices:
        if value is c or (type(value) is type(c) and value == c):
            return
    *some, last = map(repr, choices)
    msg = f"{name} must be {', '.join(some)} or {last}, got {value!r}"
    raise ValueError(msg)


def check_shapes_equal(advice: str = "", /, **arrays: Any) -> None:
    """Raise unless the arrays have one shape; None is passed over."""
    shapes = {name: tuple(x.shape) for name, x in arrays.items() if x is not None}
    # Compared rather than put in a set: sizes that a compiler leaves open have no hash.
    each = list(shapes.values())
    if each and each.count(each[0]) < len(each):
        msg = f"shapes must be equal, got {_listed(shapes)}{advice}"
        raise ValueError(msg)


def check_probabilities_fit(input: Any, target: Any) -> None:
    """Raise unless scores and class probabilities have one shape."""
    advice = AS_PROBABILITIES if target.ndim < input.ndim else ""
    check_shapes_equal(advice, input=input, target=target)


def check_same_shape_or_scalar(**arrays: Any) -> None:
    """Raise unless the arrays have one shape; all but the first may be 0-d."""
    first, *rest = [x.shape for x in arrays.values()]
    if rest.count(first) < len(rest):
        (name, like), *others = arrays.items()
        others = {name: x for name, x in others if x.shape != ()}
        check_shapes_equal(**{name: like}, **others)


def check_ndims_equal(**arrays: Any) -> None:
    """Raise unless the arrays have one number of dimensions."""
    shapes = {name: tuple(x.shape) for name, x in arrays.items()}
    if len({len(shape) for shape in shapes.values()}) > 1:
        msg = f"numbers of dimensions must be equal, got {_listed(shapes)}"
        raise ValueError(msg)


def broadcast_shape(**arrays: Any) -> tuple[int, ...]:
    """Return the shape that the arrays broadcast to, or raise."""
    shapes = {name: tuple(x.shape) for name, x in arrays.items() if x is not None}
    width = max(map(len, shapes.values()))
    padded = [(1,) * (width - len(s)) + s for s in shapes.values()]
    columns = zip(*padded, strict=True)
    sizes = [[size for size in column if size != 1] or [1] for column in columns]
    if any(size != column[0] for column in sizes for size in column):
        msg = f"shapes must broadcast, got {_listed(shapes)}"
        raise ValueError(msg)
    return tuple(column[0] for column in sizes)


def check_broadcastable_to(shape: tuple[int, ...], **arrays: Any) -> None:
    """Raise unless each array broadcasts to `shape` without enlarging it."""
    for name, x in arrays.items():
        if x is None:
            continue
        own = tuple(x.shape)
        tail = shape[len(shape) - len(own) :]
        if len(own) > len(shape) or any(
            a not in (1, b) for a, b in zip(own, tail, strict=True)
        ):
            msg = f"{name} must broadcast to {shape}, got {own}"
            raise ValueError(msg)


def check_axis(axis: Any, ndim: int, name: str = "axis") -> int:
    """Return `axis` counted from the front, or raise."""
    if not isinstance(axis, int) or not -ndim <= axis < ndim:
        msg = f"{name} must be an integer in {-ndim}..{ndim - 1}, got {axis!r}"
        raise ValueError(msg)
    return axis % ndim


def check_axes(axes: tuple[Any, ...], ndim: int, name: str = "axis") -> tuple[int, ...]:
    """Return the axes of a tuple counted from the front, or raise."""
    each = tuple(check_axis(axis, ndim, name) for axis in axes)
    if not each or len(set(each)) < len(each):
        msg = f"{name} must be an integer or a tuple of different ones, got {axes}"
        raise ValueError(msg)
    return each


def check_integer(
    low: int | None = None, high: int | None = None, **option: Any
) -> None:
    """Raise unless the option is a Python integer in ``low..high``."""
    ((name, value),) = option.items()
    if not isinstance(value, int) or isinstance(value, bool):
        msg = f"{name} must be a Python integer, got {value!r}"
        raise TypeError(msg)
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f">= {low}" if high is None else f"in {low}..{high}"
        msg = f"{name} must be {bounds}, got {value!r}"
        raise ValueError(msg)


def check_values(
    xp: Namespace, rule: str, advice: str = "", /, **named: tuple[Any, Any]
) -> Any:
    """Raise at the first position where ``bad`` holds, if values can be read.

    Each of `named` is a pair ``(array, bad)``. Returns `bad` for `nan_where`
    where nothing can be read, and None where all was read and found good. The
    message ends with `advice`.
    """
    ((name, (x, bad)),) = named.items()
    if not xp.concrete(x, bad):
        return bad
    if bool(xp.any(bad)):
        flat = int(xp.argmax(xp.reshape(xp.astype(bad, xp.int32), (-1,))))
        place = _unravel(flat, tuple(bad.shape))
        value = x[place]
        # int() of torch's tensors overflows beyond the signed integers.
        value = value.item() if hasattr(value, "item") else value
        number = float(value) if xp.is_float(x.dtype) else int(value)
        msg = f"{name} must be {rule}, got {number!r} at {place}{advice}"
        raise ValueError(msg)
    return None


def nan_unless_increasing(xp: Namespace, x: Any, **named: Any) -> Any:
    """Return `x`, nan in value and gradient where a 1-d array does not increase."""
    ((name, places),) = named.items()
    bad = xp.logical_not(places[1:] > places[:-1])
    bad = xp.concat([xp.isnan(places[:1]), bad], axis=0)
    bad = check_values(xp, "increasing", **{name: (places, bad)})
    return x if bad is None else xp.nan_where(x, xp.any(bad))


def _unravel(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    place = []
    for size in reversed(shape):
        flat, index = divmod(flat, size)
        place.append(index)
    return tuple(reversed(place))


def _listed(shapes: dict[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items())
