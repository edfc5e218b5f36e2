"""Scores of forecasts by packages, called as the losses of funloss are."""

from parity.packages.loading import load
from parity.references.adapters import weighted

__all__ = ["crps_normal_of_scoringrules"]


def crps_normal_of_scoringrules(input, target, scale, *, weight=None, reduction="mean"):
    """Return the score, whose constant is rounded to float32."""
    losses = load("scoringrules", "crps_normal")(target, input, scale, backend="torch")
    return weighted(losses, weight, reduction)
