"""Softmax of lists, and PolyLoss, against closed forms of each list."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import NO_ORDER, UNEQUAL
from parity.examples.ranking import BEST_ITEM, ITEMS, LISTS, OTHERS, SCORE, SHORT_LIST
from parity.info import LossInfo
from parity.references.ranking import poly1_softmax, ranking_softmax
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    target = rng.random((3, 5))
    target[0], target[1] = 0.0, [0.0, 1.0, 0.0, 3.0, 0.0]
    return {"input": rng.standard_normal((3, 5)), "target": target}


def with_epsilon(rng):
    return plain(rng) | {"epsilon": np.asarray(0.3125)}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((3, 5))}
    where = np.ones((3, 5), bool)
    where[1, 2:4], where[2] = False, False
    inputs["input"][1, 2:4], inputs["target"][2] = [np.nan, np.inf], np.nan
    return inputs | {"where": where}


def extreme(rng):
    input = rng.standard_normal((2, 5))
    input[0], input[1, 2:4] = [1e4, -1e4, 9984.0, 0.0, -1e4], -np.inf
    return {"input": input, "target": np.asarray([[1.0, 1, 0, 0, 2], [1, 0, 0, 0, 3]])}


GRID = {"reduction": REDUCTION}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
WEIGHTED = (*BOTH, "weight")
SOFTMAX, POLY1 = fl.ranking_softmax_loss, fl.poly1_softmax_loss

# At -inf the reference's curvature is nan.
RANKING_SOFTMAX_CASES = [
    Case(SOFTMAX, ranking_softmax, plain, [GRID, NONE | {"axis": [0]}], BOTH),
    Case(SOFTMAX, ranking_softmax, masked, GRID, WEIGHTED),
    Case(SOFTMAX, ranking_softmax, extreme, NONE, orders=1),
]
POLY1_SOFTMAX_CASES = [
    Case(POLY1, poly1_softmax, plain, NONE | {"epsilon": [0.0, 2.5]}, BOTH),
    Case(POLY1, poly1_softmax, with_epsilon, NONE, (*BOTH, "epsilon")),
    Case(POLY1, poly1_softmax, masked, GRID, WEIGHTED),
    Case(POLY1, poly1_softmax, extreme, NONE, orders=1),
]


INFOS = [
    LossInfo(
        fl.ranking_softmax_loss,
        cases=RANKING_SOFTMAX_CASES,
        rows=[Row(LISTS, mask=ITEMS, misfit=UNEQUAL)],
        gates=[
            Gate(
                2 * ("f32[4096,256]",),
                Limit(1.7, 4.0),
                Limit(0.1),
                Limit(47),
                # The exponentials, in place of a sum that divides each product.
                cpu_temporaries=Limit(4.3),
            )
        ],
        curve=Curve(
            **SCORE,
            fixed=OTHERS,
            arrays=SHORT_LIST,
            along=BEST_ITEM,
            reference=ranking_softmax,
        ),
        no_number=NO_ORDER,
    ),
    LossInfo(
        fl.poly1_softmax_loss,
        cases=POLY1_SOFTMAX_CASES,
        rows=[Row(LISTS, mask=ITEMS, reals={"epsilon": 0.625})],
        gates=[
            Gate(
                2 * ("f32[4096,256]",),
                Limit(6.1, 4.0),
                Limit(8.5),
                Limit(87),
                cpu_temporaries=Limit(13),
                reason="the shares are written out beside the loss",
            )
        ],
        curve=Curve(
            **SCORE,
            fixed=OTHERS,
            arrays=SHORT_LIST,
            along=BEST_ITEM,
            reference=poly1_softmax,
        ),
        no_number=NO_ORDER,
    ),
]
