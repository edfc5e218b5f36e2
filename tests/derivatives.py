"""Take the derivative of a function with each way that a library has."""

import jax
import jax.numpy as jnp
import torch

__all__ = ["CURVATURES", "WAYS", "gradients_on_torch"]


def gradients_on_torch(value, wanted):
    """Return the gradients of `value`, zeros where it is a constant."""
    if not value.requires_grad:
        return tuple(map(torch.zeros_like, wanted))
    return torch.autograd.grad(value, wanted, materialize_grads=True)


def _backward(function):
    def derivative(x):
        x = x.detach().requires_grad_()
        return gradients_on_torch(function(x), [x])[0]

    return derivative


def _with_jax(transform):
    def derivative(function, x, dtype="float64"):
        return transform(lambda x: function(x).sum())(jnp.asarray(x, dtype))

    return derivative


def _with_torch(transform):
    def derivative(function, x, dtype="float64"):
        x = torch.asarray(x, dtype=getattr(torch, dtype))
        # Added to zeros, because NumPy refuses torch's symbolic ones.
        return torch.zeros_like(x) + transform(lambda x: function(x).sum())(x)

    return derivative


# Each maps (function, point, dtype) to the gradient of the sum of the function.
WAYS = {
    "jax-grad": _with_jax(jax.grad),
    "jax-jit": _with_jax(lambda function: jax.jit(jax.grad(function))),
    "jax-jvp": _with_jax(jax.jacfwd),
    "torch-backward": _with_torch(_backward),
    "torch-func": _with_torch(torch.func.grad),
}
# Each maps likewise to the product of the Hessian of the sum with ones.
CURVATURES = {
    "jax": _with_jax(lambda f: jax.grad(lambda x: jax.grad(f)(x).sum())),
    "jax-forward": _with_jax(lambda f: jax.jacfwd(lambda x: jax.grad(f)(x).sum())),
    "torch": _with_torch(
        lambda f: torch.func.grad(lambda x: torch.func.grad(f)(x).sum())
    ),
}
