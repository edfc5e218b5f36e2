"""Gates of the losses of ordered scores."""

from benchmarks.gate import Gate, Limit
from benchmarks.gates.shapes import ONE

__all__ = ["GATES"]

LISTS = 2 * ("f32[64,256]",)
ORDERED = "items are sorted, and summed up in as many stages as a list doubles"
COLUMNS = "what tables of pairs are made of is written out, so that these are not"
RANKS = "as without weights, and the ranks"

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
        Limit(85, 4.0),
        Limit(1.3),
        Limit(960),
        reason=ORDERED,
    ),
    Gate("listmle_loss", LISTS, Limit(79, 4.0), Limit(1.3), Limit(930), reason=ORDERED),
    Gate(
        "pairwise_hinge_loss",
        LISTS,
        Limit(13, 4.0),
        Limit(0.5),
        Limit(150),
        reason=COLUMNS,
    ),
    Gate(
        "pairwise_logistic_loss",
        LISTS,
        Limit(13, 4.0),
        Limit(0.5),
        Limit(150),
        reason=COLUMNS,
    ),
    Gate(
        "pairwise_logistic_loss",
        LISTS,
        Limit(24, 4.0),
        Limit(0.9),
        Limit(210),
        reason=RANKS,
        options={"lambda_weight": "dcg"},
    ),
    Gate(
        "pairwise_logistic_loss",
        LISTS,
        Limit(27, 4.0),
        Limit(1.0),
        Limit(310),
        reason=RANKS,
        options={"lambda_weight": "dcg2"},
    ),
    Gate(
        "pairwise_soft_zero_one_loss",
        LISTS,
        Limit(270, 4.0),
        Limit(18),
        Limit(140),
        reason="value and slope share the constant of a sigmoid, written as a table",
    ),
    Gate(
        "pairwise_mse_loss",
        LISTS,
        Limit(9.0, 4.0),
        Limit(0.4),
        Limit(130),
        reason=COLUMNS,
    ),
    Gate(
        "pairwise_quantile_loss",
        LISTS,
        Limit(13, 4.0),
        Limit(0.5),
        Limit(170),
        reason=COLUMNS,
    ),
    Gate(
        "approx_ndcg_loss",
        LISTS,
        Limit(280, 4.0),
        Limit(18),
        Limit(120),
        reason="value and slope share the constant of a sigmoid, written as a table",
    ),
)
