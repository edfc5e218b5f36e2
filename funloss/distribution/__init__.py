"""Losses between probability distributions."""

from funloss.distribution._kl import kl_div

__all__ = ["kl_div"]
