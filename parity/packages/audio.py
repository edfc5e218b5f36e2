"""Losses of sound by packages, called as the losses of funloss are."""

from parity.packages.loading import load

__all__ = ["si_sdr_of_torchmetrics"]

_REDUCE = {"none": lambda x: x, "mean": lambda x: x.mean(), "sum": lambda x: x.sum()}


def si_sdr_of_torchmetrics(input, target, *, reduction, zero_mean=False, scaling=True):
    """Return one of two ratios, negated and reduced."""
    name = (
        "scale_invariant_signal_distortion_ratio" if scaling else "signal_noise_ratio"
    )
    ratio = load("torchmetrics.functional.audio", name)
    return _REDUCE[reduction](-ratio(input, target, zero_mean=zero_mean))
