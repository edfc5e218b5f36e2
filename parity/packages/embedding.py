"""Losses of embeddings of packages, called as those of funloss are."""

import math

from parity.packages.loading import load
from parity.references.ntxent import unit

__all__ = [
    "arcface_of_pml",
    "contrastive_of_pml",
    "cosface_of_pml",
    "normalized_softmax_of_pml",
    "proxy_anchor_of_pml",
    "triplets_of_pml",
]


def proxy_anchor_of_pml(input, linear_weight, target, *, margin=0.1, alpha=32.0):
    """Return the proxy-anchor loss by pytorch-metric-learning."""
    loss = load("pytorch_metric_learning.losses", "ProxyAnchorLoss")
    loss = loss(*linear_weight.shape, margin=margin, alpha=alpha)
    return _with_layer(loss, "proxies", linear_weight)(input, target)


def arcface_of_pml(input, linear_weight, target, *, margin=0.5, scale=64.0):
    """Return ArcFace by pytorch-metric-learning, whose margin is in degrees."""
    options = {"margin": math.degrees(margin), "scale": scale}
    if linear_weight.ndim == 3:
        classes, centres, width = linear_weight.shape
        loss = load("pytorch_metric_learning.losses", "SubCenterArcFaceLoss")
        options |= {"num_classes": classes, "embedding_size": width}
        loss = loss(sub_centers=centres, **options)
        linear_weight = linear_weight.reshape(-1, width)
    else:
        loss = load("pytorch_metric_learning.losses", "ArcFaceLoss")
        loss = loss(*linear_weight.shape, **options)
    return _with_layer(loss, "W", linear_weight.T)(input, target)


def cosface_of_pml(
    input, linear_weight, target, *, margin=0.0, cosine_margin=0.35, scale=64.0
):
    """Return CosFace by pytorch-metric-learning: a margin of the cosine alone."""
    assert margin == 0
    loss = load("pytorch_metric_learning.losses", "CosFaceLoss")
    loss = loss(*linear_weight.shape, margin=cosine_margin, scale=scale)
    return _with_layer(loss, "W", linear_weight.T)(input, target)


def normalized_softmax_of_pml(
    input, linear_weight, target, *, margin=0.0, cosine_margin=0.0, scale=20.0
):
    """Return the normalised softmax by pytorch-metric-learning, of no margin."""
    assert margin == cosine_margin == 0
    loss = load("pytorch_metric_learning.losses", "NormalizedSoftmaxLoss")
    loss = loss(*linear_weight.shape, temperature=1 / scale)
    return _with_layer(loss, "W", linear_weight.T)(unit(input), target)


def _with_layer(loss, name, array):
    """Return a module with an array in the place of its parameter.

    Its `cast_types` would write to a parameter, of which there is none.
    """
    delattr(loss, name)
    setattr(loss, name, array)
    loss.cast_types = lambda *_: None
    return loss


def contrastive_of_pml(input, target, *, margin=1.0, positive_margin=0.0):
    """Return the contrastive loss of all pairs, by pytorch-metric-learning."""
    loss = load("pytorch_metric_learning.losses", "ContrastiveLoss")
    return loss(pos_margin=positive_margin, neg_margin=margin)(input, target)


def triplets_of_pml(input, target, *, margin=0.2, mining="all", squared=False):
    """Return the loss of all triplets, or of the hardest, that have one."""
    distance = load("pytorch_metric_learning.distances", "LpDistance")(
        power=2 if squared else 1
    )
    loss = load("pytorch_metric_learning.losses", "TripletMarginLoss")(
        margin=margin, distance=distance
    )
    if mining == "all":
        return loss(input, target)
    miner = load("pytorch_metric_learning.miners", "BatchHardMiner")(distance=distance)
    return loss(input, target, miner(input, target))
