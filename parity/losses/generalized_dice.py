"""The generalised Dice loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
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
    negative,
    plain,
    weighted,
)
from parity.losses.dice import extreme as pixels
from parity.packages.segmentation import generalized_dice_of_monai
from parity.references.generalized_dice import generalized_dice
from parity.row import Row

SOFTMAX = {"activation": ["softmax"]}


def extreme(rng):
    inputs = pixels(rng)
    # A class of one pixel beside one of three, and no target at all.
    input = np.stack([inputs["input"], -inputs["input"]], axis=1)
    target = np.asarray([[[1, 0, 0, 0], [0, 1, 1, 1]]] * 2 + [[[0] * 4] * 2])
    return {"input": input, "target": target}


def all_present(rng):
    target = [[[0, 1, 0, 0], [1, 0, 1, 0]], [[1, 1, 1, 1], [0, 0, 0, 1]]]
    return {"input": rng.random((2, 2, 4)), "target": np.asarray(target, float)}


def with_smooth(rng):
    inputs = plain(rng) | {"smooth": np.asarray(0.5)}
    # No target at all, and one that is missed whole.
    inputs["target"][1], inputs["input"][0, :, 1] = 0.0, 0.0
    return inputs


LOSS = fl.generalized_dice_loss

MONAI = Package(
    "monai GeneralizedDiceLoss",
    generalized_dice_of_monai,
    quirk="gives an absent class the largest weight; its weights are of float32, which "
    "has those of 1, 2 and 4 pixels exactly",
)

CASES = [
    Case(LOSS, generalized_dice, plain,
         [{"reduction": ["none", "mean", "sum"]}, {"dtype": ["float32"]}]),
    Case(LOSS, generalized_dice, labelled,
         [SOFTMAX | {"batch": [False, True]}, {"activation": ["sigmoid"]}]),
    Case(LOSS, generalized_dice, weighted, SOFTMAX, ("input", "weight")),
    Case(LOSS, generalized_dice, last, {"axis": [-1], "reduction": ["none"]}),
    Case(LOSS, generalized_dice, masked,
         [SOFTMAX | {"reduction": ["none", "mean"]},
          SOFTMAX | {"smooth": [1.0], "batch": [False, True]}]),
    Case(LOSS, generalized_dice, masked_pixels, {"reduction": ["mean"]}),
    Case(LOSS, generalized_dice, all_present,
         {"smooth": [0.0, 0.5], "reduction": ["none", "mean", "sum"]}, also=[MONAI]),
    Case(LOSS, generalized_dice, with_smooth, {"reduction": ["none", "mean"]},
         ("input", "smooth")),
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
                reals={"smooth": 0.625},
                misfit=MISFIT,
                bad_options=negative("smooth"),
                bad_values=tuple(bad for bad in OUTSIDE_PIXELS if bad[0] == "input"),
            )
        ],
        gates=[
            Gate(
                REGION_SHAPES,
                Limit(4.0, 4.0),
                Limit(0.0),
                Limit(91),
            )
        ],
        curve=Curve(**ONE_PIXEL, reference=generalized_dice),
        no_number="a number might be a label",
    ),
]
