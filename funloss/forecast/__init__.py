"""Losses of forecasts that are distributions: of a normal one, or of an ensemble."""

from funloss.forecast._crps_ensemble import crps_ensemble_loss
from funloss.forecast._crps_normal import crps_normal_loss
from funloss.forecast._energy_score import energy_score_loss

__all__ = ["crps_ensemble_loss", "crps_normal_loss", "energy_score_loss"]
