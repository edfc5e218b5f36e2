"""What optax computes, put together as the mean losses that torch's losses are."""

from typing import Any

import jax
import optax

import funloss as fl

__all__ = ["cross_entropy", "ctc_loss", "ctc_loss_of_scores"]


def cross_entropy(scores: Any, labels: Any) -> Any:
    """Return the mean loss of scores (N, C)."""
    return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()


def ctc_loss(scores: Any, paddings: Any, targets: Any, target_paddings: Any) -> Any:
    """Return the mean loss of scores (N, T, C), over lengths as torch divides."""
    loss = optax.ctc_loss(scores, paddings, targets, target_paddings)
    return (loss / (1 - target_paddings).sum(1)).mean()


def ctc_loss_of_scores(
    scores: Any, targets: Any, input_lengths: Any, target_lengths: Any
) -> Any:
    """Return what `ctc_loss` above does by funloss, of scores (T, N, C)."""
    log_p = jax.nn.log_softmax(scores)
    return fl.ctc_loss(log_p, targets, input_lengths, target_lengths)
