"""Losses of images: of how alike two are, and of their smoothness."""

from funloss.image._ssim import ssim_loss
from funloss.image._total_variation import total_variation_loss

__all__ = ["ssim_loss", "total_variation_loss"]
