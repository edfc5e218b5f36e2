"""Dice and Tversky against their formulas."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import SCORES, P, Q
from parity.info import LossInfo
from parity.packages.segmentation import dice_of_smp, tversky_of_smp
from parity.references.dice import dice, tversky
from parity.row import Row


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

BATCH = {"axis": [-1], "batch": [True]}
SMP = "counts pairs by |p - t|, which is the formula for labels alone; the whole batch"
DICE_OF_SMP = Package(
    "segmentation-models-pytorch DiceLoss",
    dice_of_smp,
    quirk=f"{SMP}; adds smooth twice, so it gets the half",
    options=BATCH | {"smooth": [0.0, 1.0]},
)
TVERSKY_OF_SMP = Package(
    "segmentation-models-pytorch TverskyLoss", tversky_of_smp, quirk=SMP
)

DICE_CASES = [
    Case(fl.dice_loss, dice, plain,
         [*EACH, {"smooth": [1.0], "reduction": ["none"]},
          {"axis": [None], "batch": [False, True], "reduction": ["none"]},
          {"dtype": ["float32"]}], BOTH),
    Case(fl.dice_loss, dice, weighted,
         [SOFTMAX, {"activation": ["sigmoid"], "batch": [True]},
          SOFTMAX | {"absent": ["skip"]}], ("input", "weight")),
    Case(fl.dice_loss, dice, last, {"axis": [-1], "reduction": ["none"]},
         also=[DICE_OF_SMP]),
    Case(fl.dice_loss, dice, masked, {"activation": ["softmax", "sigmoid"]}),
    Case(fl.dice_loss, dice, masked_pixels, {"reduction": ["none", "mean"]}, BOTH),
    Case(fl.dice_loss, dice, extreme,
         {"activation": ["sigmoid"], "axis": [None], "reduction": ["none"]}, orders=1),
]  # fmt: skip
TVERSKY_CASES = [
    Case(fl.tversky_loss, tversky, plain,
         [*EACH, {"alpha": [0.25, 2.0], "beta": [0.0], "reduction": ["none"]},
          {"batch": [True], "smooth": [0.5]}], BOTH),
    Case(fl.tversky_loss, tversky, last,
         BATCH | {"smooth": [0.0, 0.5], "alpha": [0.25], "beta": [0.75]},
         also=[TVERSKY_OF_SMP]),
    Case(fl.tversky_loss, tversky, with_options, {"reduction": ["none"]},
         ("input", "alpha", "beta", "smooth")),
    Case(fl.tversky_loss, tversky, weighted,
         SOFTMAX | {"absent": ["count", "skip"], "alpha": [0.25]}),
    Case(fl.tversky_loss, tversky, masked, SOFTMAX | {"reduction": ["none"]}),
    Case(fl.tversky_loss, tversky, extreme,
         {"activation": ["sigmoid"], "axis": [None], "alpha": [0.25], "beta": [0.75]},
         orders=1),
]  # fmt: skip

# Two classes of two pixels, and two pixels of four classes, which come last there:
# what is last, pixels or classes, can lie on several devices.
GUESS = [[p, q] for p, q in zip(P, Q, strict=True)]
TRUTH = [[q, p[::-1]] for p, q in zip(P, Q, strict=True)]
REGIONS, PIXELS = (3, 2), (3, 2, 2)
MISFIT = (
    {"input": (3, 2, 2), "target": (3, 2, 1)},
    "shapes must be equal, got input (3, 2, 2), target (3, 2, 1)",
)

OUTSIDE_PIXELS = tuple(
    (name, (1, 0, 1), x, f"{name} must be in 0..1, got {x} at (1, 0, 1){advice}")
    for name, advice in (
        ("input", ": of scores, pass activation='softmax' or 'sigmoid'"),
        ("target", ""),
    )
    for x in (1.5, -0.25)
)


def negative(*names):
    """Return each option below 0."""
    return tuple(({name: -1.0}, f"{name} must be >= 0, got -1.0") for name in names)


LOGITS = [[row, row[::-1]] for row in SCORES]
PIXEL_LABELS = [[0, 3], [1, 1], [2, 0]]
ONE_PIXEL = {
    "moved": "probability of one of four pixels",
    "span": (0.0, 1.0),
    "fixed": "it is in the region, as is one other with probability 0.5; two are not, "
    "with 0.25 each",
    "arrays": {
        "input": f64([[0.0, 0.5, 0.25, 0.25]]),
        "target": f64([[1.0, 1.0, 0.0, 0.0]]),
    },
    "along": {"input": f64([[1.0, 0.0, 0.0, 0.0]])},
}

REGION_SHAPES = 2 * ("f32[8,4,65536]",)
LABELLED_SHAPES = ("f32[8,4,65536]", "i32[8,65536]")

INFOS = [
    LossInfo(
        fl.dice_loss,
        cases=DICE_CASES,
        rows=[
            Row(
                {"input": GUESS, "target": TRUTH},
                REGIONS,
                mask=PIXELS,
                reals={"smooth": 0.625},
                misfit=MISFIT,
                bad_options=(
                    *negative("smooth"),
                    (
                        {"absent": "drop"},
                        "absent must be 'count' or 'skip', got 'drop'",
                    ),
                ),
                bad_values=OUTSIDE_PIXELS,
            ),
            Row(
                {"input": LOGITS, "target": PIXEL_LABELS},
                (3, 4),
                mask=(3, 2, 4),
                options={"activation": "softmax", "axis": -1},
            ),
        ],
        gates=[
            Gate(REGION_SHAPES, Limit(4.0, 4.0), Limit(0.0), Limit(64)),
            Gate(
                LABELLED_SHAPES,
                Limit(10, 4.0),
                Limit(40),
                Limit(83),
                reason="softmax and the table of labels are written out",
                options={"activation": "softmax"},
            ),
        ],
        curve=Curve(**ONE_PIXEL, reference=dice),
        number=1.0,
        number_with={"axis": None},
        no_number="with a class axis a number might be a label",
        idle={"absent": "no class of the row is absent"},
    ),
    LossInfo(
        fl.tversky_loss,
        cases=TVERSKY_CASES,
        rows=[
            Row(
                {"input": GUESS, "target": TRUTH},
                REGIONS,
                mask=PIXELS,
                reals={"alpha": 0.625, "beta": 1.25, "smooth": 0.375},
                misfit=MISFIT,
                bad_options=negative("alpha", "beta", "smooth"),
                bad_values=OUTSIDE_PIXELS,
            )
        ],
        gates=[
            Gate(REGION_SHAPES, Limit(4.0, 4.0), Limit(0.0), Limit(66)),
            Gate(
                REGION_SHAPES,
                Limit(5.7, 4.0),
                Limit(17),
                Limit(69),
                reason="sigmoid of both signs is written out",
                options={"activation": "sigmoid"},
            ),
        ],
        curve=Curve(**ONE_PIXEL, reference=tversky),
        number=1.0,
        number_with={"axis": None},
        no_number="with a class axis a number might be a label",
        idle={"absent": "no class of the row is absent"},
    ),
]
