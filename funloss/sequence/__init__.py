"""Losses of sequences that are not aligned with their targets."""

from funloss.sequence._ctc import ctc_loss
from funloss.sequence._rnnt import rnnt_loss

__all__ = ["ctc_loss", "rnnt_loss"]
