"""CTC with the derivative in the log-probabilities, and CTC by its definition."""

import itertools

from parity.later import functional as F
from parity.later import torch


def ctc_with_true_derivative(
    log_probs, targets, input_lengths, target_lengths, *, reduction="mean", **options
):
    """Return torch's loss with the derivative in `log_probs`, whatever these are.

    torch's own gradient is that derivative plus ``exp(log_probs)`` in every frame of a
    sample: what the logits before a `log_softmax` would get.
    """
    lengths = [torch.as_tensor(x) for x in (input_lengths, target_lengths)]
    arguments = (log_probs, targets, *lengths)
    losses = F.ctc_loss(*arguments, **options, reduction="none")
    possible = F.ctc_loss(
        *arguments, **options | {"zero_infinity": False}, reduction="none"
    )
    frames = torch.arange(len(log_probs))
    if log_probs.ndim == 3:
        frames = frames.unsqueeze(1)
    used = (frames < lengths[0]) & torch.isfinite(possible)
    extra = (log_probs.exp().sum(dim=-1) * used).sum(dim=0)
    losses = losses - extra + extra.detach()
    if reduction == "mean":
        return (losses / lengths[1].clamp_min(1)).mean()
    return losses.sum() if reduction == "sum" else losses


def ctc_by_enumeration(
    log_probs,
    targets,
    input_lengths,
    target_lengths,
    *,
    blank=0,
    reduction="mean",
    where=None,
):
    """Return the loss as the definition has it: a sum over every alignment."""
    kept = torch.ones(targets.shape[0], dtype=torch.bool) if where is None else where
    losses, shares = [], []
    for number in range(targets.shape[0]):
        labels = tuple(targets[number, : target_lengths[number]].tolist())
        frames = int(input_lengths[number])
        if not kept[number]:
            losses.append(log_probs.new_zeros(()))
        else:
            paths = _alignments(labels, frames, log_probs.shape[-1], blank)
            chances = log_probs[torch.arange(frames), number, paths].sum(dim=1)
            losses.append(-torch.logsumexp(chances, dim=0))
        shares.append(max(len(labels), 1))
    losses = torch.stack(losses)
    if reduction == "mean":
        return (losses / torch.tensor(shares)).sum() / kept.sum()
    return losses.sum() if reduction == "sum" else losses


def ctc_by_recursion(log_probs, targets, input_lengths, target_lengths, *, reduction):
    """Return the loss of long samples without loss of digits, blank 0, one by one.

    The forward recursion runs on probabilities that add up to 1 in every frame, so
    that no number is as large as the loss.
    """
    losses = []
    for number, length in enumerate(target_lengths):
        labels = targets[number, :length]
        states = torch.zeros(2 * len(labels) + 1, dtype=torch.int64)
        states[1::2] = labels
        skips = torch.zeros(len(states), dtype=log_probs.dtype)
        skips[3::2] = (labels[1:] != labels[:-1]).to(skips.dtype)
        chances = log_probs[: input_lengths[number], number, states].exp()
        alpha = torch.zeros_like(skips)
        alpha[:2] = 1.0
        alpha, loss = alpha * chances[0], 0.0
        for frame in chances[1:]:
            total = alpha.sum()
            alpha, loss = alpha / total, loss - total.log()
            alpha = frame * (alpha + _shifted(alpha, 1) + skips * _shifted(alpha, 2))
        losses.append(loss - alpha[-2:].sum().log())
    return torch.stack(losses)


def _shifted(alpha, steps):
    return F.pad(alpha, (steps, 0))[: len(alpha)]


def _alignments(labels, frames, classes, blank):
    """Return every path that spells `labels`: repeats merged, then blanks dropped."""
    paths = [
        path
        for path in itertools.product(range(classes), repeat=frames)
        if tuple(c for c, _ in itertools.groupby(path) if c != blank) == labels
    ]
    return torch.tensor(paths)
