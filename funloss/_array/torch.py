"""torch, through array-api-compat, with its own kernels for shared primitives."""

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import array_api_compat.torch as compat
import torch
from torch._C._functorch import is_functorch_wrapped_tensor as _is_wrapped

from funloss._array.base import Namespace
from funloss._array.debug import debugging


class _WithSlopes(torch.autograd.Function):
    """A formula whose backward multiplies by slopes computed from its inputs."""

    generate_vmap_rule = True

    @staticmethod
    def forward(formula: Any, slopes: Any, axis: Any, *arrays: Any) -> Any:
        del slopes, axis
        return formula(*arrays)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        del output
        _, ctx.slopes, ctx.axis, *arrays = inputs
        ctx.save_for_backward(*arrays)
        ctx.save_for_forward(*arrays)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        arrays, (grad,) = ctx.saved_tensors, grads
        grad = grad if ctx.axis is None else grad.unsqueeze(ctx.axis)
        needed = zip(ctx.slopes, ctx.needs_input_grad[3:], strict=True)
        terms = [grad * s(*arrays) if s and need else None for s, need in needed]
        return None, None, None, *terms

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        arrays = ctx.saved_tensors
        pairs = zip(ctx.slopes, tangents[3:], strict=True)
        terms = [s(*arrays) * t for s, t in pairs if s and t is not None]
        change = sum(terms, start=torch.zeros_like(arrays[0]))
        return change if ctx.axis is None else torch.sum(change, ctx.axis)


class _WithBackward(torch.autograd.Function):
    """A function whose backward is given and computed from its inputs."""

    generate_vmap_rule = True

    @staticmethod
    def forward(function: Any, backward: Any, *arrays: Any) -> Any:
        del backward
        return function(*arrays)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        del output
        _, ctx.gradients, *arrays = inputs
        ctx.save_for_backward(*arrays)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return None, None, *ctx.gradients(ctx.saved_tensors, grads[0])


class TorchNamespace(Namespace):
    """torch's functions, whose slopes are the promised ones already."""

    blockwise = False

    def concrete(self, *arrays: Any) -> bool:
        """Tell whether all of `arrays` hold values on the CPU, outside transforms."""
        if torch.compiler.is_compiling():
            return False
        devices = {"cpu", "cuda", "mps", "xpu"} if debugging() else {"cpu"}
        return all(x.device.type in devices and not _is_wrapped(x) for x in arrays)

    def quiet(self) -> AbstractContextManager[Any]:
        """Do nothing: torch does not warn."""
        return contextlib.nullcontext()

    def stop_gradient(self, x: Any) -> Any:
        """Return `x` as a constant."""
        return x.detach()

    def clamp_min(self, x: Any, bound: Any) -> Any:
        """Raise `x` to at least `bound`; slope 1 at the bound, nan stays (slope 0)."""
        return torch.clamp(x, min=bound)

    def clamp_max(self, x: Any, bound: Any) -> Any:
        """Lower `x` to at most `bound`; slope 1 at the bound, nan stays (slope 0)."""
        return torch.clamp(x, max=bound)

    def amax(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return the largest element; ties share the slope equally."""
        return torch.amax(x, axis, keepdim=keepdims)

    def amin(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return the smallest element; ties share the slope equally."""
        return torch.amin(x, axis, keepdim=keepdims)

    def unit_step(self, x: Any) -> Any:
        """Return 1 where x is positive, else 0, in its dtype; nan stays; no slope."""
        x = x.detach()
        return torch.where(torch.isnan(x), x, (x > 0).to(x.dtype))

    # torch.logaddexp overflows in its second derivative; logsigmoid does not.
    def softplus(self, x: Any) -> Any:
        """Return ``log(1 + exp(x))`` without overflow; slope `sigmoid`."""
        return -torch.nn.functional.logsigmoid(-x)

    def sigmoid(self, x: Any) -> Any:
        """Return ``1 / (1 + exp(-x))`` without overflow."""
        return torch.sigmoid(x)

    def unstack(self, x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
        """Return the slices of `x` along `axis`; works under `torch.vmap`."""
        return torch.unbind(x, axis)

    def power_of_two(self, k: Any) -> Any:
        """Return ``2**k`` of whole ``k <= 0``; no slope."""
        return torch.exp2(k.detach())

    def elementwise(
        self,
        formula: Callable[..., Any],
        slopes: Sequence[Callable[..., Any] | None] | None,
        *arguments: Any,
        axis: int | None = None,
    ) -> Any:
        """Return ``formula(xp, *arguments)`` with the given slopes."""
        if slopes is None:
            return formula(self, *arguments)
        dynamic = [k for k, x in enumerate(arguments) if isinstance(x, torch.Tensor)]

        def bind(function: Callable[..., Any] | None) -> Callable[..., Any] | None:
            if function is None:
                return None

            def bound(*arrays: Any) -> Any:
                known = dict(zip(dynamic, arrays, strict=True))
                mixed = (known.get(k, x) for k, x in enumerate(arguments))
                return function(self, *mixed)

            return bound

        arrays = torch.broadcast_tensors(*(arguments[k] for k in dynamic))
        bound = [bind(slopes[k]) for k in dynamic]
        return _WithSlopes.apply(bind(formula), bound, axis, *arrays)

    def logsumexp(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return ``log(sum(exp(x)))``; all -inf gives -inf, any +inf gives inf."""
        return torch.logsumexp(x, axis, keepdim=keepdims)

    def log_softmax(self, x: Any, axis: int) -> Any:
        """Return ``x - logsumexp(x)``, nan on a row with +inf or with -inf alone."""
        return torch.log_softmax(x, axis)

    def softmax(self, x: Any, axis: int) -> Any:
        """Return ``exp(x)`` over its sum."""
        return torch.softmax(x, axis)

    def gather(self, x: Any, indices: Any, axis: int) -> Any:
        """Take along `axis` by `indices` of as many dimensions, all in range."""
        return torch.take_along_dim(x, indices.long(), axis)

    def segment_sum(self, x: Any, ids: Any, count: int) -> Any:
        """Sum the rows of `x` that share an id of ``0..count-1``."""
        return x.new_zeros((count, *x.shape[1:])).index_add(0, ids, x)

    def scatter(self, x: Any, indices: Any, size: int) -> Any:
        """Add up the elements of each row of a matrix that share an index."""
        sums = x.new_zeros((x.shape[0], size))
        return sums.scatter_add(1, indices.long(), x)

    def top_k(self, x: Any, k: int, axis: int) -> tuple[Any, Any]:
        """Return the `k` largest in descending order and where; ties by index."""
        values, order = torch.sort(x, dim=axis, descending=True, stable=True)
        return values.narrow(axis, 0, k), order.narrow(axis, 0, k)

    def cumulative_max(self, x: Any, axis: int) -> Any:
        """Return the running maximum."""
        return torch.cummax(x, axis).values

    def cumulative_logsumexp(self, x: Any, axis: int) -> Any:
        """Return the running `logsumexp`."""
        return torch.logcumsumexp(x, axis)

    def custom_grad(
        self, forward: Callable[..., Any], backward: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Return `forward` with the derivative that `backward` gives."""
        return lambda *arrays: _WithBackward.apply(forward, backward, *arrays)

    def _special(self, name: str, x: Any) -> Any:
        return getattr(torch.special, name)(x)


TORCH = TorchNamespace("torch", compat)
