"""Loss functions written once for every array library, checked against PyTorch."""

import importlib
from typing import TYPE_CHECKING, Any

from funloss._registry import PUBLIC as _PUBLIC

# What type checkers and editors see. The package itself imports a name on first use,
# by `__getattr__`; whoever needs one loss pays for its family.
if TYPE_CHECKING:
    from funloss._array import array_namespace as array_namespace
    from funloss._array.debug import debug_values as debug_values
    from funloss._core.custom import elementwise_loss as elementwise_loss
    from funloss._core.custom import samplewise_loss as samplewise_loss
    from funloss._core.reduction import reduce as reduce
    from funloss.audio import si_sdr_loss as si_sdr_loss
    from funloss.audio import stft_loss as stft_loss
    from funloss.classification import (
        adaptive_log_softmax_with_loss as adaptive_log_softmax_with_loss,
    )
    from funloss.classification import asymmetric_loss as asymmetric_loss
    from funloss.classification import bi_tempered_loss as bi_tempered_loss
    from funloss.classification import binary_cross_entropy as binary_cross_entropy
    from funloss.classification import (
        binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    )
    from funloss.classification import binary_sparsemax_loss as binary_sparsemax_loss
    from funloss.classification import cross_entropy as cross_entropy
    from funloss.classification import entmax_loss as entmax_loss
    from funloss.classification import fenchel_young_loss as fenchel_young_loss
    from funloss.classification import (
        generalized_cross_entropy as generalized_cross_entropy,
    )
    from funloss.classification import hinge_loss as hinge_loss
    from funloss.classification import linear_cross_entropy as linear_cross_entropy
    from funloss.classification import load_balancing_loss as load_balancing_loss
    from funloss.classification import multi_margin_loss as multi_margin_loss
    from funloss.classification import multiclass_hinge_loss as multiclass_hinge_loss
    from funloss.classification import multilabel_margin_loss as multilabel_margin_loss
    from funloss.classification import (
        multilabel_soft_margin_loss as multilabel_soft_margin_loss,
    )
    from funloss.classification import nll_loss as nll_loss
    from funloss.classification import poly_loss as poly_loss
    from funloss.classification import sigmoid_focal_loss as sigmoid_focal_loss
    from funloss.classification import smooth_labels as smooth_labels
    from funloss.classification import soft_margin_loss as soft_margin_loss
    from funloss.classification import softmax_focal_loss as softmax_focal_loss
    from funloss.classification import two_hot as two_hot
    from funloss.classification import z_loss as z_loss
    from funloss.classification import zlpr_loss as zlpr_loss
    from funloss.contrastive import barlow_twins_loss as barlow_twins_loss
    from funloss.contrastive import circle_loss as circle_loss
    from funloss.contrastive import info_nce_loss as info_nce_loss
    from funloss.contrastive import koleo_loss as koleo_loss
    from funloss.contrastive import multi_similarity_loss as multi_similarity_loss
    from funloss.contrastive import ntxent_loss as ntxent_loss
    from funloss.contrastive import siglip_loss as siglip_loss
    from funloss.contrastive import supcon_loss as supcon_loss
    from funloss.contrastive import vicreg_loss as vicreg_loss
    from funloss.detection import box_iou_loss as box_iou_loss
    from funloss.detection import heatmap_focal_loss as heatmap_focal_loss
    from funloss.detection import quality_focal_loss as quality_focal_loss
    from funloss.detection import varifocal_loss as varifocal_loss
    from funloss.distribution import distillation_loss as distillation_loss
    from funloss.distribution import gaussian_kl_divergence as gaussian_kl_divergence
    from funloss.distribution import (
        generalized_kl_divergence as generalized_kl_divergence,
    )
    from funloss.distribution import kl_div as kl_div
    from funloss.distribution import (
        linear_distillation_loss as linear_distillation_loss,
    )
    from funloss.distribution import mmd_loss as mmd_loss
    from funloss.embedding import arcface_loss as arcface_loss
    from funloss.embedding import batch_triplet_loss as batch_triplet_loss
    from funloss.embedding import contrastive_loss as contrastive_loss
    from funloss.embedding import cosine_distance as cosine_distance
    from funloss.embedding import cosine_embedding_loss as cosine_embedding_loss
    from funloss.embedding import cosine_similarity as cosine_similarity
    from funloss.embedding import hinge_embedding_loss as hinge_embedding_loss
    from funloss.embedding import pairwise_distance as pairwise_distance
    from funloss.embedding import pdist as pdist
    from funloss.embedding import proxy_anchor_loss as proxy_anchor_loss
    from funloss.embedding import triplet_margin_loss as triplet_margin_loss
    from funloss.embedding import (
        triplet_margin_with_distance_loss as triplet_margin_with_distance_loss,
    )
    from funloss.forecast import crps_ensemble_loss as crps_ensemble_loss
    from funloss.forecast import crps_normal_loss as crps_normal_loss
    from funloss.forecast import energy_score_loss as energy_score_loss
    from funloss.image import ssim_loss as ssim_loss
    from funloss.image import total_variation_loss as total_variation_loss
    from funloss.preference import dpo_loss as dpo_loss
    from funloss.preference import kto_loss as kto_loss
    from funloss.preference import orpo_loss as orpo_loss
    from funloss.ranking import approx_ndcg_loss as approx_ndcg_loss
    from funloss.ranking import cosent_loss as cosent_loss
    from funloss.ranking import listmle_loss as listmle_loss
    from funloss.ranking import margin_ranking_loss as margin_ranking_loss
    from funloss.ranking import pairwise_hinge_loss as pairwise_hinge_loss
    from funloss.ranking import pairwise_logistic_loss as pairwise_logistic_loss
    from funloss.ranking import pairwise_mse_loss as pairwise_mse_loss
    from funloss.ranking import pairwise_quantile_loss as pairwise_quantile_loss
    from funloss.ranking import (
        pairwise_soft_zero_one_loss as pairwise_soft_zero_one_loss,
    )
    from funloss.ranking import poly1_softmax_loss as poly1_softmax_loss
    from funloss.ranking import ranking_softmax_loss as ranking_softmax_loss
    from funloss.ranking import unique_softmax_loss as unique_softmax_loss
    from funloss.regression import cox_loss as cox_loss
    from funloss.regression import expectile_loss as expectile_loss
    from funloss.regression import gaussian_nll_loss as gaussian_nll_loss
    from funloss.regression import general_robust_loss as general_robust_loss
    from funloss.regression import huber_loss as huber_loss
    from funloss.regression import l1_loss as l1_loss
    from funloss.regression import laplace_nll_loss as laplace_nll_loss
    from funloss.regression import log_cosh_loss as log_cosh_loss
    from funloss.regression import (
        mean_absolute_percentage_error as mean_absolute_percentage_error,
    )
    from funloss.regression import (
        mean_squared_logarithmic_error as mean_squared_logarithmic_error,
    )
    from funloss.regression import mse_loss as mse_loss
    from funloss.regression import (
        negative_binomial_nll_loss as negative_binomial_nll_loss,
    )
    from funloss.regression import poisson_nll_loss as poisson_nll_loss
    from funloss.regression import quantile_loss as quantile_loss
    from funloss.regression import smooth_l1_loss as smooth_l1_loss
    from funloss.regression import student_t_nll_loss as student_t_nll_loss
    from funloss.regression import tukey_loss as tukey_loss
    from funloss.regression import tweedie_nll_loss as tweedie_nll_loss
    from funloss.reinforcement import (
        categorical_q_learning_loss as categorical_q_learning_loss,
    )
    from funloss.reinforcement import categorical_td_loss as categorical_td_loss
    from funloss.reinforcement import dpg_loss as dpg_loss
    from funloss.reinforcement import entropy_loss as entropy_loss
    from funloss.reinforcement import grpo_loss as grpo_loss
    from funloss.reinforcement import policy_gradient_loss as policy_gradient_loss
    from funloss.reinforcement import ppo_clip_loss as ppo_clip_loss
    from funloss.reinforcement import ppo_value_loss as ppo_value_loss
    from funloss.reinforcement import q_learning_loss as q_learning_loss
    from funloss.reinforcement import qpg_loss as qpg_loss
    from funloss.reinforcement import quantile_huber_loss as quantile_huber_loss
    from funloss.reinforcement import (
        quantile_q_learning_loss as quantile_q_learning_loss,
    )
    from funloss.reinforcement import retrace_loss as retrace_loss
    from funloss.reinforcement import rm_loss as rm_loss
    from funloss.reinforcement import rpg_loss as rpg_loss
    from funloss.reinforcement import sampled_kl_loss as sampled_kl_loss
    from funloss.reinforcement import td_loss as td_loss
    from funloss.segmentation import dice_loss as dice_loss
    from funloss.segmentation import generalized_dice_loss as generalized_dice_loss
    from funloss.segmentation import lovasz_hinge_loss as lovasz_hinge_loss
    from funloss.segmentation import lovasz_softmax_loss as lovasz_softmax_loss
    from funloss.segmentation import soft_cldice_loss as soft_cldice_loss
    from funloss.segmentation import tversky_loss as tversky_loss
    from funloss.sequence import crf_loss as crf_loss
    from funloss.sequence import ctc_loss as ctc_loss
    from funloss.sequence import rnnt_loss as rnnt_loss
    from funloss.sequence import soft_dtw_loss as soft_dtw_loss

    __version__: str
else:
    __all__ = list(_PUBLIC)

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            return globals().setdefault(name, _version())
        if name in _PUBLIC:
            module = importlib.import_module(_PUBLIC[name])
            return globals().setdefault(name, getattr(module, name))
        from funloss._names import advice  # noqa: PLC0415 - for a mistake only

        msg = f"module 'funloss' has no attribute {name!r}{advice(name)}"
        # Given a name, Python adds no guess of its own.
        raise AttributeError(msg, name=name)


def __dir__() -> list[str]:
    return [*_PUBLIC, "__version__"]


def _version() -> str:
    from importlib.metadata import (  # noqa: PLC0415 - rarely asked for
        PackageNotFoundError,
        version,
    )

    try:
        return version("funloss")
    except PackageNotFoundError:  # a copy of the folder, without its metadata
        return "0+unknown"
