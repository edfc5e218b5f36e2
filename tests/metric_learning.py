"""What pytorch-metric-learning computes for a batch, in JAX, as in its source."""

import jax
import jax.numpy as jnp

__all__ = [
    "PML",
    "cosines",
    "cross_entropy",
    "distances",
    "mass",
    "nonzero_mean",
    "pairs",
    "pml_ntxent",
    "unit",
]


def unit(x):
    return x / jnp.linalg.norm(x, axis=-1, keepdims=True)


def cosines(a, b):
    return unit(a) @ unit(b).T


def distances(x):
    squares = ((x[:, None] - x) ** 2).sum(-1)
    apart = squares > 0
    return jnp.where(apart, jnp.sqrt(jnp.where(apart, squares, 1)), 0)


def pairs(label):
    """Return which pairs are positives, and which negatives."""
    alike = label[:, None] == label
    return alike & ~jnp.eye(len(label), dtype=bool), ~alike


def mass(scores, chosen, *, one=False, axis=1):
    """Return pytorch-metric-learning's logsumexp of the chosen scores, or 0 of none."""
    scores = jnp.where(chosen, scores, -jnp.inf)
    if one:
        line = jnp.zeros_like(jnp.take(scores, jnp.asarray([0]), axis))
        return jax.nn.logsumexp(jnp.concatenate([scores, line], axis), axis)
    some = chosen.any(axis)
    scores = jnp.where(jnp.expand_dims(some, axis), scores, 0)
    return jnp.where(some, jax.nn.logsumexp(scores, axis), 0)


def nonzero_mean(losses, where):
    """Return pytorch-metric-learning's mean of the losses above 0, or 0 of none."""
    losses = jnp.where(where, losses, 0)
    return losses.sum() / jnp.maximum((losses > 0).sum(), 1)


def pml_ntxent(x, label, temperature=0.07):
    """Return NTXentLoss: a positive pair against the negatives of its first row."""
    positives, negatives = pairs(label)
    scores = cosines(x, x) / temperature
    far = mass(scores, negatives)[:, None]
    losses = jnp.logaddexp(scores, far) - scores
    return jnp.where(positives, losses, 0).sum() / positives.sum()


def pml_supcon(x, label, temperature=0.1):
    """Return SupConLoss; it is 0 in a batch without negatives."""
    positives, negatives = pairs(label)
    scores = cosines(x, x) / temperature
    log_p = scores - mass(scores, positives | negatives)[:, None]
    small = jnp.finfo(x.dtype).tiny
    losses = -jnp.where(positives, log_p, 0).sum(1) / (positives.sum(1) + small)
    return jnp.where(negatives.any(), nonzero_mean(losses, where=True), 0)


def pml_circle(x, label, m=0.4, gamma=80.0):
    """Return CircleLoss, the mean of the anchors that have both and are not 0."""
    positives, negatives = pairs(label)
    c = cosines(x, x)
    constant = jax.lax.stop_gradient(c)
    near = -gamma * jax.nn.relu(1 + m - constant) * (c - (1 - m))
    far = gamma * jax.nn.relu(constant + m) * (c - m)
    losses = jax.nn.softplus(mass(near, positives) + mass(far, negatives))
    return nonzero_mean(losses, positives.any(1) & negatives.any(1))


def pml_contrastive(x, label, pos_margin=0.0, neg_margin=1.0):
    """Return ContrastiveLoss."""
    positives, negatives = pairs(label)
    d = distances(unit(x))
    near = nonzero_mean(jax.nn.relu(d - pos_margin), positives)
    return near + nonzero_mean(jax.nn.relu(neg_margin - d), negatives)


def pml_triplet(x, label, margin=0.05, *, smooth_loss=False):
    """Return TripletMarginLoss of all triplets."""
    positives, negatives = pairs(label)
    d = distances(unit(x))
    excess = d[:, :, None] - d[:, None] + margin
    losses = jax.nn.softplus(excess) if smooth_loss else jax.nn.relu(excess)
    return nonzero_mean(losses, positives[:, :, None] & negatives[:, None])


def pml_multi_similarity(x, label, alpha=2.0, beta=50.0, base=0.5):
    """Return MultiSimilarityLoss."""
    positives, negatives = pairs(label)
    c = cosines(x, x)
    near = mass(alpha * (base - c), positives, one=True) / alpha
    far = mass(beta * (c - base), negatives, one=True) / beta
    return (near + far).mean()


def cross_entropy(scores, label):
    own = jnp.take_along_axis(scores, label[:, None], 1)[:, 0]
    return (jax.nn.logsumexp(scores, 1) - own).mean()


def _with_margin(x, weight, label, change, scale):
    c = cosines(x, weight.T)
    own = jnp.arange(weight.shape[1]) == label[:, None]
    return cross_entropy(scale * jnp.where(own, change(c), c), label)


def pml_arcface(x, weight, label, margin=28.6, scale=64.0):
    """Return ArcFaceLoss, whose margin is in degrees; its weight is `(D, C)`."""
    m = jnp.radians(margin)

    def change(c):
        angle = jnp.arccos(c)
        return jnp.where(angle <= jnp.pi - m, jnp.cos(angle + m), c - m * jnp.sin(m))

    return _with_margin(x, weight, label, change, scale)


def pml_cosface(x, weight, label, margin=0.35, scale=64.0):
    """Return CosFaceLoss."""
    return _with_margin(x, weight, label, lambda c: c - margin, scale)


def pml_normalized_softmax(x, weight, label, temperature=0.05):
    """Return NormalizedSoftmaxLoss."""
    return _with_margin(x, weight, label, lambda c: c, 1 / temperature)


def pml_proxy_anchor(x, proxies, label, margin=0.1, alpha=32.0):
    """Return ProxyAnchorLoss."""
    own = label[:, None] == jnp.arange(len(proxies))
    c = cosines(x, proxies)
    near = mass(-alpha * (c - margin), own, one=True, axis=0)
    far = mass(alpha * (c + margin), ~own, one=True, axis=0)
    return near.sum() / own.any(0).sum() + far.mean()


def pml_proxy_nca(x, proxies, label, softmax_scale=1.0):
    """Return ProxyNCALoss."""
    squares = ((unit(x)[:, None] - unit(proxies)) ** 2).sum(-1)
    return cross_entropy(-softmax_scale * squares, label)


def pml_n_pairs(anchors, positives):
    """Return NPairsLoss of the pairs that it finds, one a label."""
    return cross_entropy(anchors @ positives.T, jnp.arange(len(anchors)))


PML = {
    "ntxent": pml_ntxent,
    "supcon": pml_supcon,
    "circle": pml_circle,
    "contrastive": pml_contrastive,
    "triplet": pml_triplet,
    "multi_similarity": pml_multi_similarity,
    "arcface": pml_arcface,
    "cosface": pml_cosface,
    "normalized_softmax": pml_normalized_softmax,
    "proxy_anchor": pml_proxy_anchor,
    "proxy_nca": pml_proxy_nca,
    "n_pairs": pml_n_pairs,
}
