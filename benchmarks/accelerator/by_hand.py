"""Losses as one writes them in JAX: means, differentiated by JAX itself."""

from typing import Any

import jax
import jax.numpy as jnp

__all__ = [
    "binary_cross_entropy",
    "cross_entropy",
    "ctc",
    "huber",
    "linear_cross_entropy",
    "listwise_softmax",
    "ntxent",
    "sigmoid_focal",
    "triplet",
]

# Instead of -inf, whose differences are nan.
NEVER = -1e30


def cross_entropy(scores: Any, labels: Any) -> Any:
    """Return the cross-entropy of scores (N, C), in float32."""
    scores = scores.astype(jnp.float32)
    chosen = jnp.take_along_axis(scores, labels[:, None], 1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(scores, 1) - chosen)


def linear_cross_entropy(rows: Any, matrix: Any, labels: Any) -> Any:
    """Return the cross-entropy of all logits of a layer, which are held."""
    logits = jnp.matmul(rows, matrix.T, preferred_element_type=jnp.float32)
    return cross_entropy(logits, labels)


def binary_cross_entropy(logits: Any, target: Any) -> Any:
    """Return the cross-entropy of logits."""
    return jnp.mean(_binary(logits, target))


def _binary(x: Any, t: Any) -> Any:
    return jnp.maximum(x, 0) - x * t + jnp.log1p(jnp.exp(-jnp.abs(x)))


def huber(x: Any, t: Any) -> Any:
    """Return the Huber loss with its corner at 1."""
    size = jnp.abs(x - t)
    return jnp.mean(jnp.where(size <= 1, size * size / 2, size - 0.5))


def sigmoid_focal(logits: Any, target: Any) -> Any:
    """Return the focal loss with `alpha` 0.25 and `gamma` 2."""
    p = jax.nn.sigmoid(logits)
    wrong = p + target - 2 * p * target
    share = 0.25 * target + 0.75 * (1 - target)
    return jnp.mean(share * wrong**2 * _binary(logits, target))


def ctc(scores: Any, targets: Any, frames: Any, lengths: Any) -> Any:
    """Return the CTC loss of scores (T, N, C) by a scan over the frames."""
    count, longest = targets.shape
    states = jnp.zeros((count, 2 * longest + 1), targets.dtype).at[:, 1::2].set(targets)
    scores = jnp.take_along_axis(jax.nn.log_softmax(scores), states[None], 2)
    before = jnp.pad(states, ((0, 0), (2, 0)))[:, :-2]
    may_skip = (states != 0) & (states != before)
    alpha = jnp.where(jnp.arange(states.shape[1]) < 2, scores[0], NEVER)

    def late(alpha: Any, by: int) -> Any:
        return jnp.pad(alpha, ((0, 0), (by, 0)), constant_values=NEVER)[:, :-by]

    def step(alpha: Any, frame: Any) -> Any:
        time, score = frame
        moved = jnp.logaddexp(alpha, late(alpha, 1))
        skipped = jnp.where(may_skip, late(alpha, 2), NEVER)
        moved = jnp.logaddexp(moved, skipped) + score
        return jnp.where((time < frames)[:, None], moved, alpha), None

    times = jnp.arange(1, scores.shape[0])
    alpha, _ = jax.lax.scan(step, alpha, (times, scores[1:]))
    last = jnp.stack([2 * lengths, 2 * lengths - 1], 1)
    ends = jnp.take_along_axis(alpha, last, 1)
    return jnp.mean(-jnp.logaddexp(ends[:, 0], ends[:, 1]) / lengths)


def ntxent(rows: Any, labels: Any) -> Any:
    """Return the NT-Xent loss at temperature 0.07; all cosines are held."""
    unit = rows / jnp.linalg.norm(rows, axis=1, keepdims=True)
    scores = unit @ unit.T / 0.07
    alike = labels[:, None] == labels
    others = jax.nn.logsumexp(jnp.where(alike, NEVER, scores), 1, keepdims=True)
    pairs = alike & ~jnp.eye(len(rows), dtype=bool)
    losses = jnp.where(pairs, jax.nn.softplus(others - scores), 0)
    return jnp.sum(losses) / jnp.sum(pairs)


def triplet(anchor: Any, positive: Any, negative: Any) -> Any:
    """Return the triplet loss with margin 1."""
    near, far = (
        jnp.sqrt(jnp.sum((anchor - other + 1e-6) ** 2, 1))
        for other in (positive, negative)
    )
    return jnp.mean(jax.nn.relu(1 + near - far))


def listwise_softmax(scores: Any, target: Any) -> Any:
    """Return the softmax loss of lists, their mean."""
    return -jnp.mean(jnp.sum(target * jax.nn.log_softmax(scores, 1), 1))
