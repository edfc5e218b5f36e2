"""Losses of sequences by packages, called as the losses of funloss are."""

from parity.later import torch
from parity.packages.loading import load

__all__ = ["crf_of_torchcrf"]


def crf_of_torchcrf(
    input, target, transitions, *, start=None, end=None, where=None, reduction="mean"
):
    """Return minus the log-likelihood, with our scores in place of its parameters."""
    module = load("torchcrf", "CRF")(input.shape[-1], batch_first=True)
    zeros = torch.zeros_like(transitions[0])
    own = {
        "transitions": transitions,
        "start_transitions": zeros if start is None else start,
        "end_transitions": zeros if end is None else end,
    }
    arguments = (input, target) if where is None else (input, target, where)
    return -torch.func.functional_call(
        module.double(), own, arguments, {"reduction": reduction}
    )
