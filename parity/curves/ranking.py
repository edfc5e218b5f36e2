"""Curves of the losses of ordered scores."""

from parity.curve import Curve
from parity.differences.arrays import f64
from parity.references import ranking

__all__ = ["CURVES"]

LEAD = {"moved": "lead", "span": (-3.0, 3.0)}
PAIR = {"input": f64([0.0, 0.0]), "target": f64([1.0, 0.0])}
FIRST = {"input": f64([1.0, 0.0])}
SCORE = {"moved": "score of the best item", "span": (-3.0, 4.0)}
LIST = {"input": f64([0.0, 0.0, 1.0]), "target": f64([2.0, 0.0, 1.0])}
FIRST_OF_3 = {"input": f64([1.0, 0.0, 0.0])}
OTHERS = "two others at 0 and 1"

CURVES = [
    Curve(
        "margin_ranking_loss",
        "score that should be larger",
        (-3.0, 3.0),
        "the other score 0; margin 0.5",
        {"input1": f64(0.0), "input2": f64(0.0), "target": f64(1.0)},
        {"input1": f64(1.0)},
        {"margin": 0.5},
    ),
    Curve(
        "pairwise_hinge_loss",
        **LEAD,
        fixed="margin 1",
        arrays=PAIR,
        along=FIRST,
        reference=ranking.pairwise_hinge,
    ),
    Curve(
        "pairwise_logistic_loss",
        **LEAD,
        fixed="a pair",
        arrays=PAIR,
        along=FIRST,
        reference=ranking.pairwise_logistic,
    ),
    Curve(
        "pairwise_soft_zero_one_loss",
        **LEAD,
        fixed="a pair",
        arrays=PAIR,
        along=FIRST,
        reference=ranking.pairwise_soft_zero_one,
    ),
    Curve(
        "pairwise_mse_loss",
        **LEAD,
        fixed="a lead of 1 in relevance",
        arrays=PAIR,
        along=FIRST,
        reference=ranking.pairwise_mse,
    ),
    Curve(
        "pairwise_quantile_loss",
        **LEAD,
        fixed="a lead of 1 in relevance, tau 0.75",
        arrays=PAIR,
        along=FIRST,
        options={"tau": 0.75},
        reference=ranking.pairwise_quantile,
    ),
    Curve(
        "ranking_softmax_loss",
        **SCORE,
        fixed=OTHERS,
        arrays=LIST,
        along=FIRST_OF_3,
        reference=ranking.ranking_softmax,
    ),
    Curve(
        "poly1_softmax_loss",
        **SCORE,
        fixed=OTHERS,
        arrays=LIST,
        along=FIRST_OF_3,
        reference=ranking.poly1_softmax,
    ),
    Curve(
        "unique_softmax_loss",
        **SCORE,
        fixed=OTHERS,
        arrays=LIST,
        along=FIRST_OF_3,
        reference=ranking.unique_softmax,
    ),
    Curve(
        "listmle_loss",
        **SCORE,
        fixed=OTHERS,
        arrays=LIST,
        along=FIRST_OF_3,
        reference=ranking.listmle,
    ),
    Curve(
        "approx_ndcg_loss",
        **SCORE,
        fixed=OTHERS,
        arrays=LIST,
        along=FIRST_OF_3,
        reference=ranking.approx_ndcg,
    ),
]
