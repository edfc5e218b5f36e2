"""Losses of pairs against the pairs of each list."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import ranking

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
CASES = [
    Case(LOGISTIC, ranking.pairwise_logistic, plain,
         [GRID, NONE | {"axis": [0]}, LABELDIFF, DCG, DCG2, LINEAR]),
    Case(LOGISTIC, ranking.pairwise_logistic, masked,
         [{"reduction": ["mean"]}, DCG | {"topn": [2]}], WEIGHTED),
    Case(LOGISTIC, ranking.pairwise_logistic, extreme, NONE, orders=1),
    Case(HINGE, ranking.pairwise_hinge, plain, NONE | {"margin": [1.0, 2.0]}),
    Case(HINGE, ranking.pairwise_hinge, with_margin, LINEAR, ("input", "margin")),
    Case(HINGE, ranking.pairwise_hinge, masked, GRID, WEIGHTED),
    Case(HINGE, ranking.pairwise_hinge, extreme, NONE, orders=1),
    Case(ZERO_ONE, ranking.pairwise_soft_zero_one, plain, [NONE, LINEAR]),
    Case(ZERO_ONE, ranking.pairwise_soft_zero_one, masked, GRID, WEIGHTED),
    Case(ZERO_ONE, ranking.pairwise_soft_zero_one, extreme, NONE, orders=1),
    Case(MSE, ranking.pairwise_mse, plain, NONE, BOTH),
    Case(MSE, ranking.pairwise_mse, plain, LINEAR),
    Case(MSE, ranking.pairwise_mse, masked, GRID, (*BOTH, "weight")),
    Case(QUANTILE, ranking.pairwise_quantile, plain,
         NONE | {"tau": [0.25, 1.0], "squared": [False]}, BOTH),
    # At the corner of its curvature, torch takes the side that it was told to.
    Case(QUANTILE, ranking.pairwise_quantile, plain,
         NONE | {"tau": [0.25], "squared": [True]}, BOTH, orders=1),
    Case(QUANTILE, ranking.pairwise_quantile, with_tau,
         NONE | {"squared": [False, True]}, (*BOTH, "tau"), orders=1),
    Case(QUANTILE, ranking.pairwise_quantile, masked, GRID, (*BOTH, "weight")),
]  # fmt: skip
