"""Losses of sequences by packages, called as the losses of funloss are."""

from parity.later import torch
from parity.packages.loading import load

__all__ = [
    "crf_of_torchcrf",
    "rnnt_of_warprnnt_numba",
    "soft_dtw_of_pysdtw",
    "soft_dtw_of_tslearn",
]


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


def soft_dtw_of_pysdtw(input, target, *, gamma=1.0, reduction):
    """Return the losses with distances of differences, which is an option of it."""
    del reduction  # It has none.
    distances = load("pysdtw.distance", "pairwise_l2_squared_exact")
    module = load("pysdtw", "SoftDTW")(gamma, dist_func=distances, use_cuda=False)
    return module(input, target)


def soft_dtw_of_tslearn(input, target, *, gamma=1.0, normalize=False, reduction):
    """Return the losses, each distance of which is one of torch's operations."""
    del reduction  # It has none.
    module = load("tslearn.metrics.soft_dtw_loss_pytorch", "SoftDTWLossPyTorch")
    return module(gamma=gamma, normalize=normalize)(input, target)


def rnnt_of_warprnnt_numba(
    logits, targets, logit_lengths, target_lengths, *, blank=-1, reduction="mean"
):
    """Return the loss of integers in 32 bits, of which one of each is the largest."""
    loss = load("warprnnt_numba.rnnt_loss.rnnt_pytorch", "rnnt_loss")
    frames, columns = max(logit_lengths), max(target_lengths) + 1
    integers = (targets[:, : columns - 1], logit_lengths, target_lengths)
    found = loss(
        logits[:, :frames, :columns].contiguous(),
        *(torch.as_tensor(x).to(torch.int32).contiguous() for x in integers),
        blank=blank % logits.shape[-1],
        reduction=reduction,
    )
    return found if reduction == "none" else found[0]
