"""The generalised Dice loss against its formula."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.cases.dice import extreme as pixels
from parity.cases.dice import labelled, last, masked, masked_pixels, plain, weighted
from parity.references.generalized_dice import generalized_dice

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
