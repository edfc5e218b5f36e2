"""Losses of real-valued predictions."""

from funloss.regression._absolute import l1_loss
from funloss.regression._gaussian import gaussian_nll_loss
from funloss.regression._huber import huber_loss, smooth_l1_loss
from funloss.regression._poisson import poisson_nll_loss
from funloss.regression._squared import mse_loss

__all__ = [
    "gaussian_nll_loss",
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
]
