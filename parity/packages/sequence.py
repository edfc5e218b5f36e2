"""Losses of sequences by packages, called as the losses of funloss are."""

from parity.later import torch
from parity.packages.loading import load

__all__ = ["rnnt_of_warprnnt_numba"]


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
