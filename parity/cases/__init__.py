"""The cases, one module a family of losses."""

from parity.cases import (
    absolute,
    binary,
    cosine,
    cross_entropy,
    distance,
    gaussian,
    hinge_embedding,
    huber,
    kl_div,
    margin_ranking,
    multi_margin,
    nll,
    pdist,
    poisson,
    soft_margin,
    squared,
    triplet,
    triplet_distance,
)

__all__ = ["MODULES"]

MODULES = [
    absolute,
    squared,
    huber,
    poisson,
    gaussian,
    nll,
    cross_entropy,
    binary,
    soft_margin,
    multi_margin,
    hinge_embedding,
    cosine,
    triplet,
    triplet_distance,
    distance,
    pdist,
    margin_ranking,
    kl_div,
]
