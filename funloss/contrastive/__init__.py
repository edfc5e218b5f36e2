"""Losses of a batch of embeddings against itself."""

from funloss.contrastive._barlow_twins import barlow_twins_loss
from funloss.contrastive._circle import circle_loss
from funloss.contrastive._info_nce import info_nce_loss
from funloss.contrastive._koleo import koleo_loss
from funloss.contrastive._multi_similarity import multi_similarity_loss
from funloss.contrastive._ntxent import ntxent_loss
from funloss.contrastive._siglip import siglip_loss
from funloss.contrastive._supcon import supcon_loss
from funloss.contrastive._vicreg import vicreg_loss

__all__ = [
    "barlow_twins_loss",
    "circle_loss",
    "info_nce_loss",
    "koleo_loss",
    "multi_similarity_loss",
    "ntxent_loss",
    "siglip_loss",
    "supcon_loss",
    "vicreg_loss",
]
