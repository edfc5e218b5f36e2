"""The call of a function, and its outcome in one library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from funloss.testing._harness import arrays as convert
from funloss.testing._harness.tree import leaves, map_leaves, paths, rebuild

__all__ = ["KINDS", "Outcome", "Problem"]

# The kinds of arrays in an outcome, by the order of the derivative, and in words.
KINDS = {
    "values": "value",
    "derivatives": "gradient wrt {}",
    "products": "Hessian-vector product wrt {}",
}


@dataclass(frozen=True)
class Problem:
    """A function, its arguments as NumPy arrays, and the derivatives wanted.

    Attributes:
        function: The loss, or the reference.
        positional: Names of the arguments passed by position, in order.
        inputs: The arguments that are arrays or nested tuples of arrays, by name.
        options: All other arguments, by name; ``dtype`` is a dtype's name.
        wrt: Names of the inputs to differentiate.
        orders: Highest derivative wanted; the outcome may hold fewer.
        cotangents: One for each output; the derivatives are those of the outputs'
            inner product with them.
        directions: One for each leaf of `wrt`; the products are the Hessian of that
            inner product times them.
    """

    function: Callable[..., Any]
    positional: tuple[str, ...]
    inputs: Mapping[str, Any]
    options: Mapping[str, Any]
    wrt: tuple[str, ...] = ()
    orders: int = 0
    cotangents: tuple[np.ndarray, ...] = ()
    directions: tuple[np.ndarray, ...] = ()

    def variables(self) -> list[np.ndarray]:
        """Return the arrays to differentiate, flat."""
        return leaves([self.inputs[name] for name in self.wrt])

    def variable_names(self) -> list[str]:
        """Return the name of each array to differentiate."""
        return [path for name in self.wrt for path in paths(name, self.inputs[name])]

    def size(self) -> int:
        """Return the number of elements in the inputs."""
        return sum(leaf.size for leaf in leaves(list(self.inputs.values())))

    def wide(self) -> bool:
        """Tell whether float64 is among the inputs, or wanted."""
        arrays = leaves(list(self.inputs.values()))
        return self.options.get("dtype") == "float64" or any(
            array.dtype == np.float64 for array in arrays
        )

    def with_orders(self, orders: int) -> "Problem":
        """Return the same problem with at most `orders` derivatives wanted."""
        return replace(self, orders=min(orders, self.orders))

    def arrays(self, library: str) -> dict[str, Any]:
        """Return the inputs as arrays of `library`."""
        return {
            name: map_leaves(lambda leaf: convert.from_numpy(leaf, library), tree)
            for name, tree in self.inputs.items()
        }

    def call(self, arrays: Mapping[str, Any], library: str) -> list[Any]:
        """Call the function on arrays of `library` and return its outputs, flat."""
        keywords = dict(arrays) | dict(self.options)
        if isinstance(keywords.get("dtype"), str):
            keywords["dtype"] = convert.library_dtype(keywords["dtype"], library)
        arguments = [keywords.pop(name) for name in self.positional]
        return leaves(self.function(*arguments, **keywords))

    def replaced(self, arrays: Mapping[str, Any], variables: list[Any]) -> dict:
        """Return `arrays` with those to differentiate taken from `variables`."""
        flat = iter(variables)
        return dict(arrays) | {name: rebuild(arrays[name], flat) for name in self.wrt}


@dataclass(frozen=True)
class Outcome:
    """What a library returned, flat: one array for each output or variable.

    Attributes:
        values: The outputs.
        derivatives: The derivative of each variable; empty if not wanted.
        products: The Hessian's product for each variable; empty likewise.
        error: What the first order that is missing raised.
    """

    values: list[np.ndarray]
    derivatives: list[np.ndarray]
    products: list[np.ndarray]
    error: Exception | None = field(default=None, kw_only=True)
