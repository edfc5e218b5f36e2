"""Where each public name has its page, and in which order losses are shown."""

import funloss.testing
from funloss import _registry

__all__ = ["FAMILIES", "HELPERS", "LOSSES", "ORDER", "TESTING", "pages_from"]

LOSSES = list(_registry.LOSSES)
HELPERS = list(_registry.HELPERS)
TESTING = list(funloss.testing.__all__)

# Within a family what is used most comes first, and next to it what resembles it; a
# loss that is missing here comes last. Families are in the order of the register.
_USED = """
mse_loss l1_loss huber_loss smooth_l1_loss log_cosh_loss general_robust_loss
tukey_loss quantile_loss expectile_loss
gaussian_nll_loss laplace_nll_loss student_t_nll_loss poisson_nll_loss
negative_binomial_nll_loss tweedie_nll_loss cox_loss
mean_squared_logarithmic_error mean_absolute_percentage_error
cross_entropy binary_cross_entropy_with_logits binary_cross_entropy nll_loss
smooth_labels two_hot linear_cross_entropy adaptive_log_softmax_with_loss
z_loss load_balancing_loss
sigmoid_focal_loss softmax_focal_loss asymmetric_loss poly_loss
generalized_cross_entropy bi_tempered_loss
hinge_loss soft_margin_loss multi_margin_loss multiclass_hinge_loss
multilabel_soft_margin_loss zlpr_loss multilabel_margin_loss
entmax_loss binary_sparsemax_loss fenchel_young_loss
ranking_softmax_loss pairwise_logistic_loss pairwise_hinge_loss margin_ranking_loss
listmle_loss approx_ndcg_loss unique_softmax_loss poly1_softmax_loss cosent_loss
pairwise_mse_loss pairwise_quantile_loss pairwise_soft_zero_one_loss
cosine_similarity cosine_distance cosine_embedding_loss triplet_margin_loss
triplet_margin_with_distance_loss batch_triplet_loss hinge_embedding_loss
contrastive_loss arcface_loss proxy_anchor_loss pairwise_distance pdist
ntxent_loss supcon_loss info_nce_loss siglip_loss circle_loss
multi_similarity_loss barlow_twins_loss vicreg_loss koleo_loss
kl_div gaussian_kl_divergence distillation_loss linear_distillation_loss
generalized_kl_divergence mmd_loss
crps_normal_loss crps_ensemble_loss energy_score_loss
ctc_loss rnnt_loss crf_loss soft_dtw_loss
dice_loss generalized_dice_loss tversky_loss lovasz_hinge_loss lovasz_softmax_loss
soft_cldice_loss
box_iou_loss heatmap_focal_loss quality_focal_loss varifocal_loss
ssim_loss total_variation_loss
si_sdr_loss stft_loss
policy_gradient_loss ppo_clip_loss grpo_loss ppo_value_loss entropy_loss
sampled_kl_loss
q_learning_loss td_loss retrace_loss quantile_q_learning_loss quantile_huber_loss
categorical_q_learning_loss categorical_td_loss
dpg_loss qpg_loss rm_loss rpg_loss
"""
ORDER = _USED.split()


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


FAMILIES = {
    family: sorted(
        (x.name for x in _registry.LOSSES.values() if x.family == family), key=_place
    )
    for family in _registry.FAMILIES
}


def pages_from(folder: str = "") -> dict[str, str]:
    """Return the page of every public name, as seen from a folder of the site."""
    losses, api = ("losses/", "api.md") if not folder else ("", "../api.md")
    links = {name: f"{losses}{name}.md" for name in LOSSES}
    return links | {name: f"{api}#{name.lower()}" for name in HELPERS + TESTING}
