"""Smoothed gain of lists against ranks counted item by item."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import NO_ORDER, not_above
from parity.examples.ranking import (
    BEST_ITEM,
    ITEMS,
    LIST_SHAPES,
    LISTS,
    OTHERS,
    SCORE,
    SHORT_LIST,
)
from parity.info import LossInfo
from parity.references.ranking import approx_ndcg
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    input, target = rng.standard_normal((3, 5)), rng.random((3, 5))
    input[0] = [0.5, 1.5, 0.5, -0.5, 2.5]  # ties, and leads on the corner of a hinge
    target[0], target[1] = [1.0, 0.0, 2.0, 2.0, 0.0], 0.0
    return {"input": input, "target": target}


def with_temperature(rng):
    return plain(rng) | {"temperature": np.asarray(0.3125)}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((3, 5))}
    where = np.ones((3, 5), bool)
    where[0, 2:4], where[1] = False, False
    inputs["input"][0, 2:4], inputs["target"][1] = [np.nan, np.inf], np.nan
    return inputs | {"where": where}


def extreme(rng):
    input = rng.standard_normal((2, 5))
    input[0], input[1, 1:3] = [1e4, -1e4, 9984.0, 0.0, -1e4], -np.inf
    return {"input": input, "target": np.asarray([[1.0, 1, 0, 0, 2], [2, 1, 0, 1, 3]])}


GRID = {"reduction": REDUCTION}
NONE = {"reduction": ["none"]}
STEP = {"step": ["sigmoid", "hinge"]}
BOTH = ("input", "target")
NDCG = fl.approx_ndcg_loss

CASES = [
    Case(NDCG, approx_ndcg, plain,
         [NONE | STEP | {"temperature": [0.25, 1.0]}, NONE | {"topn": [1, 3]},
          NONE | {"gain": ["linear"]}, NONE | {"axis": [0]}], BOTH),
    Case(NDCG, approx_ndcg, with_temperature, NONE | STEP, (*BOTH, "temperature"),
         orders=1),
    Case(NDCG, approx_ndcg, masked, GRID, (*BOTH, "weight")),
    Case(NDCG, approx_ndcg, extreme, NONE | STEP, orders=1),
]  # fmt: skip

GRADES = LISTS | {"target": [[0, 1, 0, 2], [1, 0, 3, 0], [1, 3, 2, 2]]}

INFOS = [
    LossInfo(
        fl.approx_ndcg_loss,
        cases=CASES,
        rows=[
            Row(
                GRADES,
                mask=ITEMS,
                reals={"temperature": 0.625},
                bad_options=not_above("temperature", 0),
            )
        ],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(280, 4.0),
                Limit(18),
                Limit(125),
                cpu_temporaries=Limit(1.2),
                reason="value and gradient share the constant of a sigmoid, written "
                "as a table",
            )
        ],
        curve=Curve(
            **SCORE,
            fixed=OTHERS,
            arrays=SHORT_LIST,
            along=BEST_ITEM,
            reference=approx_ndcg,
        ),
        no_number=NO_ORDER,
    ),
]
