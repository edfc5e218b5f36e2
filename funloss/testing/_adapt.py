"""Make two losses callable alike: names, constants, and the place of the class axis."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from funloss._array import namespace

__all__ = ["Adapted", "adapt"]


@dataclass(frozen=True)
class Adapted:
    """A function that is called in another function's terms."""

    function: Callable[..., Any]
    names: Sequence[str] | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    bind: Mapping[str, Any] = field(default_factory=dict)
    axis: Mapping[int, int] = field(default_factory=dict)

    @property
    def __name__(self) -> str:
        """Name of the function inside."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    def settings(self) -> dict[str, Any]:
        """Return what `adapt` was given besides the function."""
        given = {name: vars(self)[name] for name in ("names", "rename", "bind", "axis")}
        return {name: value for name, value in given.items() if value}

    def __call__(self, *arrays: Any, **options: Any) -> Any:
        """Call the function inside."""
        placed = [
            namespace(array=array).moveaxis(array, self.axis[place], -1)
            if place in self.axis
            else array
            for place, array in enumerate(arrays)
        ]
        options = {self.rename.get(name, name): x for name, x in options.items()}
        if self.names is None:
            return self.function(*placed, **options, **self.bind)
        named = dict(zip(self.names, placed, strict=True))
        return self.function(**named, **options, **self.bind)


def adapt(
    function: Callable[..., Any],
    *,
    names: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
    bind: Mapping[str, Any] | None = None,
    axis: Mapping[int, int] | None = None,
) -> Adapted:
    """Return `function` as it must be to be called like another one.

    Unlike a lambda, the result shows in the code of a failure how it calls.

    Args:
        function: Any callable.
        names: Names by which the arrays, which come by position, are passed on.
        rename: For an option, the name that `function` has for it.
        bind: Constant arguments.
        axis: For the arrays at these positions, the axis that `function` wants last:
            ``{0: 1}`` turns scores of shape ``(N, C, ...)`` into ``(N, ..., C)``.

    Returns:
        A callable with the name of `function`.

    Examples:
        >>> import numpy as np
        >>> def huber(y_true, y_pred, d):
        ...     error = np.abs(y_true - y_pred)
        ...     return np.where(error <= d, error**2 / 2, d * (error - d / 2))
        >>> alike = adapt(huber, names=("y_pred", "y_true"), rename={"delta": "d"})
        >>> alike(np.asarray([3.0]), np.asarray([0.0]), delta=1.0)
        array([2.5])
    """
    return Adapted(function, names, rename or {}, bind or {}, axis or {})
