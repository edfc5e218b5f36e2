"""What libraries of embeddings compute for a batch, in JAX, as in their sources."""

import jax
import jax.numpy as jnp

from tests.metric_learning import (
    PML,
    cosines,
    cross_entropy,
    distances,
    mass,
    nonzero_mean,
    pairs,
    pml_ntxent,
    unit,
)

__all__ = ["LOSSES"]


def lightly_ntxent(a, b, temperature=0.5):
    """Return NTXentLoss."""
    label = jnp.tile(jnp.arange(len(a)), 2)
    return pml_ntxent(jnp.concatenate([a, b]), label, temperature)


def lightly_dcl(a, b, temperature=0.1):
    """Return DCLLoss without weights."""
    x = jnp.concatenate([a, b])
    _, negatives = pairs(jnp.tile(jnp.arange(len(a)), 2))
    scores = cosines(x, x) / temperature
    own = jnp.diagonal(scores, len(a))
    return (mass(scores, negatives) - jnp.tile(own, 2)).mean()


def lightly_barlow_twins(a, b, lambda_param=5e-3):
    """Return BarlowTwinsLoss."""
    a, b = ((z - z.mean(0)) / jnp.sqrt(z.var(0) + 1e-5) for z in (a, b))
    c = a.T @ b / len(a)
    own = jnp.diagonal(c)
    return ((own - 1) ** 2).sum() + lambda_param * ((c**2).sum() - (own**2).sum())


def lightly_vicreg(a, b, lambda_param=25.0, mu_param=25.0, nu_param=1.0, eps=1e-4):
    """Return VICRegLoss, pytorch-metric-learning's as well."""
    loss = lambda_param * ((a - b) ** 2).mean()
    for z in (a, b):
        spread = jnp.sqrt(z.var(0, ddof=1) + eps)
        centred = z - z.mean(0)
        c = centred.T @ centred / (len(z) - 1)
        others = (c**2).sum() - (jnp.diagonal(c) ** 2).sum()
        loss += mu_param / 2 * jax.nn.relu(1 - spread).mean()
        loss += nu_param * others / z.shape[1]
    return loss


def lightly_koleo(x, eps=1e-8):
    """Return KoLeoLoss."""
    x = unit(x)
    nearest = (x @ x.T - 4 * jnp.eye(len(x))).argmax(1)
    distance = jnp.sqrt(((x - x[nearest] + eps) ** 2).sum(1))
    return -jnp.log(distance + eps).mean()


def lightly_negative_cosine(a, b):
    """Return NegativeCosineSimilarity."""
    return -(unit(a) * unit(b)).sum(1).mean()


def clip(images, texts, logit_scale):
    """Return ClipLoss of rows that are divided by their lengths."""
    scores = logit_scale * images @ texts.T
    own = jnp.arange(len(images))
    return (cross_entropy(scores, own) + cross_entropy(scores.T, own)) / 2


def siglip(images, texts, logit_scale, logit_bias):
    """Return SigLipLoss of rows that are divided by their lengths."""
    scores = logit_scale * images @ texts.T + logit_bias
    sign = 2 * jnp.eye(len(images)) - 1
    return -jax.nn.log_sigmoid(sign * scores).sum() / len(images)


def mnrl(a, b, negatives=None, scale=20.0):
    """Return MultipleNegativesRankingLoss."""
    b = b if negatives is None else jnp.concatenate([b, negatives])
    return cross_entropy(scale * cosines(a, b), jnp.arange(len(a)))


def mnrl_both(a, b, scale=20.0):
    """Return MultipleNegativesRankingLoss of two directions, one softmax each."""
    return clip(unit(a), unit(b), scale)


def st_contrastive(a, b, alike, margin=0.5):
    """Return ContrastiveLoss, of cosine distances."""
    d = 1 - (unit(a) * unit(b)).sum(1)
    return 0.5 * jnp.where(alike, d**2, jax.nn.relu(margin - d) ** 2).mean()


def st_cosine(a, b, score):
    """Return CosineSimilarityLoss."""
    return (((unit(a) * unit(b)).sum(1) - score) ** 2).mean()


def st_cosent(c, score, scale=20.0):
    """Return CoSENTLoss of cosines; what is no pair gets a score of -1e12."""
    scores = scale * (c[:, None] - c[None])
    scores = scores - (1 - (score[:, None] < score[None]).astype(c.dtype)) * 1e12
    return jax.nn.logsumexp(jnp.concatenate([jnp.zeros_like(c[:1]), scores.ravel()]))


def st_batch_all(x, label, margin=5.0):
    """Return BatchAllTripletLoss."""
    positives, negatives = pairs(label)
    d = distances(x)
    losses = jax.nn.relu(d[:, :, None] - d[:, None] + margin)
    return nonzero_mean(losses, positives[:, :, None] & negatives[:, None])


def _hardest(x, label):
    positives, negatives = pairs(label)
    d = distances(x)
    # What is no positive has distance 0, so that a row without any counts.
    far = (positives * d).max(1)
    return far - (d + d.max(1, keepdims=True) * ~negatives).min(1)


def st_batch_hard(x, label, margin=5.0):
    """Return BatchHardTripletLoss."""
    return jax.nn.relu(_hardest(x, label) + margin).mean()


def st_batch_hard_soft(x, label):
    """Return BatchHardSoftMarginTripletLoss."""
    return jnp.log1p(jnp.exp(_hardest(x, label))).mean()


def st_batch_semihard(x, label, margin=5.0):
    """Return BatchSemiHardTripletLoss, the mean over all positive pairs."""
    positives, negatives = pairs(label)
    d = distances(x)
    outside = negatives[:, None] & (d[:, None] > d[:, :, None])
    nearest = jnp.where(outside, d[:, None], jnp.inf).min(2)
    farthest = jnp.where(negatives, d, 0).max(1, keepdims=True)
    chosen = jnp.where(outside.any(2), nearest, farthest)
    losses = jax.nn.relu(d - chosen + margin)
    return jnp.where(positives, losses, 0).sum() / positives.sum()


def st_triplet(anchor, positive, negative, triplet_margin=5.0):
    """Return TripletLoss; torch's distance adds 1e-6 to each difference."""
    near, far = (
        jnp.linalg.norm(anchor - x + 1e-6, axis=1) for x in (positive, negative)
    )
    return jax.nn.relu(near - far + triplet_margin).mean()


def st_margin_mse(anchor, positive, negative, score):
    """Return MarginMSELoss, of dot products."""
    margin = (anchor * positive).sum(1) - (anchor * negative).sum(1)
    return ((margin - score) ** 2).mean()


LOSSES = {
    "pml": PML | {"vicreg": lightly_vicreg},
    "lightly": {
        "ntxent": lightly_ntxent,
        "dcl": lightly_dcl,
        "barlow_twins": lightly_barlow_twins,
        "vicreg": lightly_vicreg,
        "koleo": lightly_koleo,
        "negative_cosine": lightly_negative_cosine,
    },
    "open_clip": {"clip": clip, "siglip": siglip},
    "sbert": {
        "mnrl": mnrl,
        "mnrl_both": mnrl_both,
        "contrastive": st_contrastive,
        "cosine": st_cosine,
        "cosent": st_cosent,
        "batch_all": st_batch_all,
        "batch_hard": st_batch_hard,
        "batch_hard_soft": st_batch_hard_soft,
        "batch_semihard": st_batch_semihard,
        "triplet": st_triplet,
        "margin_mse": st_margin_mse,
    },
}
