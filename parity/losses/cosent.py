"""CoSENT against its formula."""

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
from parity.losses.listmle import ORDERED
from parity.references.cosent import cosent
from parity.row import Row


def plain(rng):
    target = rng.random((3, 5))
    # No pair, and equal targets.
    target[0], target[1] = 1.0, [0.0, 1.0, 0.0, 3.0, 1.0]
    input = rng.uniform(-1, 1, (3, 5))
    input[1, 1:3] = 0.5
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng)
    where = np.ones((3, 5), bool)
    # The best and the worst item among them, and a list without items.
    where[1, [0, 2, 3]], where[2] = False, False
    inputs["input"][1, 2:4], inputs["target"][2] = [np.nan, np.inf], np.nan
    inputs["target"][1, 2] = np.inf
    return inputs | {"where": where}


def extreme(rng):
    input = rng.standard_normal((2, 5))
    input[0] = [1e4, -1e4, 9984.0, 0.0, -1e4]
    # Below all, as it should be.
    input[1, 2] = -np.inf
    return {"input": input, "target": np.asarray([[1.0, 1, 0, 0, 2], [2, 1, 0, 1, 3]])}


def with_scale(rng):
    return plain(rng) | {"scale": np.asarray(2.5)}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
LOSS = fl.cosent_loss

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, cosent, plain, [GRID, NONE | {"axis": [0], "scale": [1.0]}]),
            Case(LOSS, cosent, masked, GRID),
            # At -inf the reference's curvature is nan.
            Case(LOSS, cosent, extreme, NONE | {"scale": [1.0, 20.0]}, orders=1),
            Case(LOSS, cosent, with_scale, NONE, ("input", "scale")),
        ],
        rows=[
            Row(
                LISTS,
                mask=ITEMS,
                options={"scale": 2.0},
                constants=("target",),
                reals={"scale": 0.625},
                bad_options=not_above("scale", 0),
            )
        ],
        gates=[
            Gate(
                LIST_SHAPES,
                Limit(72, 4.0),
                Limit(1.3),
                Limit(980),
                reason=ORDERED,
            )
        ],
        curve=Curve(
            **SCORE,
            fixed=OTHERS,
            arrays=SHORT_LIST,
            along=BEST_ITEM,
            options={"scale": 2.0},
            reference=cosent,
        ),
        no_number=NO_ORDER,
    )
]
