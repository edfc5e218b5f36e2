"""Losses of sound by packages, called as the losses of funloss are."""

from parity.later import torch
from parity.packages.loading import load

__all__ = ["si_sdr_of_torchmetrics", "stft_of_auraloss"]

_REDUCE = {"none": lambda x: x, "mean": lambda x: x.mean(), "sum": lambda x: x.sum()}


def si_sdr_of_torchmetrics(input, target, *, reduction, zero_mean=False, scaling=True):
    """Return one of two ratios, negated and reduced."""
    name = (
        "scale_invariant_signal_distortion_ratio" if scaling else "signal_noise_ratio"
    )
    ratio = load("torchmetrics.functional.audio", name)
    return _REDUCE[reduction](-ratio(input, target, zero_mean=zero_mean))


def stft_of_auraloss(
    input, target, *, n_fft, hop, win_length, reduction, batch, **terms
):
    """Return the mean of several resolutions; all signals share a norm."""
    del reduction, batch
    sizes = [v if isinstance(v, tuple) else (v,) for v in (n_fft, hop, win_length)]
    names = {
        "convergence": "w_sc",
        "log_magnitude": "w_log_mag",
        "magnitude": "w_lin_mag",
    }
    weights = {names[name]: weight for name, weight in terms.items()}
    loss = load("auraloss.freq", "MultiResolutionSTFTLoss")(*sizes, **weights)
    for one in loss.stft_losses:
        one.window = torch.hann_window(one.win_length, dtype=input.dtype)
    return loss(input, target)
