"""Losses of answers that were preferred to others, or judged good or bad."""

from funloss.preference._dpo import dpo_loss
from funloss.preference._kto import kto_loss
from funloss.preference._orpo import orpo_loss

__all__ = ["dpo_loss", "kto_loss", "orpo_loss"]
