"""Scores of forecasts by packages, called as the losses of funloss are."""

from parity.packages.loading import load
from parity.references.adapters import weighted

__all__ = [
    "crps_ensemble_of_scoringrules",
    "crps_ensemble_of_torchmetrics",
    "crps_normal_of_scoringrules",
    "energy_score_of_scoringrules",
]


def crps_normal_of_scoringrules(input, target, scale, *, weight=None, reduction="mean"):
    """Return the score, whose constant is rounded to float32."""
    losses = load("scoringrules", "crps_normal")(target, input, scale, backend="torch")
    return weighted(losses, weight, reduction)


def crps_ensemble_of_scoringrules(input, target, *, fair):
    """Return the mean of the score by its definition."""
    score, estimator = load("scoringrules", "crps_ensemble"), {0.0: "nrg", 1.0: "fair"}
    return score(target, input, estimator=estimator[fair], backend="torch").mean()


def crps_ensemble_of_torchmetrics(input, target, *, reduction):
    """Return the mean of the score, for which every pair is computed."""
    assert reduction == "mean"
    module = "torchmetrics.functional.regression"
    return load(module, "continuous_ranked_probability_score")(input, target)


def energy_score_of_scoringrules(input, target, *, fair):
    """Return the mean of the score, whose gradient is nan where members are equal."""
    score, estimator = load("scoringrules", "es_ensemble"), {0.0: "nrg", 1.0: "fair"}
    return score(target, input, estimator=estimator[fair], backend="torch").mean()
