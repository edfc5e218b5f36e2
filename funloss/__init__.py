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
        binary_sparsemax_loss,
        cross_entropy,
        entmax_loss,
        fenchel_young_loss,
        generalized_cross_entropy,
        hinge_loss,
        linear_cross_entropy,
        multi_margin_loss,
        multiclass_hinge_loss,
        multilabel_margin_loss,
        multilabel_soft_margin_loss,
        nll_loss,
        poly_loss,
        sigmoid_focal_loss,
        smooth_labels,
        soft_margin_loss,
        softmax_focal_loss,
    )
    from funloss.contrastive import circle_loss, ntxent_loss
    from funloss.distribution import generalized_kl_divergence, kl_div
    from funloss.embedding import (
        cosine_distance,
        cosine_embedding_loss,
        cosine_similarity,
        hinge_embedding_loss,
        pairwise_distance,
        pdist,
        triplet_margin_loss,
        triplet_margin_with_distance_loss,
    )
    from funloss.ranking import (
        approx_ndcg_loss,
        listmle_loss,
        margin_ranking_loss,
        pairwise_hinge_loss,
        pairwise_logistic_loss,
        pairwise_mse_loss,
        pairwise_quantile_loss,
        pairwise_soft_zero_one_loss,
        poly1_softmax_loss,
        ranking_softmax_loss,
        unique_softmax_loss,
    )
    from funloss.regression import (
        expectile_loss,
        gaussian_nll_loss,
        huber_loss,
        l1_loss,
        log_cosh_loss,
        mean_absolute_percentage_error,
        mean_squared_logarithmic_error,
        mse_loss,
        poisson_nll_loss,
        smooth_l1_loss,
    )
    from funloss.reinforcement import (
        categorical_q_learning_loss,
        categorical_td_loss,
        dpg_loss,
        entropy_loss,
        policy_gradient_loss,
        ppo_clip_loss,
        q_learning_loss,
        qpg_loss,
        quantile_huber_loss,
        quantile_q_learning_loss,
        retrace_loss,
        rm_loss,
        rpg_loss,
        td_loss,
    )
    from funloss.segmentation import dice_loss, generalized_dice_loss, tversky_loss
    from funloss.sequence import ctc_loss

    __version__: str

__all__ = [
    "adaptive_log_softmax_with_loss",
    "approx_ndcg_loss",
    "array_namespace",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "binary_sparsemax_loss",
    "categorical_q_learning_loss",
    "categorical_td_loss",
    "circle_loss",
    "cosine_distance",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "debug_values",
    "dice_loss",
    "dpg_loss",
    "elementwise_loss",
    "entmax_loss",
    "entropy_loss",
    "expectile_loss",
    "fenchel_young_loss",
    "gaussian_nll_loss",
    "generalized_cross_entropy",
    "generalized_dice_loss",
    "generalized_kl_divergence",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "linear_cross_entropy",
    "listmle_loss",
    "log_cosh_loss",
    "margin_ranking_loss",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "mse_loss",
    "multi_margin_loss",
    "multiclass_hinge_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "ntxent_loss",
    "pairwise_distance",
    "pairwise_hinge_loss",
    "pairwise_logistic_loss",
    "pairwise_mse_loss",
    "pairwise_quantile_loss",
    "pairwise_soft_zero_one_loss",
    "pdist",
    "poisson_nll_loss",
    "policy_gradient_loss",
    "poly1_softmax_loss",
    "poly_loss",
    "ppo_clip_loss",
    "q_learning_loss",
    "qpg_loss",
    "quantile_huber_loss",
    "quantile_q_learning_loss",
    "ranking_softmax_loss",
    "reduce",
    "retrace_loss",
    "rm_loss",
    "rpg_loss",
    "samplewise_loss",
    "sigmoid_focal_loss",
    "smooth_l1_loss",
    "smooth_labels",
    "soft_margin_loss",
    "softmax_focal_loss",
    "td_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "tversky_loss",
    "unique_softmax_loss",
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
