"""Losses of pairs against the pairs of each list."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import NO_ORDER, UNEQUAL
from parity.examples.ranking import GAIN, ITEMS, LIST_SHAPES, LISTS
from parity.info import LossInfo
from parity.references import ranking
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    input, target = rng.standard_normal((3, 5)), rng.integers(0, 4, (3, 5))
    input[0], target[0] = [1.5, 0.5, 0.0, 1.5, 3.5], [1, 0, 1, 3, 1]  # on corners
    target[1] = 2  # no pair
    return {"input": input, "target": target.astype(float)}


def with_margin(rng):
    return plain(rng) | {"margin": np.asarray(0.3125)}


def with_tau(rng):
    return plain(rng) | {"tau": np.asarray(0.3125)}


def masked(rng):
    inputs = plain(rng)
    where = np.ones((3, 5), bool)
    where[0, 2:4], where[1] = False, False
    inputs["input"][0, 2:4], inputs["target"][1] = [np.nan, np.inf], np.nan
    return inputs | {"weight": rng.random((3, 5)), "where": where}


def extreme(rng):
    input = rng.standard_normal((2, 5))
    input[0], input[1, 2] = [1e4, -1e4, 9984.0, 0.0, -1e4], -np.inf
    return {"input": input, "target": np.asarray([[1.0, 1, 0, 0, 2], [2, 1, 0, 1, 3]])}


GRID = {"reduction": REDUCTION}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
WEIGHTED = ("input", "weight")
LABELDIFF = NONE | {"lambda_weight": ["labeldiff"]}
DCG = NONE | {"lambda_weight": ["dcg"], "topn": [None, 2], "normalize": [False, True]}
DCG2 = NONE | {"lambda_weight": ["dcg2"], "topn": [None, 2]}
LINEAR = NONE | {"lambda_weight": ["dcg"], "gain": ["linear"]}
HINGE, LOGISTIC = fl.pairwise_hinge_loss, fl.pairwise_logistic_loss
ZERO_ONE, MSE = fl.pairwise_soft_zero_one_loss, fl.pairwise_mse_loss
QUANTILE = fl.pairwise_quantile_loss
# What pairs weigh is a constant, and no function of the relevance.
PAIRWISE_LOGISTIC_CASES = [
    Case(LOGISTIC, ranking.pairwise_logistic, plain,
         [GRID, NONE | {"axis": [0]}, LABELDIFF, DCG, DCG2, LINEAR]),
    Case(LOGISTIC, ranking.pairwise_logistic, masked,
         [{"reduction": ["mean"]}, DCG | {"topn": [2]}], WEIGHTED),
    Case(LOGISTIC, ranking.pairwise_logistic, extreme, NONE, orders=1),
]  # fmt: skip
PAIRWISE_HINGE_CASES = [
    Case(HINGE, ranking.pairwise_hinge, plain, NONE | {"margin": [1.0, 2.0]}),
    Case(HINGE, ranking.pairwise_hinge, with_margin, LINEAR, ("input", "margin")),
    Case(HINGE, ranking.pairwise_hinge, masked, GRID, WEIGHTED),
    Case(HINGE, ranking.pairwise_hinge, extreme, NONE, orders=1),
]  # fmt: skip
PAIRWISE_SOFT_ZERO_ONE_CASES = [
    Case(ZERO_ONE, ranking.pairwise_soft_zero_one, plain, [NONE, LINEAR]),
    Case(ZERO_ONE, ranking.pairwise_soft_zero_one, masked, GRID, WEIGHTED),
    Case(ZERO_ONE, ranking.pairwise_soft_zero_one, extreme, NONE, orders=1),
]  # fmt: skip
PAIRWISE_MSE_CASES = [
    Case(MSE, ranking.pairwise_mse, plain, NONE, BOTH),
    Case(MSE, ranking.pairwise_mse, plain, LINEAR),
    Case(MSE, ranking.pairwise_mse, masked, GRID, (*BOTH, "weight")),
]  # fmt: skip
PAIRWISE_QUANTILE_CASES = [
    Case(QUANTILE, ranking.pairwise_quantile, plain,
         NONE | {"tau": [0.25, 1.0], "squared": [False]}, BOTH),
    # At the corner of its curvature, torch takes the side that it was told to.
    Case(QUANTILE, ranking.pairwise_quantile, plain,
         NONE | {"tau": [0.25], "squared": [True]}, BOTH, orders=1),
    Case(QUANTILE, ranking.pairwise_quantile, with_tau,
         NONE | {"squared": [False, True]}, (*BOTH, "tau"), orders=1),
    Case(QUANTILE, ranking.pairwise_quantile, masked, GRID, (*BOTH, "weight")),
]  # fmt: skip

NO_LAMBDA = (
    {"normalize": True},
    "topn and normalize need lambda_weight 'dcg' or 'dcg2', got None",
)

TAU = "tau must be > 0 and <= 1, got"
LEAD = {"moved": "lead", "span": (-3.0, 3.0)}
PAIR = {"input": f64([0.0, 0.0]), "target": f64([1.0, 0.0])}
FIRST = {"input": f64([1.0, 0.0])}
COLUMNS = "what tables of pairs are made of is written out, so that these are not"
RANKS = "as without weights, and the ranks"

INFOS = [
    LossInfo(
        fl.pairwise_logistic_loss,
        cases=PAIRWISE_LOGISTIC_CASES,
        rows=[
            Row(LISTS, mask=ITEMS, mass=6, misfit=UNEQUAL),
            Row(
                LISTS,
                mask=ITEMS,
                mass=6,
                constants=("target",),
                options={"lambda_weight": "dcg2", "topn": 2, "normalize": True},
                bad_options=(({"topn": 0}, "topn must be >= 1, got 0"),),
            ),
        ],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(13, 4.0),
                Limit(0.5),
                Limit(150),
                cpu_temporaries=Limit(1.7),
                reason=COLUMNS,
            ),
            Gate(
                LIST_SHAPES,
                Limit(24, 4.0),
                Limit(0.9),
                Limit(210),
                cpu_temporaries=Limit(2.3),
                reason=RANKS,
                options={"lambda_weight": "dcg"},
            ),
            Gate(
                LIST_SHAPES,
                Limit(27, 4.0),
                Limit(1.0),
                Limit(310),
                cpu_temporaries=Limit(2.4),
                reason=RANKS,
                options={"lambda_weight": "dcg2"},
            ),
        ],
        curve=Curve(
            **LEAD,
            fixed="a pair",
            arrays=PAIR,
            along=FIRST,
            reference=ranking.pairwise_logistic,
        ),
        no_number=NO_ORDER,
    ),
    LossInfo(
        fl.pairwise_hinge_loss,
        cases=PAIRWISE_HINGE_CASES,
        rows=[
            Row(
                LISTS,
                mask=ITEMS,
                mass=6,
                reals={"margin": 0.8125},
                bad_options=(GAIN, NO_LAMBDA),
            )
        ],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(13, 4.0),
                Limit(0.5),
                Limit(150),
                cpu_temporaries=Limit(1.5),
                reason=COLUMNS,
            )
        ],
        curve=Curve(
            **LEAD,
            fixed="margin 1",
            arrays=PAIR,
            along=FIRST,
            reference=ranking.pairwise_hinge,
        ),
        no_number=NO_ORDER,
    ),
    LossInfo(
        fl.pairwise_soft_zero_one_loss,
        cases=PAIRWISE_SOFT_ZERO_ONE_CASES,
        rows=[Row(LISTS, mask=ITEMS, mass=6)],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(270, 4.0),
                Limit(18),
                Limit(140),
                cpu_temporaries=Limit(1.4),
                reason="value and gradient share the constant of a sigmoid, written "
                "as a table",
            )
        ],
        curve=Curve(
            **LEAD,
            fixed="a pair",
            arrays=PAIR,
            along=FIRST,
            reference=ranking.pairwise_soft_zero_one,
        ),
        no_number=NO_ORDER,
    ),
    LossInfo(
        fl.pairwise_mse_loss,
        cases=PAIRWISE_MSE_CASES,
        rows=[Row(LISTS, mask=ITEMS, mass=16)],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(9.0, 4.0),
                Limit(0.4),
                Limit(130),
                cpu_temporaries=Limit(1.2),
                reason=COLUMNS,
            )
        ],
        curve=Curve(
            **LEAD,
            fixed="a lead of 1 in relevance",
            arrays=PAIR,
            along=FIRST,
            reference=ranking.pairwise_mse,
        ),
        no_number=NO_ORDER,
    ),
    LossInfo(
        fl.pairwise_quantile_loss,
        cases=PAIRWISE_QUANTILE_CASES,
        rows=[
            Row(
                LISTS,
                mask=ITEMS,
                mass=6,
                reals={"tau": 0.25},
                bad_options=(
                    ({"tau": 0.0}, f"{TAU} 0.0"),
                    ({"tau": 1.5}, f"{TAU} 1.5"),
                ),
            )
        ],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(13, 4.0),
                Limit(0.5),
                Limit(170),
                cpu_temporaries=Limit(1.8),
                reason=COLUMNS,
            )
        ],
        curve=Curve(
            **LEAD,
            fixed="a lead of 1 in relevance, tau 0.75",
            arrays=PAIR,
            along=FIRST,
            options={"tau": 0.75},
            reference=ranking.pairwise_quantile,
        ),
        no_number=NO_ORDER,
    ),
]
