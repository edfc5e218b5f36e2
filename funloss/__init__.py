"""Loss functions written once for every array library, checked against PyTorch."""

import importlib
from typing import TYPE_CHECKING, Any

# Imported on first use, by `__getattr__`; whoever needs one loss pays for its family.
if TYPE_CHECKING:
    from funloss._array import array_namespace
    from funloss._array.debug import debug_values
    from funloss._frame.custom import elementwise_loss, samplewise_loss
    from funloss._frame.reduce import reduce
    from funloss.classification import (
        adaptive_log_softmax_with_loss,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        linear_cross_entropy,
        multi_margin_loss,
        multilabel_margin_loss,
        multilabel_soft_margin_loss,
        nll_loss,
        soft_margin_loss,
    )
    from funloss.distribution import kl_div
    from funloss.embedding import (
        cosine_embedding_loss,
        cosine_similarity,
        hinge_embedding_loss,
        pairwise_distance,
        pdist,
        triplet_margin_loss,
        triplet_margin_with_distance_loss,
    )
    from funloss.ranking import margin_ranking_loss
    from funloss.regression import (
        gaussian_nll_loss,
        huber_loss,
        l1_loss,
        mse_loss,
        poisson_nll_loss,
        smooth_l1_loss,
    )
    from funloss.sequence import ctc_loss

    __version__: str

__all__ = [
    "adaptive_log_softmax_with_loss",
    "array_namespace",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "debug_values",
    "elementwise_loss",
    "gaussian_nll_loss",
    "hinge_embedding_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "linear_cross_entropy",
    "margin_ranking_loss",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "pairwise_distance",
    "pdist",
    "poisson_nll_loss",
    "reduce",
    "samplewise_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]

_HOMES = (
    "_array",
    "_array.debug",
    "_frame.custom",
    "_frame.reduce",
    "regression",
    "classification",
    "segmentation",
    "embedding",
    "contrastive",
    "ranking",
    "distribution",
    "sequence",
    "reinforcement",
)

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from importlib.metadata import version  # noqa: PLC0415 - rarely asked for

            return version("funloss")
        if name in __all__:
            for home in _HOMES:
                module = importlib.import_module(f"funloss.{home}")
                if name in module.__all__:
                    return globals().setdefault(name, getattr(module, name))
        msg = f"module 'funloss' has no attribute {name!r}"
        raise AttributeError(msg)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
