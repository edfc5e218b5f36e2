"""The ArcFace loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import (
    BAD_SMOOTHING,
    CLASSES,
    ONE_ROW,
    X,
    Y,
    bad_labels,
    not_above,
)
from parity.info import LossInfo
from parity.packages.embedding import (
    arcface_of_pml,
    cosface_of_pml,
    normalized_softmax_of_pml,
)
from parity.references.arcface import arcface
from parity.row import Row


def plain(rng):
    # The last two rows point away from their class, beyond the margin.
    inputs = {
        "input": rng.standard_normal((6, 4)),
        "linear_weight": rng.standard_normal((5, 4)),
        "target": np.asarray([0, 1, 4, 1, 3, 2]),
    }
    inputs["input"][4:] = -2 * inputs["linear_weight"][[3, 2]]
    inputs["input"][4:] += 0.1 * rng.standard_normal((2, 4))
    return inputs


def centres(rng):
    return plain(rng) | {"linear_weight": rng.standard_normal((5, 3, 4))}


def weighted(rng):
    return plain(rng) | {"weight": rng.random(5) + 0.25}


def ignored(rng):
    inputs = weighted(rng)
    inputs["target"][[1, 4]] = -100
    return inputs


def masked(rng):
    inputs = weighted(rng)
    inputs["where"] = np.asarray([True, False, True, True, False, True])
    inputs["input"][1], inputs["target"][4] = np.nan, 9  # no class, but masked
    return inputs


def sample(rng):
    inputs = plain(rng)
    return inputs | {"input": inputs["input"][0], "target": np.asarray(3)}


def batches(rng):
    inputs = plain(rng)
    input, target = inputs["input"].reshape(2, 3, 4), inputs["target"].reshape(2, 3)
    return inputs | {"input": input, "target": target}


def zeros(rng):
    inputs = plain(rng)
    inputs["input"][1], inputs["linear_weight"][4] = 0.0, 0.0
    return inputs


def one_class(rng):
    inputs = plain(rng)
    return inputs | {
        "linear_weight": inputs["linear_weight"][:1],
        "target": np.zeros(6, int),
    }


def extreme(rng):
    inputs = plain(rng)
    inputs["input"] *= np.asarray([[1e4], [1e4], [2e-4], [1.0], [1e3], [1e-3]])
    return inputs


def with_options(rng):
    options = {"margin": 0.25, "cosine_margin": 0.125, "scale": 2.0}
    return plain(rng) | {name: np.asarray(x) for name, x in options.items()}


GRID = {"reduction": ["none", "mean", "sum"]}
SMOOTHED = {"label_smoothing": [0.0, 0.25], "scale": [4.0]}
BOTH = ("input", "linear_weight")
WIDE = ("float64",)
OURS = fl.arcface_loss
ANGLES = {"margin": [0.0, 0.5, 2.0], "scale": [4.0]}
PML = Package(
    "pytorch-metric-learning ArcFaceLoss",
    arcface_of_pml,
    quirk="takes the margin in degrees",
    options=[{}, {"margin": [0.25, 2.0], "scale": [4.0]}],
)
SUB_CENTRES = Package(
    "pytorch-metric-learning SubCenterArcFaceLoss",
    arcface_of_pml,
    quirk="takes the margin in degrees",
    options=[{}, {"margin": [0.25, 2.0], "scale": [4.0]}],
)
COSFACE = Package(
    "pytorch-metric-learning CosFaceLoss",
    cosface_of_pml,
    options={"margin": [0.0], "cosine_margin": [0.35, 0.1]},
)
NORMALIZED = Package(
    "pytorch-metric-learning NormalizedSoftmaxLoss",
    normalized_softmax_of_pml,
    quirk="divides no row by its length: it gets rows of length 1",
    options={"margin": [0.0], "scale": [20.0]},
)

CASES = [
    Case(
        OURS,
        arcface,
        plain,
        [GRID | {"scale": [4.0]}, ANGLES | {"cosine_margin": [0.0, 0.25]}],
        BOTH,
        also=[COSFACE, NORMALIZED],
    ),
    Case(OURS, arcface, plain, {"dtype": ["float32"]}, BOTH, orders=1, also=[PML]),
    Case(OURS, arcface, centres, ANGLES, BOTH, also=[SUB_CENTRES]),
    Case(OURS, arcface, weighted, GRID | SMOOTHED, BOTH),
    Case(OURS, arcface, ignored, GRID | SMOOTHED, BOTH, dtypes=WIDE),
    Case(OURS, arcface, masked, GRID | SMOOTHED, BOTH, dtypes=WIDE),
    Case(OURS, arcface, sample, SMOOTHED, BOTH, dtypes=WIDE),
    Case(OURS, arcface, batches, GRID | {"scale": [4.0]}, BOTH, dtypes=WIDE),
    Case(OURS, arcface, zeros, {"scale": [4.0]}, BOTH, orders=1),
    Case(OURS, arcface, one_class, SMOOTHED, BOTH, dtypes=WIDE),
    Case(OURS, arcface, extreme, {"scale": [4.0]}, BOTH),
    Case(
        OURS,
        arcface,
        with_options,
        SMOOTHED | {"scale": [2.0]},
        (*BOTH, "margin", "cosine_margin", "scale"),
    ),
]

INFOS = [
    LossInfo(
        OURS,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "linear_weight": [*Y, [0.5, 0.25]], "target": CLASSES},
                options={"scale": 4.0, "ignore_index": 255},
                samples={"linear_weight": None},
                reals={
                    "margin": 0.25,
                    "cosine_margin": 0.125,
                    "scale": 3.0,
                    "label_smoothing": 0.25,
                },
                bad_options=(
                    *BAD_SMOOTHING,
                    *not_above("scale", 0),
                    ({"margin": -0.5}, "margin must be >= 0 and <= 3.14159, got -0.5"),
                    ({"margin": 28.6}, "margin must be >= 0 and <= 3.14159, got 28.6"),
                    (
                        {"cosine_margin": np.nan},
                        "cosine_margin must be a number, got nan",
                    ),
                ),
                bad_values=bad_labels("N"),
            )
        ],
        gates=[
            Gate(
                ("f32[4096,1024]", "f32[131072,1024]", "i32[4096]"),
                None,
                Limit(90, 90),
                Limit(422),
                wrt=(0, 1),
            ),
            Gate(
                ("f32[16384,2048]", "f32[262144,2048]", "i32[16384]"),
                None,
                Limit(400, 400),
                Limit(422),
                wrt=(0, 1),
            ),
        ],
        curve=Curve(
            "direction of a row of the class of (1, 0)",
            # Off angle 0, where the derivative of an arc cosine is infinite.
            (-5.95, 6.05),
            "the row is (1, moved); the vector of another class is (0, 1)",
            {
                "input": f64([1.0, 0.0]),
                "linear_weight": f64([1.0, 0.0], [0.0, 1.0]),
                "target": ints(0),
            },
            {"input": f64([0.0, 1.0])},
            options={"scale": 4.0},
            reference=arcface,
        ),
        no_number=ONE_ROW,
    ),
]
