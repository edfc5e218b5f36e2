"""Losses of real-valued predictions."""

from funloss.regression._absolute import l1_loss
from funloss.regression._expectile import expectile_loss
from funloss.regression._gaussian import gaussian_nll_loss
from funloss.regression._huber import huber_loss, smooth_l1_loss
from funloss.regression._log_cosh import log_cosh_loss
from funloss.regression._logarithmic import mean_squared_logarithmic_error
from funloss.regression._percentage import mean_absolute_percentage_error
from funloss.regression._poisson import poisson_nll_loss
from funloss.regression._squared import mse_loss

__all__ = [
    "expectile_loss",
    "gaussian_nll_loss",
    "huber_loss",
    "l1_loss",
    "log_cosh_loss",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "mse_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
]
