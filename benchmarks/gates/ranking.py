"""Gates of the losses of ordered scores."""

from benchmarks.gate import Gate, Limit
from benchmarks.gates.shapes import ONE

__all__ = ["GATES"]

LISTS = 2 * ("f32[64,256]",)
STAGES = "ranks and row sums are stages over the pairs of a list, and kept in between"

GATES = (
    Gate("margin_ranking_loss", 3 * ONE, Limit(4.0, 4.0), Limit(8.4), Limit(19)),
    Gate(
        "ranking_softmax_loss",
        2 * ("f32[4096,256]",),
        Limit(1.7, 4.0),
        Limit(0.1),
        Limit(46),
    ),
    Gate(
        "poly1_softmax_loss",
        2 * ("f32[4096,256]",),
        Limit(6.1, 4.0),
        Limit(8.5),
        Limit(86),
        reason="the shares are written out beside the cost",
    ),
    Gate(
        "unique_softmax_loss",
        LISTS,
        Limit(17, 4.0),
        Limit(0.6),
        Limit(240),
        reason=STAGES,
    ),
    Gate("listmle_loss", LISTS, Limit(18, 4.0), Limit(0.6), Limit(320), reason=STAGES),
    Gate(
        "pairwise_hinge_loss",
        LISTS,
        Limit(4.7, 4.0),
        Limit(0.1),
        Limit(140),
        reason="counting the pairs reads the relevance once more",
    ),
    Gate(
        "pairwise_logistic_loss",
        LISTS,
        Limit(4.7, 4.0),
        Limit(0.1),
        Limit(140),
        reason="counting the pairs reads the relevance once more",
    ),
    Gate(
        "pairwise_logistic_loss",
        LISTS,
        Limit(700, 4.0),
        Limit(68),
        Limit(260),
        reason="four tables of the pairs of a list are written out with the ranks",
        options={"lambda_weight": "dcg"},
    ),
    Gate(
        "pairwise_logistic_loss",
        LISTS,
        Limit(14, 4.0),
        Limit(0.4),
        Limit(310),
        reason=STAGES,
        options={"lambda_weight": "dcg2"},
    ),
    Gate(
        "pairwise_soft_zero_one_loss",
        LISTS,
        Limit(270, 4.0),
        Limit(17),
        Limit(140),
        reason="value and slope share the constant of a sigmoid, written as a table",
    ),
    Gate(
        "pairwise_mse_loss",
        LISTS,
        Limit(6.4, 4.0),
        Limit(0.2),
        Limit(130),
        reason="the places of items are written out",
    ),
    Gate(
        "pairwise_quantile_loss",
        LISTS,
        Limit(4.7, 4.0),
        Limit(0.1),
        Limit(160),
        reason="counting the pairs reads the relevance once more",
    ),
    Gate(
        "approx_ndcg_loss",
        LISTS,
        Limit(280, 4.0),
        Limit(18),
        Limit(340),
        reason="value and slope share the constant of a sigmoid, written as a table",
    ),
)
