"""Labels and the classes they are of: how many there are, and more of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from funloss.testing._arguments import is_floating

__all__ = ["Classes", "class_count"]

# bfloat16 counts to 256, float16 to 2048.
_MANY = 2049


def class_count(
    arrays: Mapping[str, Any], labels: str, axis: int, classes: int | None = None
) -> int:
    """Return the number of classes, if the labels are of them."""
    given = arrays.get(labels)
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "iu":
        msg = f"inputs[{labels!r}] must be an array of integers, got {given!r}"
        raise ValueError(msg)
    if not given.size:
        msg = f"inputs[{labels!r}] must hold a label, got {given!r}"
        raise ValueError(msg)
    if classes is not None:
        return classes
    for array in arrays.values():
        if isinstance(array, np.ndarray) and is_floating(array):
            if -array.ndim <= axis < array.ndim:
                return array.shape[axis]
            msg = f"axis must be one of the first floating input's, got {axis}"
            raise ValueError(msg)
    msg = f"classes must be given without a floating input, got {list(arrays)}"
    raise ValueError(msg)


@dataclass(frozen=True)
class Classes:
    """The classes of a call.

    Attributes:
        labels: Name of the labels.
        count: How many classes there are.
        axes: The axis of the classes in each array that has one, by name.
    """

    labels: str
    count: int
    axes: Mapping[str, int]

    @classmethod
    def of(cls, arrays: Mapping[str, Any], labels: str, axis: int) -> "Classes":
        """Find the classes; `axis` is theirs wherever as many entries lie along it."""
        count = class_count(arrays, labels, axis)
        if arrays[labels].shape[:1] == (count,):
            msg = f"inputs[{labels!r}] must not have as many rows as classes, {count}"
            raise ValueError(msg)
        axes = {}
        for name, array in arrays.items():
            if name == labels or not isinstance(array, np.ndarray):
                continue
            if -array.ndim <= axis < array.ndim and array.shape[axis] == count:
                axes[name] = axis
            elif array.shape == (count,):
                axes[name] = 0
        return cls(labels, count, axes)

    def enlarged(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Repeat the classes, and move the labels to the last copy of each."""
        labels = arrays[self.labels].astype(np.int64)
        known = (labels >= 0) & (labels < self.count)
        offset = _MANY // self.count * self.count
        # Only odd labels show that float16 skips every other one.
        offset += int(not np.any((labels[known] + offset) % 2))
        order = (np.arange(offset + self.count) - offset) % self.count
        changed = {
            name: np.take(arrays[name], order, axis=axis)
            for name, axis in self.axes.items()
        }
        moved = {self.labels: np.where(known, labels + offset, labels)}
        return {**arrays, **changed, **moved}
