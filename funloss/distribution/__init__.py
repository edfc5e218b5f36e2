"""Losses between probability distributions."""

from funloss.distribution._distillation import distillation_loss
from funloss.distribution._gaussian_kl_divergence import gaussian_kl_divergence
from funloss.distribution._generalized_kl_divergence import generalized_kl_divergence
from funloss.distribution._kl_div import kl_div
from funloss.distribution._linear_distillation import linear_distillation_loss
from funloss.distribution._mmd import mmd_loss

__all__ = [
    "distillation_loss",
    "gaussian_kl_divergence",
    "generalized_kl_divergence",
    "kl_div",
    "linear_distillation_loss",
    "mmd_loss",
]
