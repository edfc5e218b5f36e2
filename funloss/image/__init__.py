"""Losses of images: of their smoothness."""

from funloss.image._total_variation import total_variation_loss

__all__ = ["total_variation_loss"]
