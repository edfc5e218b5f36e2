"""The register of losses: where each is defined, and what others call it.

Pure data, so that `import funloss` stays cheap: nothing here imports a loss.
"""

from typing import NamedTuple

__all__ = ["FAMILIES", "HELPERS", "LOSSES", "PUBLIC", "Loss"]


class Loss(NamedTuple):
    """A public loss: its module, and its names in papers and other libraries."""

    name: str
    module: str
    other_names: tuple[str, ...]

    @property
    def family(self) -> str:
        """Return the folder of the package that the loss lives in."""
        return self.module.split(".")[1]


# What is public and no loss, and the module that it is defined in.
HELPERS = {
    "array_namespace": "funloss._array",
    "debug_values": "funloss._array.debug",
    "elementwise_loss": "funloss._core.custom",
    "reduce": "funloss._core.reduction",
    "samplewise_loss": "funloss._core.custom",
}

# A line for each loss, by family in the order of the documentation: its family, its
# name, its other names. It stands in the family's module of its name without a final
# "_loss", if no other is named. Names that differ in capitals, underscores or a final
# "loss" count as one. Classes are those of torch.nn.
_TABLE = """
regression cox_loss: cox_ph_loss cox_partial_likelihood coxph deepsurv_loss
    neg_partial_log_likelihood
regression expectile_loss: asymmetric_squared_error iql_value_loss
regression gaussian_nll_loss: GaussianNLLLoss normal_nll gaussian_likelihood
regression general_robust_loss: charbonnier_loss charbonnier cauchy_loss lorentzian_loss
    geman_mcclure_loss welsch_loss leclerc_loss pseudo_huber_loss barron_loss
    adaptive_robust_loss
regression huber_loss: HuberLoss
regression l1_loss: mae L1Loss mean_absolute_error absolute_error absolute_difference
regression laplace_nll_loss: LaplaceNLLLoss laplace_log_likelihood
regression log_cosh_loss: logcosh
regression mean_absolute_percentage_error: mape
regression mean_squared_logarithmic_error: msle squared_log_error
regression mse_loss: mse MSELoss mean_squared_error squared_error l2_loss square_loss
    quadratic_loss pointwise_mse_loss rmse root_mean_squared_error
regression negative_binomial_nll_loss: NegativeBinomialLoss nb_loss zinb_loss
    negative_binomial_log_likelihood zero_inflated_negative_binomial
regression poisson_nll_loss: PoissonNLLLoss poisson poisson_log_likelihood
regression quantile_loss: pinball_loss tilted_loss
regression smooth_l1_loss: SmoothL1Loss
regression student_t_nll_loss: StudentTLoss student_t_log_likelihood
    evidential_regression
regression tukey_loss: biweight_loss bisquare_loss tukey_biweight TukeyBiweight
regression tweedie_nll_loss: tweedie_loss TweedieLoss tweedie_deviance
    tweedie_deviance_score mean_tweedie_deviance gamma_nll_loss gamma_deviance
classification._adaptive_log_softmax_with_loss adaptive_log_softmax_with_loss:
    adaptive_softmax AdaptiveLogSoftmaxWithLoss adaptive_log_softmax
classification asymmetric_loss: AsymmetricLossMultiLabel asl
classification bi_tempered_loss: bi_tempered_logistic_loss BiTemperedLogisticLoss
    tempered_loss
classification binary_cross_entropy: bce BCELoss binary_crossentropy log_loss
classification binary_cross_entropy_with_logits: bce BCEWithLogitsLoss bce_with_logits
    sigmoid_binary_cross_entropy sigmoid_cross_entropy sigmoid_cross_entropy_with_logits
    binary_logistic_loss logistic_loss pointwise_sigmoid_loss
classification binary_sparsemax_loss: sparsemax_loss sparse_plus
classification cross_entropy: CrossEntropyLoss ce softmax_cross_entropy
    softmax_cross_entropy_with_logits softmax_cross_entropy_with_integer_labels
    sparse_softmax_cross_entropy_with_logits safe_softmax_cross_entropy
    categorical_crossentropy sparse_categorical_crossentropy multiclass_logistic_loss
classification entmax_loss: entmax15_loss sparsemax_loss multiclass_sparsemax_loss
classification fenchel_young_loss: make_fenchel_young_loss
classification generalized_cross_entropy: gce categorical_generalized_cross_entropy
classification hinge_loss: squared_hinge perceptron_loss binary_hinge_loss
    binary_perceptron_loss svm_loss
classification linear_cross_entropy: LinearCrossEntropyLoss fused_linear_cross_entropy
    chunked_cross_entropy cut_cross_entropy
classification load_balancing_loss: router_aux_loss aux_loss moe_loss
    mixture_of_experts_loss switch_loss auxiliary_load_balancing_loss
    load_balancing_loss_func
classification multi_margin_loss: MultiMarginLoss
classification multiclass_hinge_loss: categorical_hinge crammer_singer_loss
    multiclass_perceptron_loss
classification multilabel_margin_loss: MultiLabelMarginLoss
classification multilabel_soft_margin_loss: MultiLabelSoftMarginLoss
classification nll_loss: NLLLoss negative_log_likelihood
classification poly_loss: poly_loss_cross_entropy poly1_cross_entropy
classification sigmoid_focal_loss: focal_loss focal binary_focal_loss
    binary_focal_crossentropy
classification smooth_labels: label_smoothing
classification soft_margin_loss: SoftMarginLoss logistic_loss
classification softmax_focal_loss: focal_loss focal categorical_focal_crossentropy
    categorical_focal_loss
classification two_hot: hl_gauss histogram_loss twohot two_hot_encoding
    distribution_focal_loss dfl
classification z_loss: router_z_loss log_partition_loss
classification zlpr_loss: multilabel_categorical_crossentropy
ranking approx_ndcg_loss: approx_ndcg ndcg_loss
ranking cosent_loss: CoSENTLoss consistent_sentence_embedding
ranking listmle_loss: list_mle plackett_luce_loss
ranking margin_ranking_loss: MarginRankingLoss
ranking pairwise_hinge_loss: ranking_hinge_loss
ranking pairwise_logistic_loss: ranknet lambdarank bradley_terry_loss
ranking pairwise_mse_loss: pairwise_squared_error
ranking pairwise_quantile_loss: pairwise_qr_loss
ranking pairwise_soft_zero_one_loss: pairwise_sigmoid_loss
ranking poly1_softmax_loss:
ranking ranking_softmax_loss: listnet softmax_loss
ranking unique_softmax_loss:
embedding arcface_loss: cosface_loss normalized_softmax_loss norm_softmax_loss
    normface_loss additive_angular_margin_loss large_margin_cosine_loss
    sub_center_arcface
embedding batch_triplet_loss: batch_hard_triplet_loss batch_all_triplet_loss
    triplet_semihard_loss triplet_hard_loss batch_semi_hard_triplet_loss
embedding contrastive_loss: batch_contrastive_loss siamese_loss
embedding cosine_distance: cosine cosine_loss cosine_proximity
embedding cosine_embedding_loss: CosineEmbeddingLoss
embedding cosine_similarity: CosineSimilarity
embedding hinge_embedding_loss: HingeEmbeddingLoss
embedding pairwise_distance: PairwiseDistance euclidean_distance
embedding pdist:
embedding proxy_anchor_loss: ProxyAnchor
embedding triplet_margin_loss: TripletMarginLoss triplet triplet_loss
embedding triplet_margin_with_distance_loss: TripletMarginWithDistanceLoss
contrastive barlow_twins_loss: cross_correlation_loss redundancy_reduction_loss
contrastive circle_loss:
contrastive info_nce_loss: clip_loss mnrl multiple_negatives_ranking_loss n_pair_loss
    in_batch_softmax cpc_loss moco_loss
contrastive koleo_loss: koleo kozachenko_leonenko_loss
contrastive multi_similarity_loss: ms_loss
contrastive ntxent_loss: nt_xent simclr_loss
contrastive siglip_loss: sigmoid_contrastive_loss
contrastive supcon_loss: supervised_contrastive_loss sup_con
contrastive vicreg_loss: variance_invariance_covariance_loss
distribution distillation_loss: kd_loss knowledge_distillation_loss jsd_loss
    generalized_jsd_loss jensen_shannon_divergence forward_kl reverse_kl gkd_loss
distribution gaussian_kl_divergence: vae_loss elbo kl_divergence_normal normal_kl
    gaussian_kl_loss
distribution generalized_kl_divergence: convex_kl_divergence i_divergence
distribution kl_div: kl kldiv KLDivLoss kl_divergence relative_entropy
    kullback_leibler_divergence kl_divergence_with_log_targets categorical_kl_divergence
distribution linear_distillation_loss: fused_linear_jsd fused_linear_distillation
    chunked_distillation_loss
distribution mmd_loss: mmd maximum_mean_discrepancy energy_distance kernel_mmd
    mmd2_loss SamplesLoss
forecast crps_ensemble_loss: continuous_ranked_probability_score crps fair_crps
    almost_fair_crps afcrps
forecast crps_normal_loss: normal_crps crps_gaussian gaussian_crps
forecast energy_score_loss: es_ensemble multivariate_crps
sequence crf_loss: linear_chain_crf_loss crf_nll_loss conditional_random_field
    crf_log_likelihood
sequence ctc_loss: CTCLoss ctc_loss_with_forward_probs
sequence rnnt_loss: RNNTLoss transducer_loss rnn_transducer_loss warp_rnnt
    RNNTLossNumba
    connectionist_temporal_classification
sequence soft_dtw_loss: soft_dynamic_time_warping sdtw soft_dtw_divergence
segmentation dice_loss: f1_loss soft_dice_loss binary_dice_loss
segmentation generalized_dice_loss: multiclass_generalized_dice_loss
segmentation lovasz_hinge_loss: jaccard_hinge_loss lovasz_loss binary_lovasz_loss
segmentation lovasz_softmax_loss: lovasz_jaccard_loss
segmentation soft_cldice_loss: cldice_loss centerline_dice_loss
segmentation tversky_loss: jaccard_loss iou_loss
detection box_iou_loss: giou_loss diou_loss ciou_loss generalized_box_iou_loss
    distance_box_iou_loss complete_box_iou_loss
detection heatmap_focal_loss: gaussian_focal_loss penalty_reduced_focal_loss
    GaussianFocalLoss
detection quality_focal_loss: QualityFocalLoss qfl
detection varifocal_loss: VarifocalLoss vfl
image ssim_loss: structural_similarity dssim ms_ssim_loss msssim_loss
image total_variation_loss: tv_loss
audio si_sdr_loss: si_sdr sisdr neg_si_sdr SISDRLoss snr_loss SNRLoss si_snr_loss
    scale_invariant_signal_distortion_ratio signal_noise_ratio
audio stft_loss: STFTLoss multi_resolution_stft_loss MultiResolutionSTFTLoss
    MelSTFTLoss mel_spectrogram_loss spectral_convergence SpectralConvergenceLoss
    log_magnitude_loss STFTMagnitudeLoss
preference dpo_loss: direct_preference_optimization conservative_dpo cdpo_loss
    robust_dpo ipo_loss slic_loss slic_hf simpo_loss cpo_loss rso_loss exo_loss nca_loss
    bco_loss sppo_loss apo_loss reward_model_loss bradley_terry_loss
preference kto_loss: kahneman_tversky_optimization apo_zero_unpaired
preference orpo_loss: odds_ratio_preference_optimization odds_ratio_loss
reinforcement categorical_q_learning_loss: c51 categorical_double_q_learning
reinforcement categorical_td_loss: categorical_td_learning
reinforcement dpg_loss: ddpg deterministic_policy_gradient
reinforcement entropy_loss: entropy_bonus entropy_regularization
reinforcement grpo_loss: group_relative_policy_optimization gspo gspo_loss gspo_token
    dapo bnpo dr_grpo cispo clip_higher
reinforcement policy_gradient_loss: reinforce actor_critic_loss a2c_loss
    vanilla_policy_gradient
reinforcement ppo_clip_loss: ppo clipped_surrogate_pg_loss
reinforcement ppo_value_loss: clipped_value_loss value_clipping
reinforcement q_learning_loss: dqn double_q_learning sarsa expected_sarsa q_lambda
    persistent_q_learning
reinforcement qpg_loss:
reinforcement quantile_huber_loss: quantile_regression_loss
reinforcement quantile_q_learning_loss: qr_dqn quantile_expected_sarsa
reinforcement retrace_loss: retrace_continuous
reinforcement rm_loss: regret_matching_loss
reinforcement rpg_loss: regret_policy_gradient_loss
reinforcement sampled_kl_loss: approx_kl low_var_kl mse_kl kl_penalty k3_estimator
reinforcement td_loss: td_learning qv_learning td_error td_lambda value_loss vtrace
"""


def _parsed(table: str) -> dict[str, Loss]:
    lines = table.strip().replace("\n    ", " ").splitlines()
    losses = {}
    for line in lines:
        place, _, others = line.partition(":")
        family, name = place.split()
        module = family if "." in family else f"{family}._{name.removesuffix('_loss')}"
        losses[name] = Loss(name, f"funloss.{module}", tuple(others.split()))
    return losses


LOSSES = _parsed(_TABLE)
# In the order of the documentation.
FAMILIES = tuple(dict.fromkeys(loss.family for loss in LOSSES.values()))
# The module of every public name, sorted.
PUBLIC = dict(
    sorted([*HELPERS.items(), *((loss.name, loss.module) for loss in LOSSES.values())])
)
