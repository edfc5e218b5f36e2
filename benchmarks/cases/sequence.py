"""Connectionist temporal classification, from scores before the softmax."""

import numpy as np
from torch.nn import functional as F

from benchmarks import peers
from benchmarks.case import OURS, Call, Case
from benchmarks.makers import JaxGradient, torch_gradient
from benchmarks.sizes import Growth

__all__ = ["CASES", "sequences"]

SHAPES = (
    (200, 16, 32, 50),
    (400, 32, 100, 100),
    (1000, 16, 32, 200),
    (500, 16, 5000, 100),
)


def sequences(rng, t, n, c, s):
    """Make scores (T, N, C), targets (N, S) and lengths that all can be spelt."""
    scores = rng.standard_normal((t, n, c), np.float32)
    targets = rng.integers(1, c, (n, s), np.int32)
    target_lengths = rng.integers(s // 2, s + 1, n, np.int32)
    # Twice a target's length leaves room for a blank between all its labels.
    return scores, targets, rng.integers(2 * s, t + 1, n, np.int32), target_lengths


def _in_torch(scores, targets, input_lengths, target_lengths):
    log_p = F.log_softmax(scores, -1)
    return F.ctc_loss(log_p, targets, input_lengths, target_lengths)


def _optax_gradient(arrays) -> Call:
    """Give optax the layout of its own; turning it is not timed."""
    scores, targets, input_lengths, target_lengths = arrays
    (t, _, _), s = scores.shape, targets.shape[1]
    paddings = (np.arange(t) >= input_lengths[:, None]).astype(np.float32)
    target_paddings = (np.arange(s) >= target_lengths[:, None]).astype(np.float32)
    turned = np.ascontiguousarray(np.swapaxes(scores, 0, 1))
    return JaxGradient(
        peers.ctc_loss, view=lambda found: (found[0], np.swapaxes(found[1], 0, 1))
    )((turned, paddings, targets, target_paddings))


def _states(shape):
    t, n, c, s = shape
    return t * n * max(c, 2 * s + 1)


CASES = [
    Case(
        "ctc",
        "ctc_loss",
        "gradient",
        sequences,
        shape,
        (12, 2, 4, 3),
        {
            OURS: JaxGradient(peers.ctc_loss_of_scores),
            "torch": torch_gradient(_in_torch),
            "optax": _optax_gradient,
        },
        # Sums of logarithms in float32, over a thousand frames, differ by this much.
        tolerance=1e-2,
        growth=Growth(axis=1, elements=_states),
    )
    for shape in SHAPES
]
