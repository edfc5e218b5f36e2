"""A row of the table of losses: a loss, its inputs, and what is to be tried."""

import contextlib
import functools
import inspect
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import funloss as fl

__all__ = ["Row"]


@functools.cache
def _parameters(loss):
    """Return the names of what a loss takes."""
    return frozenset(inspect.signature(loss).parameters)


@dataclass(frozen=True)
class Row:
    """One loss: its arrays, and what is to be tried with them."""

    # Positional arguments by name. Decimals are floating, the others are integers.
    arrays: dict[str, Any]
    # Shape of the losses.
    losses: tuple[int, ...] = (3,)
    # Shape of a mask, if it is not that of the losses.
    mask: tuple[int, ...] | None = None
    # How many parts of a loss the mean counts, as many in each loss. None: the mean is
    # not the sum of the losses over a number of them.
    mass: float | None = 1
    # Whether a loss depends on other samples than its own.
    together: bool = False
    # NumPy's arrays among them become those of the first argument's library.
    options: dict[str, Any] = field(default_factory=dict)
    # Floating arrays that the loss takes as constants: their derivatives are zero.
    constants: tuple[str, ...] = ()
    # Whether the derivative is that of the value, or a loss is made for its derivative
    # alone.
    descends: bool = True
    # Axis of the samples in an array where it is not 0; None: shared by all.
    samples: dict[str, int | None] = field(default_factory=dict)
    # Arguments that may also be lists.
    lists: tuple[str, ...] = ()
    # Whether there may be no samples at all.
    may_be_empty: bool = True
    # Options that are real numbers, at a value that the loss takes.
    reals: dict[str, float] = field(default_factory=dict)
    # Shapes that do not fit, and the start of the message.
    misfit: tuple[dict[str, tuple[int, ...]], str] | None = None
    # Options out of their range, and the message.
    bad_options: tuple[tuple[dict[str, Any], str], ...] = ()
    # An array, a place in it, a value that it may not have there, and the message.
    bad_values: tuple[tuple[str, tuple[int, ...], float, str], ...] = ()
    # What is called; None: the loss that the row stands with.
    loss: Any = None

    @property
    def mask_shape(self):
        """Return the shape that a mask broadcasts to."""
        return self.mask or self.losses

    @property
    def flags(self):
        """Return the options that are True or False."""
        parameters = inspect.signature(self.loss).parameters.values()
        return [x.name for x in parameters if x.annotation is bool]

    def values(self):
        """Return the arrays as NumPy's."""
        return {name: np.asarray(x) for name, x in self.arrays.items()}

    def floats(self):
        """Return the positions of the floating arrays."""
        kinds = [x.dtype.kind for x in self.values().values()]
        return tuple(k for k, kind in enumerate(kinds) if kind == "f")

    def trained(self):
        """Return the positions of the floating arrays that are not constants."""
        return tuple(
            k for k in self.floats() if list(self.arrays)[k] not in self.constants
        )

    @property
    def is_trained(self):
        """Tell whether the derivatives are not zero throughout."""
        return bool(self.trained())

    @property
    def is_minimised(self):
        """Tell whether steps along the derivative lower the value."""
        return self.descends and self.is_trained

    def made(self, xp, dtype="float64", changed=None):
        """Return the arrays of a library, some of them with other values."""
        values = self.values() | (changed or {})
        return [
            xp.asarray(
                x.tolist(), dtype=getattr(xp, dtype if x.dtype.kind == "f" else "int64")
            )
            for x in values.values()
        ]

    def weights(self):
        """Return the shape of each weight: of elements or losses, or one a class."""
        return dict(self._shapes_of_weights)

    @functools.cached_property
    def _shapes_of_weights(self):
        sizes = {n for x in self.values().values() for n in x.shape[1:]}
        shapes = [self.mask_shape, self.losses, *((n,) for n in sorted(sizes))]
        found = {}
        for name in filter(self.has, ("weight", "pos_weight", "alpha")):
            for shape in shapes:
                with contextlib.suppress(TypeError, ValueError):
                    self.with_options(**{name: np.ones(shape)})(*self.made(np))
                    found.setdefault(name, shape)
        return found

    def class_weights(self):
        """Return the weights of classes alone, by name with their shapes."""
        own = {self.mask_shape, self.losses}
        return {n: shape for n, shape in self.weights().items() if shape not in own}

    def has(self, *parameters):
        """Tell whether the loss takes all of these parameters."""
        return _parameters(self.loss).issuperset(parameters)

    def with_options(self, **options):
        """Return the loss with the row's options and more."""
        own = {k: x for k, x in self.options.items() if k not in options}
        arrays = {k: x for k, x in own.items() if isinstance(x, np.ndarray)}
        if not arrays:
            return functools.partial(self.loss, **own, **options)

        def loss(first, *rest, **more):
            xp = fl.array_namespace(first)
            like = {"dtype": first.dtype, **xp.device_kw(first)}
            made = {k: xp.asarray(x, **like) for k, x in arrays.items()}
            return self.loss(first, *rest, **own | made | options | more)

        return loss
