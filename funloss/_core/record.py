"""Values by name, such as the prepared arguments of a loss."""

from typing import Any, Self

__all__ = ["Record"]


class Record:
    """Fields in the order of the annotations of a subclass, some with defaults.

    Dataclasses and named tuples write code for each class as it is imported, which
    takes more time than the rest of its module.
    """

    def __init__(self, *values: Any, **named: Any) -> None:
        """Take fields in their order, or by name."""
        pairs = zip(type(self).__annotations__, values, strict=False)
        vars(self).update(pairs, **named)

    def replace(self, **changes: Any) -> Self:
        """Return the same with other values of some fields."""
        changed = object.__new__(type(self))
        vars(changed).update(vars(self), **changes)
        return changed
