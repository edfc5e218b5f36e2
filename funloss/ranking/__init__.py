"""Losses of scores that should be in order."""

from funloss.ranking._margin import margin_ranking_loss

__all__ = ["margin_ranking_loss"]
