"""Losses of whole sequences: of their labels, and of how they are aligned."""

from funloss.sequence._crf import crf_loss
from funloss.sequence._ctc import ctc_loss
from funloss.sequence._rnnt import rnnt_loss
from funloss.sequence._soft_dtw import soft_dtw_loss

__all__ = ["crf_loss", "ctc_loss", "rnnt_loss", "soft_dtw_loss"]
