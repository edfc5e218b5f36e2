"""Kullback-Leibler divergence from a reference policy, from the actions taken."""

from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["ESTIMATORS", "sampled_kl", "sampled_kl_loss"]

ESTIMATORS = ("k1", "k2", "k3")


@loss
def sampled_kl_loss(
    input: Array,
    reference: ArrayLike,
    *,
    estimator: Literal["k1", "k2", "k3"] = "k3",
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Sampled KL divergence of a policy from a reference, from the actions taken.

    With ``d = reference - input``, the loss of a step is ``-d`` by `estimator`
    ``"k1"``, ``d**2 / 2`` by ``"k2"`` and ``exp(d) - 1 - d`` by ``"k3"``. Over actions
    drawn from the policy, the mean of k1 and of k3 is the Kullback-Leibler divergence
    ``KL(policy, reference)``, and that of k2 is near it where the two are near.
    `reference` is a constant.

    Args:
        input: Logarithm of the probability of the action taken, shape ``(*)``, real.
        reference: The same under the reference policy, same shape or a number.
        estimator: ``"k1"``, which may be negative, ``"k2"`` or ``"k3"``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each step's loss, same shape or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to `input`. A False step has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``; at least 0 by k2 and
        k3. The mean of no steps is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `estimator` or `reduction` is unknown.

    Peers:
        Tunix calls the three ``"kl"``, ``"mse_kl"`` and ``"low_var_kl"``. Written as
        ``exp(d) - 1 - d``, k3 has 3 digits left in float32 at ``d == 1e-4``; here it
        has all.

    Examples:
        >>> import numpy as np
        >>> new, old = np.log(np.asarray([0.5, 0.25])), np.log(np.asarray([0.25, 0.5]))
        >>> print(sampled_kl_loss(new, old, reduction="none").round(4))
        [0.1931 0.3069]

    References:
        J. Schulman, Approximating KL divergence, 2020.
        Z. Shao et al., DeepSeekMath: Pushing the limits of mathematical reasoning in
        open language models, 2024.
    """
    check_choice(ESTIMATORS, estimator=estimator)
    steps = time_steps(
        input=input, reference=reference, weight=weight, where=where, dtype=dtype
    )
    xp, (input, reference) = steps.xp, steps.arrays.values()
    losses = sampled_kl(xp, input, reference, estimator)
    return steps.reduce(losses, reduction)


def sampled_kl(xp: Namespace, input: Any, reference: Any, estimator: str) -> Any:
    """Return the estimate of each step."""
    formula, partials, shared = _FORMULAS[estimator]
    arguments = input, xp.stop_gradient(reference)
    return xp.custom_jvp(formula, partials, *arguments, shared=shared)


def _k1(xp: Namespace, x: Any, reference: Any) -> Any:
    del xp
    return x - reference


def _k2(xp: Namespace, x: Any, reference: Any) -> Any:
    return 0.5 * xp.square(x - reference)


def _k3(xp: Namespace, x: Any, reference: Any) -> Any:
    return xp.expm1x(reference - x)


def _k3_shared(xp: Namespace, x: Any, reference: Any) -> tuple[Any]:
    return (xp.expm1x_derivative(reference - x),)


def _k3_d_input(xp: Namespace, x: Any, reference: Any, shared: Any) -> Any:
    return -shared


# The formula, its partial derivatives, and what these share with it.
_FORMULAS = {
    "k1": (_k1, None, None),
    "k2": (_k2, None, None),
    "k3": (_k3, (_k3_d_input, None), _k3_shared),
}
