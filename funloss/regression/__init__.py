"""Losses of real-valued predictions."""

from funloss.regression._cox import cox_loss
from funloss.regression._expectile import expectile_loss
from funloss.regression._gaussian_nll import gaussian_nll_loss
from funloss.regression._general_robust import general_robust_loss
from funloss.regression._huber import huber_loss
from funloss.regression._l1 import l1_loss
from funloss.regression._laplace_nll import laplace_nll_loss
from funloss.regression._log_cosh import log_cosh_loss
from funloss.regression._mean_absolute_percentage_error import (
    mean_absolute_percentage_error,
)
from funloss.regression._mean_squared_logarithmic_error import (
    mean_squared_logarithmic_error,
)
from funloss.regression._mse import mse_loss
from funloss.regression._negative_binomial_nll import negative_binomial_nll_loss
from funloss.regression._poisson_nll import poisson_nll_loss
from funloss.regression._quantile import quantile_loss
from funloss.regression._smooth_l1 import smooth_l1_loss
from funloss.regression._student_t_nll import student_t_nll_loss
from funloss.regression._tukey import tukey_loss
from funloss.regression._tweedie_nll import tweedie_nll_loss

__all__ = [
    "cox_loss",
    "expectile_loss",
    "gaussian_nll_loss",
    "general_robust_loss",
    "huber_loss",
    "l1_loss",
    "laplace_nll_loss",
    "log_cosh_loss",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "mse_loss",
    "negative_binomial_nll_loss",
    "poisson_nll_loss",
    "quantile_loss",
    "smooth_l1_loss",
    "student_t_nll_loss",
    "tukey_loss",
    "tweedie_nll_loss",
]
