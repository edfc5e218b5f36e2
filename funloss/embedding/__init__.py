"""Losses of embeddings that should be near or far, and their distances."""

from funloss.embedding._arcface import arcface_loss
from funloss.embedding._batch_triplet import batch_triplet_loss
from funloss.embedding._contrastive import contrastive_loss
from funloss.embedding._cosine_distance import cosine_distance
from funloss.embedding._cosine_embedding import cosine_embedding_loss
from funloss.embedding._cosine_similarity import cosine_similarity
from funloss.embedding._hinge_embedding import hinge_embedding_loss
from funloss.embedding._pairwise_distance import pairwise_distance
from funloss.embedding._pdist import pdist
from funloss.embedding._proxy_anchor import proxy_anchor_loss
from funloss.embedding._triplet_margin import triplet_margin_loss
from funloss.embedding._triplet_margin_with_distance import (
    triplet_margin_with_distance_loss,
)

__all__ = [
    "arcface_loss",
    "batch_triplet_loss",
    "contrastive_loss",
    "cosine_distance",
    "cosine_embedding_loss",
    "cosine_similarity",
    "hinge_embedding_loss",
    "pairwise_distance",
    "pdist",
    "proxy_anchor_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]
