"""Dice and Tversky against their formulas."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references.dice import dice, tversky


def plain(rng):
    input = rng.random((2, 2, 4))
    target = np.where(rng.random((2, 2, 4)) < 0.5, 1.0, rng.random((2, 2, 4)))
    input[0], target[0] = [[0.0, 1.0, 0.5, 1.0]] * 2, [[0.0, 1.0, 1.0, 0.0]] * 2
    input[1, 1], target[1, 1] = 0.0, 0.0
    return {"input": input, "target": target}


def labelled(rng):
    # Class 2 is absent.
    input = 3 * rng.standard_normal((2, 3, 4))
    return {"input": input, "target": rng.integers(0, 2, (2, 4))}


def weighted(rng):
    weight = np.asarray([0.5, 0.0, 2.0])
    return labelled(rng) | {"weight": weight}


def last(rng):
    input = rng.random((2, 2, 3, 2))
    return {"input": input, "target": rng.integers(0, 2, (2, 2, 3))}


def masked(rng):
    where = np.asarray([[[True, False, True, True]] * 3, [[False] * 4] * 3])
    where[0, 1] = False
    inputs = labelled(rng) | {"where": where}
    inputs["input"][1], inputs["target"][1] = np.nan, 99
    return inputs


def masked_pixels(rng):
    where = np.asarray([True, True, False, False])
    inputs = plain(rng) | {"where": where}
    inputs["input"][:, :, 2], inputs["target"][:, :, 3] = np.inf, np.nan
    return inputs


def extreme(rng):
    input = [[1e4, -1e4, 1e4, -1e4], [np.inf, -np.inf, 0.0, -40.0], [20.0] * 4]
    target = [[1, 0, 0, 1], [1, 0, 1, 0], [1] * 4]
    return {"input": np.asarray(input), "target": np.asarray(target)}


def with_options(rng):
    names = {"alpha": 0.25, "beta": 0.75, "smooth": 0.5}
    return plain(rng) | {name: np.asarray(x) for name, x in names.items()}


SOFTMAX = {"activation": ["softmax"]}
BOTH = ("input", "target")
EACH = [{"reduction": ["none"]}, {"reduction": ["mean", "sum"]}]

CASES = [
    Case(fl.dice_loss, dice, plain,
         [*EACH, {"smooth": [1.0], "reduction": ["none"]},
          {"axis": [None], "batch": [False, True], "reduction": ["none"]},
          {"dtype": ["float32"]}], BOTH),
    Case(fl.dice_loss, dice, weighted,
         [SOFTMAX, {"activation": ["sigmoid"], "batch": [True]},
          SOFTMAX | {"absent": ["skip"]}], ("input", "weight")),
    Case(fl.dice_loss, dice, last, {"axis": [-1], "reduction": ["none"]}),
    Case(fl.dice_loss, dice, masked, {"activation": ["softmax", "sigmoid"]}),
    Case(fl.dice_loss, dice, masked_pixels, {"reduction": ["none", "mean"]}, BOTH),
    Case(fl.dice_loss, dice, extreme,
         {"activation": ["sigmoid"], "axis": [None], "reduction": ["none"]}, orders=1),
    Case(fl.tversky_loss, tversky, plain,
         [*EACH, {"alpha": [0.25, 2.0], "beta": [0.0], "reduction": ["none"]},
          {"batch": [True], "smooth": [0.5]}], BOTH),
    Case(fl.tversky_loss, tversky, with_options, {"reduction": ["none"]},
         ("input", "alpha", "beta", "smooth")),
    Case(fl.tversky_loss, tversky, weighted,
         SOFTMAX | {"absent": ["count", "skip"], "alpha": [0.25]}),
    Case(fl.tversky_loss, tversky, masked, SOFTMAX | {"reduction": ["none"]}),
    Case(fl.tversky_loss, tversky, extreme,
         {"activation": ["sigmoid"], "axis": [None], "alpha": [0.25], "beta": [0.75]},
         orders=1),
]  # fmt: skip
