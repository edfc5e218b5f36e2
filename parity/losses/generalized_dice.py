"""The generalised Dice loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.info import LossInfo
from parity.losses.dice import (
    GUESS,
    MISFIT,
    ONE_PIXEL,
    OUTSIDE_PIXELS,
    PIXELS,
    REGION_SHAPES,
    labelled,
    last,
    masked,
    masked_pixels,
    plain,
    weighted,
)
from parity.losses.dice import extreme as pixels
from parity.references.generalized_dice import generalized_dice
from parity.row import Row

SOFTMAX = {"activation": ["softmax"]}


def extreme(rng):
    inputs = pixels(rng)
    # A class of one pixel beside one of three, and no target at all.
    input = np.stack([inputs["input"], -inputs["input"]], axis=1)
    target = np.asarray([[[1, 0, 0, 0], [0, 1, 1, 1]]] * 2 + [[[0] * 4] * 2])
    return {"input": input, "target": target}


LOSS = fl.generalized_dice_loss

CASES = [
    Case(LOSS, generalized_dice, plain,
         [{"reduction": ["none", "mean", "sum"]}, {"dtype": ["float32"]}]),
    Case(LOSS, generalized_dice, labelled,
         [SOFTMAX | {"batch": [False, True]}, {"activation": ["sigmoid"]}]),
    Case(LOSS, generalized_dice, weighted, SOFTMAX, ("input", "weight")),
    Case(LOSS, generalized_dice, last, {"axis": [-1], "reduction": ["none"]}),
    Case(LOSS, generalized_dice, masked, SOFTMAX | {"reduction": ["none", "mean"]}),
    Case(LOSS, generalized_dice, masked_pixels, {"reduction": ["mean"]}),
    Case(LOSS, generalized_dice, extreme,
         {"activation": ["sigmoid"], "reduction": ["none"]}, orders=1),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.generalized_dice_loss,
        cases=CASES,
        rows=[
            Row(
                {
                    "input": GUESS,
                    "target": [[[1, 0], [1, 1]], [[0, 1], [1, 0]], [[1, 1], [0, 1]]],
                },
                mask=PIXELS,
                misfit=MISFIT,
                bad_values=tuple(bad for bad in OUTSIDE_PIXELS if bad[0] == "input"),
            )
        ],
        gates=[
            Gate(
                REGION_SHAPES,
                Limit(4.0, 4.0),
                Limit(0.0),
                Limit(86),
            )
        ],
        curve=Curve(**ONE_PIXEL, reference=generalized_dice),
        no_number="a number might be a label",
    ),
]
