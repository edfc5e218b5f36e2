"""Lovász losses against differences of Jaccard losses, kornia and smp."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import SCORES
from parity.info import LossInfo
from parity.losses.dice import (
    GUESS,
    LOGITS,
    MISFIT,
    OUTSIDE_PIXELS,
    PIXEL_LABELS,
    PIXELS,
    REGIONS,
    extreme,
    labelled,
    last,
    masked,
    weighted,
)
from parity.packages.segmentation import (
    lovasz_hinge_of_kornia,
    lovasz_hinge_of_smp,
    lovasz_softmax_of_kornia,
    lovasz_softmax_of_smp,
)
from parity.references.lovasz import lovasz_hinge, lovasz_softmax
from parity.row import Row


def scored(rng):
    # The last picture has nothing in its region, the first has everything.
    target = rng.integers(0, 2, (4, 3, 5))
    target[0], target[-1] = 1, 0
    return {"input": 2 * rng.standard_normal((4, 3, 5)), "target": target}


def tied(rng):
    del rng
    input = [[0.0, 0.0, 0.5, -0.5, 0.0], [1.0, -1.0, 1.0, -1.0, 1.0]]
    target = [[1, 0, 0, 1, 1], [1, 0, 0, 1, 1]]
    return {"input": np.asarray(input), "target": np.asarray(target)}


def weighted_scores(rng):
    return scored(rng) | {"weight": np.asarray([0.5, 2.0, 0.0, 1.5])}


def masked_scores(rng):
    inputs = scored(rng)
    where = rng.random((4, 3, 5)) < 0.7
    where[1] = False
    input, target = inputs["input"], inputs["target"].astype(float)
    input[1, 0], target[1, 1] = np.nan, 7
    input[~where], target[2][~where[2]] = np.inf, np.nan
    return {"input": input, "target": target, "where": where}


def extreme_scores(rng):
    del rng
    input = [[1e4, -1e4, 1e4, -1e4], [8.0, -8.0, 0.0, -40.0], [1e4] * 4]
    target = [[1, 0, 0, 1], [1, 0, 1, 0], [0] * 4]
    return {"input": np.asarray(input), "target": np.asarray(target)}


def plain(rng):
    # No probability is its target: at 0 the distance of the two has no derivative.
    input = rng.random((2, 2, 4)) * 0.75 + 0.125
    return {"input": input, "target": rng.integers(0, 2, (2, 2, 4)).astype(float)}


def masked_pixels(rng):
    where = np.asarray([True, True, True, False])
    inputs = plain(rng) | {"where": where}
    inputs["input"][:, :, 3], inputs["target"][:, :, 3] = np.inf, np.nan
    return inputs


def certain(rng):
    del rng
    # The Jaccard loss: 1 - 1 / 3; nothing wrong; all wrong; nothing there.
    input = [[1.0, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    target = [[1.0, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 1], [0, 0, 0, 0]]
    return {"input": np.asarray(input), "target": np.asarray(target)}


NONE = {"reduction": ["none"]}
EACH = {"reduction": ["none", "mean", "sum"]}
BATCH = {"batch": [False, True]}
SORTED = "pixels are sorted, with where they stood, and counted as they come"
HINGE = fl.lovasz_hinge_loss
HINGE_OF_KORNIA = Package(
    "kornia lovasz_hinge_loss", lovasz_hinge_of_kornia, options={}
)
HINGE_OF_SMP = Package(
    "segmentation-models-pytorch LovaszLoss",
    lovasz_hinge_of_smp,
    1e-5,
    "of float32 inside, where differences cancel; a batch as a whole",
    options={"batch": [True]},
)
SOFTMAX = fl.lovasz_softmax_loss
SCORED = {"activation": ["softmax"]}
ABSENT = {"absent": ["count", "skip"]}
NO_AXIS = {"axis": [None], "batch": [False, True]}
SOFTMAX_OF_KORNIA = Package(
    "kornia lovasz_softmax_loss",
    lovasz_softmax_of_kornia,
    options=SCORED | {"absent": ["count"]},
)
SOFTMAX_OF_SMP = Package(
    "segmentation-models-pytorch LovaszLoss",
    lovasz_softmax_of_smp,
    1e-5,
    "of float32 inside, where differences cancel; a batch as a whole",
    options=SCORED | {"batch": [True]},
)

INFOS = [
    LossInfo(
        HINGE,
        cases=[
            Case(HINGE, lovasz_hinge, scored, [EACH | BATCH, {"dtype": ["float32"]}],
                 also=[HINGE_OF_KORNIA, HINGE_OF_SMP]),
            Case(HINGE, lovasz_hinge, tied, NONE | BATCH),
            Case(HINGE, lovasz_hinge, weighted_scores, EACH, ("input", "weight")),
            Case(HINGE, lovasz_hinge, masked_scores, EACH | BATCH),
            Case(HINGE, lovasz_hinge, extreme_scores, NONE),
        ],
        rows=[
            Row(
                {
                    "input": SCORES,
                    "target": [[1, 0, 0, 1], [0, 1, 1, 0], [1, 0, 1, 0]],
                },
                mask=(3, 4),
                misfit=(
                    {"input": (3, 4), "target": (3, 3)},
                    "shapes must be equal, got input (3, 4), target (3, 3)",
                ),
                bad_values=(
                    ("target", (1, 2), 2, "target must be 0 or 1, got 2 at (1, 2)"),
                ),
            )
        ],
        gates=[
            Gate(
                ("f32[8,65536]", "f32[8,65536]"),
                Limit(18, 4.0),
                Limit(14),
                Limit(85),
                reason=SORTED,
            )
        ],
        curve=Curve(
            "score of one of four pixels",
            (-2.0, 3.1),
            "it is in the region, as is one at 0.3; two are not, at -0.52 and 0.15",
            {
                "input": f64([[0.0, 0.3, -0.52, 0.15]]),
                "target": f64([[1.0, 1.0, 0.0, 0.0]]),
            },
            {"input": f64([[1.0, 0.0, 0.0, 0.0]])},
            reference=lovasz_hinge,
        ),
        number=1.0,
    ),
    LossInfo(
        SOFTMAX,
        cases=[
            Case(SOFTMAX, lovasz_softmax, plain,
                 [EACH | ABSENT, NO_AXIS, {"dtype": ["float32"]}]),
            Case(SOFTMAX, lovasz_softmax, labelled,
                 [SCORED | ABSENT | BATCH, {"activation": ["sigmoid"]}],
                 also=[SOFTMAX_OF_KORNIA, SOFTMAX_OF_SMP]),
            Case(SOFTMAX, lovasz_softmax, weighted, SCORED | ABSENT,
                 ("input", "weight")),
            Case(SOFTMAX, lovasz_softmax, last, {"axis": [-1]} | NONE),
            Case(SOFTMAX, lovasz_softmax, masked,
                 {"activation": ["softmax", "sigmoid"], "reduction": ["none"]}
                 | ABSENT),
            Case(SOFTMAX, lovasz_softmax, masked_pixels,
                 {"reduction": ["none", "mean"]}),
            Case(SOFTMAX, lovasz_softmax, certain, NONE | {"axis": [None]} | ABSENT),
            Case(SOFTMAX, lovasz_softmax, extreme,
                 NONE | {"activation": ["sigmoid"], "axis": [None]}, orders=1),
        ],
        rows=[
            Row(
                {
                    "input": GUESS,
                    "target": [[[1, 0], [1, 1]], [[0, 1], [1, 0]], [[1, 1], [0, 1]]],
                },
                REGIONS,
                mask=PIXELS,
                misfit=MISFIT,
                bad_options=(
                    (
                        {"absent": "drop"},
                        "absent must be 'count' or 'skip', got 'drop'",
                    ),
                ),
                bad_values=(
                    *(bad for bad in OUTSIDE_PIXELS if bad[0] == "input"),
                    (
                        "target",
                        (1, 0, 1),
                        2,
                        "target must be 0 or 1, got 2 at (1, 0, 1)",
                    ),
                ),
            ),
            Row(
                {"input": LOGITS, "target": PIXEL_LABELS},
                (3, 4),
                mask=(3, 2, 4),
                # Not every class is in every sample.
                options={"activation": "softmax", "axis": -1, "absent": "count"},
            ),
        ],
        gates=[
            Gate(
                ("f32[8,4,65536]", "i32[8,65536]"),
                Limit(33, 4.0),
                Limit(110),
                Limit(136),
                reason=SORTED,
                options={"activation": "softmax"},
            )
        ],
        curve=Curve(
            "probability of one of four pixels",
            (0.0, 0.98),
            "it is in the region, as is one with probability 0.47; two are not, with "
            "0.27 and 0.22",
            {
                "input": f64([[0.0, 0.47, 0.27, 0.22]]),
                "target": f64([[1.0, 1.0, 0.0, 0.0]]),
            },
            {"input": f64([[1.0, 0.0, 0.0, 0.0]])},
            {"axis": None},
            reference=lovasz_softmax,
        ),
        number=1.0,
        number_with={"axis": None},
        no_number="with a class axis a number might be a label",
    ),
]  # fmt: skip
