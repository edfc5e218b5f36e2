"""Cross-entropy of a linear layer against torch, all at once and in blocks."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import (
    BAD_SMOOTHING,
    CLASSES,
    NO_DISTRIBUTION,
    X,
    Y,
    bad_labels,
)
from parity.examples.lines import FIRST_OF_2
from parity.info import LossInfo
from parity.references import (
    linear_cross_entropy,
    linear_cross_entropy_of_rows,
    linear_cross_entropy_where,
    linear_cross_entropy_with_z_loss,
)
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    return {
        "input": rng.standard_normal((6, 4)),
        "linear_weight": rng.standard_normal((5, 4)),
        "target": np.asarray([0, 1, 4, 1, 3, 2]),
    }


def biased(rng):
    return plain(rng) | {"linear_bias": rng.standard_normal(5)}


def weighted(rng):
    return biased(rng) | {"weight": rng.random(5) + 0.25}


def ignored(rng):
    inputs = weighted(rng)
    inputs["target"][[1, 4]] = -100
    return inputs


def all_ignored(rng):
    return plain(rng) | {"target": np.full(6, -100)}


def sample(rng):
    input, target = rng.standard_normal(4), np.asarray(3)
    return biased(rng) | {"input": input, "target": target}


def spatial(rng):
    return {
        "input": rng.standard_normal((3, 4)),
        "linear_weight": rng.standard_normal((5, 2, 4)),
        "target": rng.integers(0, 5, (3, 2)),
        "linear_bias": rng.standard_normal((5, 2)),
    }


def batches(rng):
    labels = np.asarray([[0, 1, 4], [-100, 3, 2]])
    return weighted(rng) | {"input": rng.standard_normal((2, 3, 4)), "target": labels}


def probabilities(rng):
    return weighted(rng) | {"target": rng.dirichlet(np.ones(5), 6)}


def large(rng):
    inputs = biased(rng)
    return inputs | {"input": 1e2 * inputs["input"]}


def masked(rng):
    where = np.asarray([True, False, True, True, False, True])
    inputs = weighted(rng) | {"where": where}
    inputs["input"][1], inputs["target"][4] = np.nan, 9  # no class, but masked
    return inputs


def many(rng):
    return {
        "input": rng.standard_normal((300, 4)),
        "linear_weight": rng.standard_normal((50, 4)),
        "target": rng.integers(0, 50, 300),
    }


def with_z_loss(rng):
    inputs = weighted(rng) | {"z_loss": np.asarray(0.25), "softcap": np.asarray(2.0)}
    inputs["linear_bias"][1], inputs["target"][[1, 3]] = -np.inf, -100
    return inputs


def empty(rng):
    return plain(rng) | {"input": np.zeros((0, 4)), "target": np.zeros(0, dtype=int)}


OURS, TORCH = fl.linear_cross_entropy, linear_cross_entropy
GRID = {"reduction": REDUCTION}
BLOCKS = {"chunk_size": [None, 2]}
SMOOTHING = {"label_smoothing": [0.0, 0.25]}
CROSSED = BLOCKS | SMOOTHING | {"ignore_index": [None, 1]}
LAYER = ("input", "linear_weight")
BIASED = ("input", "linear_weight", "linear_bias")
PROBABILITIES = ("input", "linear_weight", "target", "linear_bias", "weight")
WIDE = ("float64",)

CASES = [
    Case(OURS, TORCH, plain,
         [{"chunk_size": [None, 2, 1, 100]}, {"reduction": ["none", "sum"]} | BLOCKS,
          {"dtype": ["float32", "float64"]}], LAYER),
    Case(OURS, TORCH, biased, {"reduction": ["none", "mean"]} | BLOCKS, BIASED),
    Case(OURS, TORCH, weighted, [CROSSED, {"reduction": ["none", "sum"]} | BLOCKS],
         BIASED),
    Case(OURS, TORCH, ignored, GRID | BLOCKS, BIASED, dtypes=WIDE),
    Case(OURS, TORCH, all_ignored, {"reduction": ["mean", "sum"]} | BLOCKS, LAYER,
         dtypes=WIDE),
    Case(OURS, TORCH, sample, SMOOTHING | BLOCKS, BIASED, dtypes=WIDE),
    Case(OURS, TORCH, spatial, GRID | SMOOTHING, BIASED, dtypes=WIDE),
    Case(OURS, linear_cross_entropy_of_rows, batches, GRID | SMOOTHING | BLOCKS, BIASED,
         dtypes=WIDE),
    Case(OURS, TORCH, probabilities, GRID | SMOOTHING, PROBABILITIES),
    Case(OURS, TORCH, large, BLOCKS, BIASED),
    Case(OURS, linear_cross_entropy_where, masked, GRID | BLOCKS, BIASED, dtypes=WIDE),
    Case(OURS, TORCH, many, {"chunk_size": [None, 7, 25]}, LAYER, orders=1),
    Case(OURS, linear_cross_entropy_with_z_loss, with_z_loss, GRID | BLOCKS,
         (*LAYER, "z_loss", "softcap")),
    Case(OURS, TORCH, empty, GRID, LAYER, dtypes=WIDE),
]  # fmt: skip

THREE_CLASSES = f64([1.0, 0.0], [-0.5, 0.5], [0.0, -1.0])

INFOS = [
    LossInfo(
        fl.linear_cross_entropy,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "linear_weight": [*Y, [0.5, 0.25]], "target": CLASSES},
                options={"ignore_index": 255},
                samples={"linear_weight": None},
                reals={"label_smoothing": 0.25, "z_loss": 0.5, "softcap": 2.0},
                bad_options=(
                    *BAD_SMOOTHING,
                    ({"z_loss": -1.0}, "z_loss must be >= 0, got -1.0"),
                    ({"softcap": 0.0}, "softcap must be > 0, got 0.0"),
                    ({"chunk_size": 0}, "chunk_size must be >= 1, got 0"),
                ),
                bad_values=bad_labels("N"),
            )
        ],
        gates=[
            Gate(
                ("f32[4096,1024]", "f32[131072,1024]", "i32[4096]"),
                None,
                Limit(90, 90),
                Limit(140),
                wrt=(0, 1),
            ),
            Gate(
                ("f32[4096,1024]", "f32[131072,1024]", "i32[4096]"),
                None,
                Limit(90, 90),
                Limit(210),
                wrt=(0, 1),
                options={"z_loss": 1e-4, "softcap": 30.0},
            ),
            Gate(
                ("f32[16384,2048]", "f32[262144,2048]", "i32[16384]"),
                None,
                Limit(400, 400),
                Limit(140),
                wrt=(0, 1),
            ),
        ],
        curve=Curve(
            "one feature",
            (-6.0, 6.0),
            "another feature of 1, and a layer of three classes",
            {
                "input": f64([0.0, 1.0]),
                "linear_weight": THREE_CLASSES,
                "target": ints(0),
            },
            {"input": FIRST_OF_2},
        ),
        no_number=NO_DISTRIBUTION,
    ),
]
