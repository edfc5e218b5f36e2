"""Cross-entropy against torch, from labels and from class probabilities."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import (
    BAD_SMOOTHING,
    CLASSES,
    NO_DISTRIBUTION,
    ROW_MISFIT,
    SCORES,
    UNEQUAL,
    P,
    X,
    bad_labels,
)
from parity.examples.lines import FIRST_OF_3
from parity.examples.shapes import LABELLED
from parity.info import LossInfo
from parity.later import functional as F
from parity.packages.classification import cross_entropy_of_timm
from parity.references import (
    cross_entropy_of_smoothing,
    cross_entropy_with_z_loss,
    kept,
    on_axes,
    on_axis,
)
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]
SMOOTHING = [0.0, 0.25, 1.0]


def plain(rng):
    input = rng.standard_normal((6, 5))
    input[0], input[1, :3] = 0.0, 2.0  # ties
    return {"input": input, "target": np.asarray([0, 1, 4, 1, 3, 2])}


def weighted(rng):
    return plain(rng) | {"weight": rng.random(5) + 0.25}


def ignored(rng):
    inputs = weighted(rng)
    inputs["target"][[1, 4]] = -100
    inputs["weight"][3] = 0.0
    return inputs


def void(rng):
    return plain(rng) | {"target": np.asarray([255, 0, 4, 255, 1, 2], np.uint8)}


def all_ignored(rng):
    return weighted(rng) | {"target": np.full(6, -100)}


def weightless(rng):
    return weighted(rng) | {"weight": np.asarray([0.0, 0, 0, 0, 0])}


def spatial(rng):
    target = rng.integers(0, 3, (2, 4, 3), dtype=np.int32)
    return {"input": rng.standard_normal((2, 3, 4, 3)), "target": target}


def sample(rng):
    return {"input": rng.standard_normal(5), "target": np.asarray(3, np.int8)}


def sample_of_one(rng):
    return sample(rng) | {"target": np.asarray([3])}


def last_axis(rng):
    target = rng.integers(0, 3, (2, 4))
    return {"input": rng.standard_normal((2, 4, 3)), "target": target}


def masked(rng):
    where = np.asarray([True, False, True, True, False, True])
    inputs = weighted(rng) | {"where": where}
    inputs["input"][1], inputs["target"][4] = np.nan, 9  # no class, but masked
    return inputs


def extreme(rng):
    input = rng.standard_normal((5, 4)) * 1e4
    input[0], input[1] = [1e4, -1e4, 0.0, 0.0], [1e4, -1e4, 0.0, 0.0]
    input[2] = [20.0, 0.0, -20.0, -40.0]
    return {"input": input, "target": np.asarray([0, 1, 0, 2, 3])}


def shifted(rng):
    # The loss is small, the scores are not: no digits may be lost to the shift.
    input = rng.standard_normal((4, 3)).round(2) + 1024.0
    return {"input": input, "target": np.asarray([0, 1, 2, 0])}


def impossible(rng):
    input = rng.standard_normal((4, 3))
    input[0, 1], input[1, :2], input[2, 0] = -np.inf, -np.inf, -np.inf
    return {"input": input, "target": np.asarray([0, 2, 0, 1])}


def one_class(rng):
    return {"input": rng.standard_normal((3, 1)), "target": np.zeros(3, dtype=int)}


def many(rng):
    return {"input": rng.standard_normal((500, 4)), "target": rng.integers(0, 4, 500)}


def with_smoothing(rng):
    return plain(rng) | {"label_smoothing": np.asarray(0.25)}


def capped(rng):
    inputs = ignored(rng)
    inputs["input"][0, 2], inputs["input"][3] = -np.inf, 1e4 * inputs["input"][3]
    return inputs


def with_z_loss(rng):
    return plain(rng) | {"z_loss": np.asarray(0.25), "softcap": np.asarray(2.0)}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros(0, dtype=int)}


def probabilities(rng):
    target = rng.dirichlet(np.ones(5), 6)
    target[0], target[1], target[2] = 0.0, [0.0, 1, 0, 0, 0], -0.5  # any will do
    return plain(rng) | {"target": target}


def weighted_probabilities(rng):
    return probabilities(rng) | {"weight": rng.standard_normal(5)}


def spatial_probabilities(rng):
    target = rng.dirichlet(np.ones(3), (2, 4)).transpose(0, 2, 1)
    return {"input": rng.standard_normal((2, 3, 4)), "target": target}


def sample_probabilities(rng):
    return {"input": rng.standard_normal(5), "target": rng.dirichlet(np.ones(5))}


def last_axis_probabilities(rng):
    target = rng.dirichlet(np.ones(3), (2, 4))
    return {"input": rng.standard_normal((2, 4, 3)), "target": target}


def several_axes(rng):
    target = rng.dirichlet(np.ones(6), (2, 4)).reshape(2, 4, 3, 2)
    input = rng.standard_normal((2, 3, 4, 2))
    return {"input": input, "target": target.transpose(0, 2, 1, 3)}


def weighted_axes(rng):
    return several_axes(rng) | {"weight": rng.random((3, 2)) + 0.25}


def masked_axes(rng):
    inputs = several_axes(rng) | {"where": np.arange(8).reshape(2, 4) % 3 > 0}
    inputs["input"][0, :, 0], inputs["target"][1, 2, 2] = np.nan, np.inf
    return inputs


def masked_probabilities(rng):
    inputs = masked(rng) | {"target": rng.dirichlet(np.ones(5), 6)}
    inputs["target"][4] = np.inf
    return inputs


def empty_probabilities(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


GRID = {"reduction": REDUCTION, "label_smoothing": SMOOTHING}
SMALL = {"reduction": REDUCTION, "label_smoothing": [0.0, 0.25]}
CROSSED = GRID | {"ignore_index": [-100, 1]}
BOTH = ("input", "target")
TIMM = Package(
    "timm LabelSmoothingCrossEntropy",
    cross_entropy_of_timm,
    options={"label_smoothing": [0.0, 0.25]},
)
ALL = ("input", "target", "weight")
WHERE = kept(F.cross_entropy, input=1, target=None)
WHERE_PROBABILITIES = kept(F.cross_entropy, input=1, target=1)
SEVERAL = on_axes(F.cross_entropy)
OF_AXES = {"reduction": REDUCTION, "axis": [(1, 3)]}

CASES = [
    Case(fl.cross_entropy, F.cross_entropy, plain,
         [CROSSED, {"dtype": ["float32", "float64"]}], also=[TIMM]),
    Case(fl.cross_entropy, F.cross_entropy, weighted, CROSSED),
    Case(fl.cross_entropy, F.cross_entropy, ignored, GRID),
    Case(fl.cross_entropy, F.cross_entropy, void, SMALL | {"ignore_index": [255]}),
    Case(fl.cross_entropy, F.cross_entropy, all_ignored, SMALL),
    Case(fl.cross_entropy, F.cross_entropy, weightless, SMALL, orders=1),
    Case(fl.cross_entropy, F.cross_entropy, spatial, SMALL | {"ignore_index": [1]}),
    Case(fl.cross_entropy, F.cross_entropy, sample, SMALL),
    Case(fl.cross_entropy, F.cross_entropy, sample_of_one, {"reduction": REDUCTION},
         (), orders=0),
    Case(fl.cross_entropy, on_axis(F.cross_entropy), last_axis,
         SMALL | {"axis": [-1, 2]}),
    Case(fl.cross_entropy, WHERE, masked, SMALL),
    Case(fl.cross_entropy, F.cross_entropy, extreme, SMALL),
    Case(fl.cross_entropy, F.cross_entropy, shifted, {"reduction": REDUCTION}),
    Case(fl.cross_entropy, F.cross_entropy, impossible, {"reduction": REDUCTION}),
    # One class has no curvature, only the rounding of its zero.
    Case(fl.cross_entropy, F.cross_entropy, one_class, SMALL, orders=1),
    Case(fl.cross_entropy, F.cross_entropy, many, {"reduction": ["mean", "sum"]},
         orders=1),
    Case(fl.cross_entropy, cross_entropy_of_smoothing, with_smoothing,
         {"reduction": REDUCTION}, ("input", "label_smoothing")),
    Case(fl.cross_entropy, cross_entropy_with_z_loss, capped,
         [{"reduction": REDUCTION, "z_loss": [0.25], "softcap": [None, 2.0]},
          {"softcap": [0.5]}]),
    Case(fl.cross_entropy, cross_entropy_with_z_loss, with_z_loss,
         {"reduction": REDUCTION}, ("input", "z_loss", "softcap")),
    Case(fl.cross_entropy, cross_entropy_with_z_loss, weighted_probabilities,
         {"reduction": REDUCTION, "z_loss": [0.25], "softcap": [2.0]}, ALL),
    Case(fl.cross_entropy, F.cross_entropy, empty, SMALL),
    Case(fl.cross_entropy, F.cross_entropy, probabilities, GRID, BOTH),
    Case(fl.cross_entropy, F.cross_entropy, weighted_probabilities, GRID, ALL),
    Case(fl.cross_entropy, F.cross_entropy, spatial_probabilities, SMALL, BOTH),
    Case(fl.cross_entropy, F.cross_entropy, sample_probabilities, SMALL, BOTH),
    Case(fl.cross_entropy, on_axis(F.cross_entropy), last_axis_probabilities,
         SMALL | {"axis": [-1]}, BOTH),
    Case(fl.cross_entropy, WHERE_PROBABILITIES, masked_probabilities, SMALL, BOTH),
    Case(fl.cross_entropy, SEVERAL, several_axes, [OF_AXES, {"axis": [(-1, 1)]}], BOTH),
    Case(fl.cross_entropy, on_axes(cross_entropy_with_z_loss), weighted_axes,
         OF_AXES | {"z_loss": [0.25], "softcap": [2.0], "label_smoothing": [0.25]},
         ALL),
    Case(fl.cross_entropy, on_axes(WHERE_PROBABILITIES), masked_axes, OF_AXES, BOTH),
    Case(fl.cross_entropy, F.cross_entropy, empty_probabilities, SMALL, BOTH),
]  # fmt: skip

BF16 = ("bf16[4096,32000]", "i32[4096]")

INFOS = [
    LossInfo(
        fl.cross_entropy,
        cases=CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                options={"ignore_index": 255},
                reals={"label_smoothing": 0.25, "z_loss": 0.5, "softcap": 2.0},
                misfit=ROW_MISFIT,
                bad_options=(
                    *BAD_SMOOTHING,
                    ({"z_loss": -1.0}, "z_loss must be >= 0, got -1.0"),
                    ({"softcap": 0.0}, "softcap must be > 0, got 0.0"),
                ),
                bad_values=bad_labels("N"),
            ),
            Row(
                {"input": X, "target": P},
                reals={"label_smoothing": 0.25},
                misfit=UNEQUAL,
                bad_options=BAD_SMOOTHING,
            ),
        ],
        gates=[
            Gate(
                LABELLED,
                Limit(2.5, 2.1),
                Limit(1.0, 1.0),
                Limit(90),
                reason="the compiler counts the gather of one score a row as a "
                "read of all",
            ),
            Gate(
                BF16,
                Limit(5.0, 4.5),
                Limit(0.5, 0.5),
                Limit(96),
                reason="the gather, as in float32",
                peer=("cross_entropy", BF16),
            ),
            Gate(
                LABELLED,
                Limit(4.0, 4.0),
                Limit(0.1),
                Limit(126),
                options={"label_smoothing": 0.1},
            ),
            Gate(
                LABELLED,
                Limit(2.5),
                Limit(0.1),
                Limit(150),
                options={"z_loss": 1e-4},
            ),
            Gate(
                2 * LABELLED[:1],
                Limit(4.0, 4.0),
                Limit(0.1),
                Limit(48),
                cpu_temporaries=Limit(530),
            ),
        ],
        curve=Curve(
            "logit of the true class",
            (-6.0, 6.0),
            "two other classes with logits 0 and 1",
            {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
        ),
        no_number=NO_DISTRIBUTION,
    ),
]
