"""torch, through array-api-compat, with its own kernels for shared primitives."""

import contextlib
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

import array_api_compat.torch as compat
import torch
from torch._C._functorch import is_functorch_wrapped_tensor as _is_wrapped
from torch._subclasses.fake_tensor import FakeTensor
from torch._subclasses.functional_tensor import FunctionalTensor

from funloss._array import torch_windows
from funloss._array.base import Namespace
from funloss._array.debug import debugging
from funloss._array.torch_derivatives import WithBackward, WithDerivatives

# Tensors that have a shape and a dtype, but no values.
_SYMBOLIC = (FakeTensor, FunctionalTensor)
# Where `debug_values` may read.
_DEVICES = {"cpu", "cuda", "mps", "xpu"}


def _readable(x: Any, devices: set[str] | None) -> bool:
    near = x.is_cpu if devices is None else x.device.type in devices
    return near and not _is_wrapped(x) and not isinstance(x, _SYMBOLIC)


class TorchNamespace(Namespace):
    """torch's functions, whose derivatives are the promised ones already."""

    blockwise = False

    def concrete(self, *arrays: Any) -> bool:
        """Tell whether all of `arrays` hold values on the CPU, outside transforms."""
        if torch.compiler.is_compiling():
            return False
        devices = _DEVICES if debugging() else None
        return all(_readable(x, devices) for x in arrays)

    def count(self, sizes: Sequence[Any], dtype: Any) -> Any:
        """Return the product of `sizes`, a float unless a compiler leaves it open."""
        del dtype
        number = math.prod(sizes)
        return float(number) if isinstance(number, int) else number

    def quiet(self) -> AbstractContextManager[Any]:
        """Do nothing: torch does not warn."""
        return contextlib.nullcontext()

    def stop_gradient(self, x: Any) -> Any:
        """Return `x` as a constant."""
        return x.detach()

    def asarray(self, x: Any, /, **options: Any) -> Any:
        """Return `x` as a tensor; numbers that a compiler leaves open stay open."""
        if isinstance(x, torch.SymFloat):
            # torch.asarray would make a program for this number alone.
            return torch.mul(torch.ones((), **options), cast("Any", x))
        return compat.asarray(x, **options)

    def sign(self, x: Any) -> Any:
        """Return the sign, nan at nan; no derivative, and no selection by a mask."""
        sign = torch.sign(x)
        if not x.is_floating_point():
            return sign
        return sign.masked_fill(torch.isnan(x), torch.nan)

    def moveaxis(self, x: Any, source: Any, destination: Any, /) -> Any:
        """Move an axis; works under `torch.vmap`, as `torch.moveaxis` does not."""
        return torch.movedim(x, source, destination)

    def clamp_min(self, x: Any, bound: Any) -> Any:
        """Raise `x` to at least `bound`; gradient 1 there, nan stays (gradient 0)."""
        return torch.clamp(x, min=bound)

    def clamp_max(self, x: Any, bound: Any) -> Any:
        """Lower `x` to at most `bound`; gradient 1 there, nan stays (gradient 0)."""
        return torch.clamp(x, max=bound)

    def amax(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return the largest element; ties share the derivative equally."""
        return torch.amax(x, axis, keepdim=keepdims)

    def amin(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return the smallest element; ties share the derivative equally."""
        return torch.amin(x, axis, keepdim=keepdims)

    def heaviside(self, x: Any) -> Any:
        """Return 1 where x is positive, else 0, nan where nan; no gradient."""
        x = x.detach()
        return torch.where(torch.isnan(x), x, (x > 0).to(x.dtype))

    # torch.logaddexp overflows in its second derivative; logsigmoid does not.
    def softplus(self, x: Any) -> Any:
        """Return ``log(1 + exp(x))`` without overflow; derivative `sigmoid`."""
        return -torch.nn.functional.logsigmoid(-x)

    def sigmoid(self, x: Any) -> Any:
        """Return ``1 / (1 + exp(-x))`` without overflow."""
        return torch.sigmoid(x)

    def unstack(self, x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
        """Return the slices of `x` along `axis`; works under `torch.vmap`."""
        return torch.unbind(x, axis)

    def exp2(self, k: Any) -> Any:
        """Return ``2**k`` of whole ``k <= 0``; no derivative."""
        return torch.exp2(k.detach())

    def custom_jvp(
        self,
        formula: Callable[..., Any],
        partials: Sequence[Callable[..., Any] | None] | None,
        *arguments: Any,
        axis: int | None = None,
        shared: Callable[..., Any] | None = None,
    ) -> Any:
        """Return ``formula(xp, *arguments)`` with the given derivatives."""
        if partials is None:
            return formula(self, *arguments)
        dynamic = [k for k, x in enumerate(arguments) if isinstance(x, torch.Tensor)]

        def bind(function: Callable[..., Any] | None) -> Callable[..., Any] | None:
            if function is None:
                return None

            def bound(*arrays: Any) -> Any:
                known = dict(zip(dynamic, arrays, strict=True))
                mixed = [known.get(k, x) for k, x in enumerate(arguments)]
                if shared is not None and function is not formula:
                    mixed += shared(self, *mixed)
                return function(self, *mixed)

            return bound

        arrays = torch.broadcast_tensors(*(arguments[k] for k in dynamic))
        bound = [bind(partials[k]) for k in dynamic]
        return WithDerivatives.apply(bind(formula), bound, axis, *arrays)

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
        indices, axis = indices.long(), axis % x.ndim
        sizes = enumerate(zip(x.shape, indices.shape, strict=True))
        if all(one == other for k, (one, other) in sizes if k != axis):
            return torch.gather(x, axis, indices)
        return torch.take_along_dim(x, indices, axis)  # keeps no size open

    def rfft(self, x: Any, size: int) -> tuple[Any, Any]:
        """Return the Fourier transform along the last axis, real and imaginary part."""
        if x.numel() == 0:
            # MKL takes no empty batch.
            parts = x[..., :1].expand(*x.shape[:-1], size // 2 + 1)
            return parts, parts
        return super().rfft(x, size)

    def pairs(self, like: Any, count: int) -> tuple[Any, Any]:
        """Return both indices of every pair ``i < j`` of ``0..count-1``, in order."""
        if isinstance(count, int):
            return super().pairs(like, count)
        # A size that a compiler leaves open has no table in NumPy.
        rows = torch.arange(count, device=like.device)
        total = count * (count - 1) // 2
        first = torch.repeat_interleave(rows, rows.flip(0), output_size=total)
        start = first * (2 * count - first - 1) // 2
        places = torch.arange(total, device=like.device)
        return first, places - start + first + 1

    def windowed_sums(self, x: Any, taps: Sequence[float], axis: int) -> Any:
        """Return ``sum(taps[k] * x[i + k])`` along `axis`, where all of those exist."""
        return torch_windows.windowed_sums(self, x, taps, axis)

    def windowed_squares(
        self, x: Any, mean: Any, taps: Sequence[float], axis: int
    ) -> Any:
        """Return ``sum(taps[k] * (x[i + k] - mean[i])**2)``, a variance."""
        return torch_windows.windowed_squares(self, x, mean, taps, axis)

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

    def custom_vjp(
        self, forward: Callable[..., Any], backward: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Return `forward` with the derivative that `backward` gives."""

        def of_inputs(arrays: Any, g: Any, _: Any) -> Any:
            return backward(arrays, g)

        return lambda *arrays: WithBackward.apply(forward, of_inputs, *arrays)

    def derivative_along(
        self,
        value: Callable[..., tuple[Any, ...]],
        along: Callable[..., Any],
        *arrays: Any,
        back: Callable[..., Any] | None = None,
    ) -> Any:
        """Return the first of what ``value(*arrays)`` returns, with a derivative."""
        if back is None:
            return super().derivative_along(value, along, *arrays)
        return WithBackward.apply(lambda *x: value(*x)[0], back, *arrays)

    def _special(self, name: str, x: Any) -> Any:
        return getattr(torch.special, name)(x)


TORCH = TorchNamespace("torch", compat)
