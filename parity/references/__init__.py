"""What the losses are held against where `torch.nn.functional` does not suffice.

Each is put together from torch's own functions, so it is differentiated by torch.
"""

from parity.references.adapters import kept, on_axes, on_axis
from parity.references.alignment import (
    ctc_by_enumeration,
    ctc_by_recursion,
    ctc_with_true_derivative,
)
from parity.references.formulas import (
    binary_cross_entropy_at_infinity,
    cosine_similarity_where,
    kl_div_batchmean_where,
    multi_margin_composed,
    multilabel_margin_composed,
    multilabel_margin_last_axis,
    multilabel_soft_margin_axis,
    pairwise_distance_where,
    pdist_composed,
    soft_margin_with_softplus,
)
from parity.references.layers import (
    adaptive_log_softmax_with_loss,
    linear_cross_entropy,
    linear_cross_entropy_of_rows,
    linear_cross_entropy_where,
    linear_cross_entropy_with_z_loss,
)
from parity.references.options import (
    cross_entropy_of_smoothing,
    cross_entropy_with_z_loss,
    hinge_embedding_of_margin,
    huber_of_delta,
    margin_ranking_of_margin,
    smooth_l1_of_beta,
)

__all__ = [
    "EXPECTED_WARNINGS",
    "LIBRARY",
    "adaptive_log_softmax_with_loss",
    "binary_cross_entropy_at_infinity",
    "cosine_similarity_where",
    "cross_entropy_of_smoothing",
    "cross_entropy_with_z_loss",
    "ctc_by_enumeration",
    "ctc_by_recursion",
    "ctc_with_true_derivative",
    "hinge_embedding_of_margin",
    "huber_of_delta",
    "kept",
    "kl_div_batchmean_where",
    "linear_cross_entropy",
    "linear_cross_entropy_of_rows",
    "linear_cross_entropy_where",
    "linear_cross_entropy_with_z_loss",
    "margin_ranking_of_margin",
    "multi_margin_composed",
    "multilabel_margin_composed",
    "multilabel_margin_last_axis",
    "multilabel_soft_margin_axis",
    "on_axes",
    "on_axis",
    "pairwise_distance_where",
    "pdist_composed",
    "smooth_l1_of_beta",
    "soft_margin_with_softplus",
]

LIBRARY = "torch"

# The reference's own, about what the cases do on purpose.
EXPECTED_WARNINGS = (
    "reduction: 'mean' divides the total loss by both the batch size",
    "Using a target size",
)
