"""Losses of sequences, from scores before the softmax: CTC and transducers."""

import jax
import jax.numpy as jnp
import numpy as np
from torch.nn import functional as F

import funloss as fl
from benchmarks import peers
from benchmarks.case import BY_HAND, OURS, Call, Case
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


def _lattices(rng, n, t, u, v):
    """Make scores (N, T, U + 1, V), targets (N, U) and lengths, blank last."""
    scores = rng.standard_normal((n, t, u + 1, v), np.float32)
    targets = rng.integers(0, v - 1, (n, u), np.int32)
    frames, lengths = (rng.integers(k // 2, k + 1, n, np.int32) for k in (t, u))
    return scores, targets, frames, lengths


def _rnnt_by_rows(scores, targets, frames, lengths):
    """Return the loss by a scan over frames, each a running log-sum over labels."""
    log_p = jax.nn.log_softmax(scores)
    blank = log_p[..., -1]
    label = jnp.take_along_axis(log_p[:, :, :-1], targets[:, None, :, None], 3)
    shift = jnp.pad(jnp.cumsum(label[..., 0], 2), ((0, 0), (0, 0), (1, 0)))

    def step(alpha, row):
        before, shift = row
        alpha = jax.lax.cumlogsumexp(alpha + before - shift, axis=1) + shift
        return alpha, alpha

    rows = jnp.moveaxis(blank[:, :-1], 1, 0), jnp.moveaxis(shift[:, 1:], 1, 0)
    _, alphas = jax.lax.scan(step, shift[:, 0], rows)
    alphas = jnp.concatenate([shift[None, :, 0], alphas])
    samples = jnp.arange(len(targets))
    ends = alphas[frames - 1, samples, lengths] + blank[samples, frames - 1, lengths]
    return -ends.mean()


def _scores(shape):
    n, t, u, v = shape
    return n * t * (u + 1) * v


TRANSDUCERS = [
    Case(
        "sequence",
        "rnnt_loss",
        "gradient",
        _lattices,
        shape,
        (2, 4, 3, 4),
        {OURS: JaxGradient(fl.rnnt_loss), BY_HAND: JaxGradient(_rnnt_by_rows)},
        # Sums of logarithms in float32, of which the rows by hand subtract many.
        tolerance=1e-3,
        growth=Growth(elements=_scores),
    )
    for shape in ((8, 100, 20, 64), (4, 50, 10, 512))
]
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
] + TRANSDUCERS
