"""The loss of transducers by its definition, and by its recursion."""

import itertools

from parity.later import torch

__all__ = ["rnnt_by_enumeration", "rnnt_by_recursion"]


def rnnt_by_enumeration(
    logits,
    targets,
    logit_lengths,
    target_lengths,
    *,
    blank=-1,
    fused_log_softmax=True,
    reduction="mean",
    where=None,
):
    """Return the loss as the definition has it: a sum over every alignment."""
    kept = torch.ones(len(targets), dtype=torch.bool) if where is None else where
    losses = []
    for number in range(len(targets)):
        if not kept[number]:
            losses.append(logits.new_zeros(()))
            continue
        scores = logits[number]
        log_probs = scores.log_softmax(-1) if fused_log_softmax else scores
        labels = targets[number, : target_lengths[number]].tolist()
        frames = int(logit_lengths[number])
        chances = [
            _chance(log_probs, labels, places, frames, blank)
            for places in itertools.combinations(
                range(frames - 1 + len(labels)), len(labels)
            )
            if frames
        ]
        empty = log_probs.new_full((1,), -torch.inf)
        total = torch.stack(chances) if chances else empty
        losses.append(-torch.logsumexp(total, dim=0))
    return _reduced(torch.stack(losses), kept, reduction)


def _chance(log_probs, labels, places, frames, blank):
    """Return the log-probability of labels in these places among all steps."""
    t, u, terms = 0, 0, []
    for step in range(frames + len(labels)):
        if step in places:
            terms.append(log_probs[t, u, labels[u]])
            u += 1
        else:
            terms.append(log_probs[t, u, blank])
            t += 1
    return torch.stack(terms).sum()


def rnnt_by_recursion(
    logits, targets, logit_lengths, target_lengths, *, blank=-1, reduction="mean"
):
    """Return the loss by the recursion over cells, one sample after the other.

    It runs on probabilities, which in float64 do not underflow within 500 steps: no
    number is as large as the loss.
    """
    losses = []
    for number in range(len(targets)):
        frames, length = int(logit_lengths[number]), int(target_lengths[number])
        chances = logits[number].softmax(-1)
        alpha = {(0, 0): logits.new_ones(())}
        for t, u in itertools.product(range(frames), range(length + 1)):
            ways = []
            if t:
                ways.append(alpha[t - 1, u] * chances[t - 1, u, blank])
            if u:
                label = targets[number, u - 1]
                ways.append(alpha[t, u - 1] * chances[t, u - 1, label])
            if ways:
                alpha[t, u] = sum(ways)
        last = alpha[frames - 1, length] * chances[frames - 1, length, blank]
        losses.append(-last.log())
    kept = torch.ones(len(targets), dtype=torch.bool)
    return _reduced(torch.stack(losses), kept, reduction)


def _reduced(losses, kept, reduction):
    if reduction == "mean":
        return losses.sum() / kept.sum()
    return losses.sum() if reduction == "sum" else losses
