"""ListMLE and unique softmax against draws of one item after the other."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import NO_ORDER
from parity.examples.ranking import (
    BEST_ITEM,
    GAIN,
    ITEMS,
    LIST_SHAPES,
    LISTS,
    OTHERS,
    SCORE,
    SHORT_LIST,
)
from parity.info import LossInfo
from parity.references.ranking import listmle, unique_softmax
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    target = rng.random((3, 5))
    target[0], target[1] = 1.0, [0.0, 1.0, 0.0, 3.0, 1.0]  # ties
    input = rng.standard_normal((3, 5))
    input[1, 1:3] = 0.5
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng)
    where = np.ones((3, 5), bool)
    where[1, 2:4], where[2] = False, False
    inputs["input"][1, 2:4], inputs["target"][2] = [np.nan, np.inf], np.nan
    return inputs | {"where": where}


def masked_weighted(rng):
    return masked(rng) | {"weight": rng.random((3, 5))}


def extreme(rng):
    input = rng.standard_normal((2, 5))
    input[0] = [1e4, -1e4, 9984.0, 0.0, -1e4]
    input[1, 2] = -np.inf  # the last of its list
    return {"input": input, "target": np.asarray([[1.0, 1, 0, 0, 2], [2, 1, 0, 1, 3]])}


GRID = {"reduction": REDUCTION}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
LISTMLE, UNIQUE = fl.listmle_loss, fl.unique_softmax_loss

# At -inf the reference's curvature is nan.
LISTMLE_CASES = [
    Case(LISTMLE, listmle, plain, [GRID, NONE | {"axis": [0]}]),
    Case(LISTMLE, listmle, masked, GRID),
    Case(LISTMLE, listmle, extreme, NONE, orders=1),
]
UNIQUE_SOFTMAX_CASES = [
    Case(UNIQUE, unique_softmax, plain, [GRID, NONE | {"gain": ["linear"]}], BOTH),
    Case(UNIQUE, unique_softmax, masked_weighted, GRID, (*BOTH, "weight")),
    Case(UNIQUE, unique_softmax, extreme, NONE, orders=1),
]

ORDERED = "items are sorted, and summed up in as many stages as a list doubles"

INFOS = [
    LossInfo(
        fl.listmle_loss,
        cases=LISTMLE_CASES,
        rows=[Row(LISTS, mask=ITEMS)],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(79, 4.0),
                Limit(1.3),
                Limit(931),
                reason=ORDERED,
            )
        ],
        curve=Curve(
            **SCORE,
            fixed=OTHERS,
            arrays=SHORT_LIST,
            along=BEST_ITEM,
            reference=listmle,
        ),
        no_number=NO_ORDER,
    ),
    LossInfo(
        fl.unique_softmax_loss,
        cases=UNIQUE_SOFTMAX_CASES,
        rows=[Row(LISTS, mask=ITEMS, bad_options=(GAIN,))],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(85, 4.0),
                Limit(1.3),
                Limit(967),
                reason=ORDERED,
            )
        ],
        curve=Curve(
            **SCORE,
            fixed=OTHERS,
            arrays=SHORT_LIST,
            along=BEST_ITEM,
            reference=unique_softmax,
        ),
        no_number=NO_ORDER,
    ),
]
