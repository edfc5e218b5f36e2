"""torch: values, reverse mode, and reverse mode over it."""

from collections.abc import Sequence

import torch

from funloss.testing._harness.arrays import from_numpy, to_numpy
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._harness.tree import leaves

__all__ = ["evaluate"]


def evaluate(problem: Problem) -> Outcome:
    """Return outputs, derivatives and products of the Hessian on tensors."""
    arrays = problem.arrays("torch")
    variables = leaves([arrays[name] for name in problem.wrt])
    if problem.orders:
        for variable in variables:
            variable.requires_grad_()
    outputs = problem.call(arrays, "torch")
    derivatives, products = [], []
    if problem.orders > 0:
        derivatives = _derivatives(
            outputs, variables, problem.cotangents, problem.orders > 1
        )
    if problem.orders > 1:
        products = _derivatives(derivatives, variables, problem.directions, again=False)
    return Outcome(
        *(list(map(to_numpy, xs)) for xs in (outputs, derivatives, products))
    )


def _derivatives(
    outputs: Sequence[torch.Tensor],
    variables: Sequence[torch.Tensor],
    cotangents: Sequence,
    again: bool,
) -> list[torch.Tensor]:
    """Return the derivatives of the weighted outputs; zeros where no path leads."""
    pairs = [
        (output, from_numpy(cotangent, "torch"))
        for output, cotangent in zip(outputs, cotangents, strict=True)
        if output.requires_grad
    ]
    if not pairs:
        return [torch.zeros_like(variable) for variable in variables]
    found = torch.autograd.grad(
        [output for output, _ in pairs],
        variables,
        [cotangent for _, cotangent in pairs],
        create_graph=again,
        allow_unused=True,
        materialize_grads=True,
    )
    return list(found)
