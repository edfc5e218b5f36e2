"""Losses of the advantages of all actions of a policy."""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.time_steps import time_steps

__all__ = ["advantages", "policy", "policy_gradient", "reduce_all_actions", "regrets"]


def reduce_all_actions(
    formula: Callable[..., Any],
    d_input: Callable[..., Any],
    input: Any,
    value: Any,
    reduction: str,
    *,
    axis: int,
    **common: Any,
) -> Any:
    """Return the loss ``formula(xp, input, value, axis)`` of rows, reduced.

    `d_input` is its gradient with respect to `input`, of the policy as well; `value`
    has none. The rest is for `time_steps`.
    """
    inner = {"input": 1, "value": 1}
    steps = time_steps(input=input, value=value, axis=axis, inner=inner, **common)
    xp, axis, (input, value) = steps.xp, steps.axis, steps.arrays.values()
    arguments = input, xp.stop_gradient(value), axis
    losses = xp.custom_jvp(
        formula, (d_input, None, None), *arguments, axis=axis, shared=policy
    )
    return steps.reduce(losses, reduction)


def policy(xp: Namespace, x: Any, value: Any, axis: int) -> tuple[Any]:
    """Return the probability of each action."""
    del value
    return (xp.softmax(x, axis),)


def advantages(xp: Namespace, p: Any, value: Any, axis: int) -> Any:
    """Return the value of each action less that of the policy `p`."""
    return value - xp.total(p * value, axis, keepdims=True)


def regrets(xp: Namespace, advantage: Any) -> Any:
    """Return the advantages that are positive, 0 for the others."""
    return xp.clamp_min(advantage, 0.0)


def policy_gradient(xp: Namespace, p: Any, advantage: Any, axis: int) -> Any:
    """Return the gradient of ``-sum(p * advantage)`` with respect to the logits."""
    return p * (xp.total(p * advantage, axis, keepdims=True) - advantage)
