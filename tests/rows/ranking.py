"""Rows of the losses of ordered scores."""

import funloss as fl
from tests.row import Row
from tests.rows.arrays import GRID, SCORES, SIGNS, UNEQUAL, X, Y, not_above

__all__ = ["ROWS"]

RELEVANCE = [[0.25, 0.75, 0.5, 1.0], [0.5, 0.25, 1.25, 0.0], [0.25, 1.5, 0.6875, 1.125]]
LISTS = {"input": SCORES, "target": RELEVANCE}
GRADES = LISTS | {"target": [[0, 1, 0, 2], [1, 0, 3, 0], [1, 3, 2, 2]]}
ITEMS = (3, 4)
GAIN = {"gain": "log"}, "gain must be 'exponential' or 'linear', got 'log'"
NO_LAMBDA = (
    {"normalize": True},
    "topn and normalize need lambda_weight 'dcg' or 'dcg2', got None",
)
NO_LAMBDA_GAIN = (
    {"gain": "linear"},
    "gain 'linear' needs lambda_weight 'dcg' or 'dcg2', got None",
)
TAU = "tau must be > 0 and <= 1, got"

ROWS = [
    Row(
        fl.margin_ranking_loss,
        {"input1": X, "input2": Y, "target": SIGNS},
        GRID,
        reals={"margin": 0.625},
        misfit=(
            {"input1": (3, 1), "input2": (3,), "target": (3, 1)},
            "numbers of dimensions must be equal, got input1 (3, 1), input2 (3,)",
        ),
    ),
    Row(fl.ranking_softmax_loss, LISTS, mask=ITEMS, misfit=UNEQUAL),
    Row(fl.poly1_softmax_loss, LISTS, mask=ITEMS, reals={"epsilon": 0.625}),
    Row(fl.unique_softmax_loss, LISTS, mask=ITEMS, bad_options=(GAIN,)),
    Row(fl.listmle_loss, LISTS, mask=ITEMS),
    Row(
        fl.pairwise_hinge_loss,
        LISTS,
        mask=ITEMS,
        mass=6,
        reals={"margin": 0.8125},
        bad_options=(GAIN, NO_LAMBDA),
    ),
    Row(fl.pairwise_logistic_loss, LISTS, mask=ITEMS, mass=6, misfit=UNEQUAL),
    Row(
        fl.pairwise_logistic_loss,
        LISTS,
        mask=ITEMS,
        mass=6,
        constants=("target",),
        options={"lambda_weight": "dcg2", "topn": 2, "normalize": True},
        bad_options=(({"topn": 0}, "topn must be >= 1, got 0"),),
    ),
    Row(fl.pairwise_soft_zero_one_loss, LISTS, mask=ITEMS, mass=6),
    Row(fl.pairwise_mse_loss, LISTS, mask=ITEMS, mass=16),
    Row(
        fl.pairwise_quantile_loss,
        LISTS,
        mask=ITEMS,
        mass=6,
        reals={"tau": 0.25},
        bad_options=(
            ({"tau": 0.0}, f"{TAU} 0.0"),
            ({"tau": 1.5}, f"{TAU} 1.5"),
        ),
    ),
    Row(
        fl.approx_ndcg_loss,
        GRADES,
        mask=ITEMS,
        reals={"temperature": 0.625},
        bad_options=not_above("temperature", 0),
    ),
]
