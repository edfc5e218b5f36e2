"""Losses of sound: of signals."""

from funloss.audio._si_sdr import si_sdr_loss
from funloss.audio._stft import stft_loss

__all__ = ["si_sdr_loss", "stft_loss"]
