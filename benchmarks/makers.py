"""How each library computes a value, or a value and its gradients.

Each function takes a loss of arrays and returns what makes a `Call` of NumPy arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

from benchmarks.case import Call, Maker

__all__ = [
    "JaxGradient",
    "jax_compile",
    "jax_eager",
    "jax_eager_gradient",
    "jax_value",
    "numpy_value",
    "torch_gradient",
    "torch_value",
]

Loss = Callable[..., Any]
View = Callable[[Any], Any]


def _same(result: Any) -> Any:
    return result


def jax_value(loss: Loss, view: View = _same) -> Maker:
    """Compute the value, compiled."""
    return jax_eager(jax.jit(loss), view)


@dataclass(frozen=True)
class JaxGradient:
    """Compute value and gradients, compiled together."""

    loss: Loss
    wrt: Any = 0
    view: View = _same

    def __call__(self, arrays: tuple[Any, ...]) -> Call:
        """Return the computation of these arrays."""
        return jax_eager(self._jitted(), self.view)(arrays)

    def as_elsewhere(self, arrays: tuple[Any, ...]) -> Call:
        """Return the same by the program for an accelerator, compiled for the CPU."""
        arrays = jax.tree.map(jnp.asarray, arrays)
        lowered = self._jitted().trace(*arrays).lower(lowering_platforms=("cuda",))
        run = lowered.compile()
        return Call(lambda: jax.block_until_ready(run(*arrays)), self.view)

    def _jitted(self) -> Any:
        return jax.jit(jax.value_and_grad(self.loss, self.wrt))


def jax_eager(loss: Loss, view: View = _same) -> Maker:
    """Call the loss as it stands."""

    def make(arrays: tuple[Any, ...]) -> Call:
        arrays = jax.tree.map(jnp.asarray, arrays)
        return Call(lambda: jax.block_until_ready(loss(*arrays)), view)

    return make


def jax_eager_gradient(loss: Loss, wrt: Any = 0) -> Maker:
    """Compute value and gradients without any `jit` of the caller's."""
    return jax_eager(jax.value_and_grad(loss, wrt))


def jax_compile(loss: Loss) -> Maker:
    """Trace and compile value and gradient, from nothing."""

    def make(arrays: tuple[Any, ...]) -> Call:
        arrays = jax.tree.map(jnp.asarray, arrays)

        def run() -> Any:
            return jax.jit(jax.value_and_grad(loss)).lower(*arrays).compile()

        return Call(run, lambda compiled: compiled(*arrays), jax.clear_caches)

    return make


def numpy_value(loss: Loss) -> Maker:
    """Compute the value of NumPy arrays."""
    return lambda arrays: Call(lambda: loss(*arrays))


def torch_value(loss: Loss) -> Maker:
    """Compute the value, keeping nothing for a gradient."""

    def make(arrays: tuple[Any, ...]) -> Call:
        tensors = jax.tree.map(_tensor, arrays)

        def run() -> Any:
            with torch.inference_mode():
                return loss(*tensors)

        return Call(run)

    return make


def torch_gradient(loss: Loss, wrt: int | tuple[int, ...] = 0) -> Maker:
    """Compute value and gradients by autograd."""

    def make(arrays: tuple[Any, ...]) -> Call:
        tensors = jax.tree.map(_tensor, arrays)
        chosen = [tensors[wrt]] if isinstance(wrt, int) else [tensors[k] for k in wrt]
        chosen = [x.requires_grad_() for x in jax.tree.leaves(chosen)]

        def run() -> Any:
            value = loss(*tensors)
            return value.detach(), torch.autograd.grad(value, chosen)

        return Call(run)

    return make


def _tensor(x: np.ndarray) -> torch.Tensor:
    if x.dtype == jnp.bfloat16:
        return torch.from_numpy(x.astype(np.float32)).to(torch.bfloat16)
    # torch counts classes in int64.
    return torch.from_numpy(x.astype(np.int64) if x.dtype == np.int32 else x)
