"""Losses of regression by packages, called as those of funloss are."""

import math
import warnings

from parity.later import torch
from parity.packages.loading import load

__all__ = [
    "cox_of_torchsurv",
    "log_cosh_of_torchmetrics",
    "quantile_of_torch_uncertainty",
    "robust_of_kornia",
    "student_t_nll_of_torch_uncertainty",
    "tweedie_of_torchmetrics",
]

# What kornia calls the shapes of the general robust loss.
_SHAPES = {
    1.0: "charbonnier",
    0.0: "cauchy",
    -2.0: "geman_mcclure",
    -math.inf: "welsch",
}


def log_cosh_of_torchmetrics(input, target, *, reduction):
    """Return the mean over all elements."""
    assert reduction == "mean"
    loss = load("torchmetrics.functional.regression", "log_cosh_error")
    return loss(input.flatten(), target.flatten())


def quantile_of_torch_uncertainty(input, target, *, tau=0.5, reduction="mean"):
    """Return the pinball loss, whose gradient at an exact fit is made 0."""
    loss = load("torch_uncertainty.losses.regression", "PinballLoss")
    fits = input == target
    left = (torch.where(fits, x.detach(), x) for x in (input, target))
    return loss(tau, reduction=reduction)(*left)


def cox_of_torchsurv(input, time, event, *, ties="efron", reduction="mean"):
    """Return the partial likelihood, whose warnings about ties are left out."""
    loss = load("torchsurv.loss.cox", "neg_partial_log_likelihood")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = event.bool()
        return loss(input, seen, time, ties_method=ties, reduction=reduction)


def student_t_nll_of_torch_uncertainty(input, target, scale, df, *, reduction="mean"):
    """Return the loss of evidential regression, for as much evidence of the location.

    Without the regulariser, which is no likelihood.
    """
    law = load("torch_uncertainty.utils.distributions", "NormalInverseGamma")
    loss = load("torch_uncertainty.losses.regression", "DERLoss")
    alpha = df / 2
    evidence = law(input, 1.0, alpha, alpha * scale**2 / 2, validate_args=False)
    return loss(0.0, reduction=reduction)(evidence, target)


def robust_of_kornia(input, target, *, alpha=1.0, scale=1.0, reduction="mean"):
    """Return the loss of the shape that has a name, of errors over the scale."""
    name = f"{_SHAPES[alpha]}_loss"
    loss = load(f"kornia.losses.{_SHAPES[alpha]}", name)
    return loss(input / scale, target / scale, reduction=reduction)


def tweedie_of_torchmetrics(input, target, *, power, full):
    """Return half the deviance, a mean."""
    assert full
    loss = load("torchmetrics.functional.regression", "tweedie_deviance_score")
    return loss(input, target, power) / 2
