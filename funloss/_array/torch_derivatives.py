"""Derivatives that are given, in both of torch's modes and under its transforms."""

from typing import Any

import torch

__all__ = ["WithBackward", "WithDerivatives"]


class WithDerivatives(torch.autograd.Function):
    """A formula whose backward multiplies by derivatives computed from its inputs."""

    generate_vmap_rule = True

    @staticmethod
    def forward(formula: Any, partials: Any, axis: Any, *arrays: Any) -> Any:
        del partials, axis
        return formula(*arrays)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        del output
        _, ctx.partials, ctx.axis, *arrays = inputs
        ctx.save_for_backward(*arrays)
        ctx.save_for_forward(*arrays)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        arrays, (grad,) = ctx.saved_tensors, grads
        grad = grad if ctx.axis is None else grad.unsqueeze(ctx.axis)
        needed = zip(ctx.partials, ctx.needs_input_grad[3:], strict=True)
        terms = [grad * s(*arrays) if s and need else None for s, need in needed]
        return None, None, None, *terms

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        arrays = ctx.saved_tensors
        pairs = zip(ctx.partials, tangents[3:], strict=True)
        terms = [s(*arrays) * t for s, t in pairs if s and t is not None]
        change = sum(terms, start=torch.zeros_like(arrays[0]))
        return change if ctx.axis is None else torch.sum(change, ctx.axis)


class WithBackward(torch.autograd.Function):
    """A function whose backward is given, computed from its inputs and its value."""

    generate_vmap_rule = True

    @staticmethod
    def forward(function: Any, backward: Any, *arrays: Any) -> Any:
        del backward
        return function(*arrays)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        _, ctx.gradients, *arrays = inputs
        ctx.save_for_backward(*arrays, output)
        ctx.save_for_forward(*arrays, output)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        *arrays, output = ctx.saved_tensors
        return None, None, *ctx.gradients(arrays, grads[0], output)

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        # What backward gives is linear in the gradient, so its own gradient is this.
        *arrays, output = ctx.saved_tensors

        def along(grad: Any) -> Any:
            gradients = ctx.gradients(arrays, grad, output)
            pairs = zip(gradients, tangents[2:], strict=True)
            return sum(
                torch.sum(x * t) for x, t in pairs if not (x is None or t is None)
            )

        return torch.func.grad(along)(torch.zeros_like(output))
