"""Soft clDice against its formula and monai."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.info import LossInfo
from parity.losses.dice import (
    GUESS,
    LOGITS,
    MISFIT,
    OUTSIDE_PIXELS,
    PIXEL_LABELS,
    PIXELS,
    REGIONS,
    TRUTH,
    negative,
)
from parity.packages.segmentation import soft_cldice_of_monai
from parity.references.cldice import soft_cldice
from parity.row import Row

LOSS = fl.soft_cldice_loss
BOTH = ("input", "target")


def plain(rng):
    return {"input": rng.random((2, 2, 6, 7)), "target": rng.random((2, 2, 6, 7))}


def volume(rng):
    return {"input": rng.random((1, 2, 4, 5, 4)), "target": rng.random((1, 2, 4, 5, 4))}


def tubes(rng):
    # A line of three pixels and one of one, which is broken; nothing in either; a
    # region that is missed, and one that is not there.
    target = np.zeros((4, 7, 8))
    target[0, 1:4], target[0, 5] = 1.0, 1.0
    input = target.copy()
    input[0, 5, 3:5], input[0, 2, 0] = 0.0, 0.5
    target[2, 3], input[3, :, 3] = 1.0, 1.0
    return {"input": input, "target": target}


def labelled(rng):
    # Class 2 is absent.
    target = rng.integers(0, 2, (2, 5, 6))
    return {"input": 2 * rng.standard_normal((2, 3, 5, 6)), "target": target}


def weighted(rng):
    return labelled(rng) | {"weight": np.asarray([0.5, 0.0, 2.0])}


def last(rng):
    input = rng.random((2, 5, 3))
    return {"input": input, "target": rng.integers(0, 3, (2, 5))}


def masked(rng):
    where = rng.random((3, 1, 5, 6)) < 0.7
    where[1] = False
    target = rng.integers(0, 2, (3, 5, 6))
    inputs = {"input": 2 * rng.standard_normal((3, 3, 5, 6)), "target": target}
    inputs["input"][1], inputs["target"][1] = np.nan, 99
    return inputs | {"where": where}


def real(rng):
    return plain(rng) | {"smooth": np.asarray(0.5)}


NONE = {"reduction": ["none"]}
EACH = {"reduction": ["none", "mean", "sum"]}
SOFTMAX = {"activation": ["softmax"]}
MONAI = Package(
    "monai SoftclDiceLoss",
    soft_cldice_of_monai,
    quirk="adds up the classes of a sample, so each is given as a sample, and 1e-4 to "
    "a divisor, here 1e-300",
    options=NONE | {"iterations": [0, 1, 3]},
)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, soft_cldice, plain,
                 [EACH | {"iterations": [0, 1, 3]}, {"dtype": ["float32"]},
                  {"smooth": [0.0], "axis": [None, -1]}],
                 BOTH, also=[MONAI]),
            Case(LOSS, soft_cldice, volume, NONE | {"iterations": [1]}, BOTH,
                 also=[MONAI]),
            # Where regions are flat, second derivatives are those of ties.
            Case(LOSS, soft_cldice, tubes,
                 NONE | {"axis": [None], "iterations": [0, 2]}, BOTH, orders=1),
            Case(LOSS, soft_cldice, labelled,
                 [SOFTMAX, {"activation": ["sigmoid"]}]),
            Case(LOSS, soft_cldice, weighted, SOFTMAX, ("input", "weight")),
            Case(LOSS, soft_cldice, last, NONE | {"axis": [-1]}),
            Case(LOSS, soft_cldice, masked, EACH | SOFTMAX | {"iterations": [1]}),
            Case(LOSS, soft_cldice, real, {"iterations": [1]}, (*BOTH, "smooth")),
        ],
        rows=[
            Row(
                {"input": GUESS, "target": TRUTH},
                REGIONS,
                mask=PIXELS,
                reals={"smooth": 0.625},
                misfit=MISFIT,
                bad_options=(
                    *negative("smooth"),
                    ({"iterations": -1}, "iterations must be >= 0, got -1"),
                ),
                bad_values=OUTSIDE_PIXELS,
            ),
            Row(
                {"input": LOGITS, "target": PIXEL_LABELS},
                (3, 4),
                mask=(3, 2, 4),
                options={"activation": "softmax", "axis": -1, "iterations": 1},
            ),
        ],
        gates=[
            Gate(2 * ("f32[8,2,256,256]",), Limit(380), Limit(200), Limit(1500)),
        ],
        curve=Curve(
            "probability of one of five pixels",
            (0.0, 1.0),
            "it and both next to it, of 0.9 and 0.8, are in the region; the ends are "
            "not, with 0.2 and 0.1",
            {
                "input": f64([[0.2, 0.9, 0.0, 0.8, 0.1]]),
                "target": f64([[0.0, 1.0, 1.0, 1.0, 0.0]]),
            },
            {"input": f64([[0.0, 0.0, 1.0, 0.0, 0.0]])},
            {"axis": None},
            reference=soft_cldice,
        ),
        number=1.0,
        number_with={"axis": None},
        no_number="with a class axis a number might be a label",
    ),
]  # fmt: skip
