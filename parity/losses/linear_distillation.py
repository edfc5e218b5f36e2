"""Distillation of linear layers, all at once and in blocks of rows."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import X, Y, not_above
from parity.examples.lines import FIRST_OF_2
from parity.info import LossInfo
from parity.packages.distribution import linear_distillation_of_liger
from parity.references.distillation import linear_distillation
from parity.row import Row


def plain(rng):
    return {
        "input": rng.standard_normal((5, 3)),
        "linear_weight": rng.standard_normal((6, 3)),
        "teacher_input": rng.standard_normal((5, 4)),
        "teacher_weight": rng.standard_normal((6, 4)),
    }


def biased(rng):
    linear_bias, teacher_bias = rng.standard_normal((2, 6))
    return plain(rng) | {"linear_bias": linear_bias, "teacher_bias": teacher_bias}


def tempered(rng):
    return biased(rng) | {"temperature": np.asarray(1.75)}


def mixed(rng):
    return tempered(rng) | {"beta": np.asarray(0.3125)}


def sample(rng):
    inputs = biased(rng)
    return inputs | {k: inputs[k][2] for k in ("input", "teacher_input")}


def batches(rng):
    input, teacher_input = rng.standard_normal((2, 2, 3, 3))
    inputs = biased(rng) | {"input": input, "teacher_input": teacher_input}
    inputs["teacher_weight"] = inputs["teacher_weight"][:, :3].copy()
    return inputs | {"weight": rng.random((2, 3)) + 0.5}


def impossible_for_both(rng):
    inputs = biased(rng)
    inputs["linear_bias"][1] = inputs["teacher_bias"][1] = -np.inf
    return inputs


def impossible_for_one(rng):
    inputs = biased(rng)
    inputs["teacher_bias"][1] = -np.inf
    return inputs


def masked(rng):
    inputs = biased(rng)
    inputs["input"][1], inputs["teacher_input"][4] = np.nan, np.inf
    return inputs | {"where": np.asarray([True, False, True, True, False])}


def empty(rng):
    inputs = plain(rng)
    return inputs | {k: inputs[k][:0] for k in ("input", "teacher_input")}


LOSS, REFERENCE = fl.linear_distillation_loss, linear_distillation
LAYER = ("input", "linear_weight")
BIASED = (*LAYER, "linear_bias")
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BLOCKS = {"chunk_size": [None, 2]}
BETA = {"beta": [0, 1, 0.25]}
WIDE = ("float64",)

LIGER = Package(
    "liger-kernel LigerFusedLinearJSDFunction",
    linear_distillation_of_liger,
    tolerance=1e-6,
    quirk="LigerFusedLinearJSDFunction adds up the losses of its blocks in float32",
    options={"beta": [0, 1, 0.25], "chunk_size": [2, 1024], "temperature": [1.0, 2.0]},
    wrt=BIASED,
)

TWO_LAYERS = 2 * ("f32[4096,1024]", "f32[131072,1024]")
BAD_OPTIONS = (
    ({"beta": -0.5}, "beta must be >= 0 and <= 1, got -0.5"),
    ({"beta": 1.5}, "beta must be >= 0 and <= 1, got 1.5"),
    ({"temperature": 0.0}, "temperature must be > 0, got 0.0"),
    *not_above("temperature", 0),
    ({"chunk_size": 0}, "chunk_size must be >= 1, got 0"),
)
ARRAYS = {
    "input": X,
    "linear_weight": [*Y, [0.5, 0.25]],
    "teacher_input": Y,
    "teacher_weight": [[0.25, -1.0], *X],
}

CASES = [
    Case(LOSS, REFERENCE, plain, [NONE | BLOCKS, GRID], LAYER),
    Case(LOSS, REFERENCE, biased, BLOCKS | BETA, BIASED, also=[LIGER]),
    Case(LOSS, REFERENCE, tempered, NONE | BLOCKS | BETA, (*BIASED, "temperature")),
    Case(LOSS, REFERENCE, mixed, NONE | BLOCKS, (*BIASED, "temperature", "beta")),
    Case(LOSS, REFERENCE, sample, {"beta": [0.75]}, BIASED, dtypes=WIDE),
    Case(
        LOSS,
        REFERENCE,
        batches,
        GRID | BLOCKS | {"beta": [0.75]},
        (*BIASED, "weight"),
        dtypes=WIDE,
    ),
    Case(LOSS, REFERENCE, impossible_for_both, BLOCKS | BETA, LAYER, dtypes=WIDE),
    Case(LOSS, REFERENCE, impossible_for_one, BLOCKS, BIASED, dtypes=WIDE),
    Case(LOSS, REFERENCE, masked, GRID | BLOCKS, BIASED, dtypes=WIDE),
    Case(LOSS, REFERENCE, empty, GRID, LAYER, dtypes=WIDE),
]

INFOS = [
    LossInfo(
        LOSS,
        cases=CASES,
        rows=[
            Row(
                ARRAYS,
                constants=("teacher_input", "teacher_weight"),
                samples={"linear_weight": None, "teacher_weight": None},
                reals={"beta": 0.25, "temperature": 1.5},
                options={"beta": 0.25},
                misfit=(
                    {
                        "input": (3, 2),
                        "linear_weight": (4, 2),
                        "teacher_input": (2, 2),
                        "teacher_weight": (4, 2),
                    },
                    "teacher_input must have shape (3, 2), got (2, 2)",
                ),
                bad_options=BAD_OPTIONS,
            ),
        ],
        gates=[
            Gate(TWO_LAYERS, None, Limit(90, 200), Limit(140), wrt=(0, 1)),
            Gate(
                TWO_LAYERS,
                None,
                Limit(110, 200),
                Limit(170),
                cpu_temporaries=Limit(120, 200),
                wrt=(0, 1),
                options={"beta": 0.5},
            ),
        ],
        curve=Curve(
            "one feature",
            (-6.0, 6.0),
            "another feature of 1, layers of three classes, and a teacher's features",
            {
                "input": f64([0.0, 1.0]),
                "linear_weight": f64([1.0, 0.0], [-0.5, 0.5], [0.0, -1.0]),
                "teacher_input": f64([1.0]),
                "teacher_weight": f64([1.0], [0.0], [-1.0]),
            },
            {"input": FIRST_OF_2},
            reference=linear_distillation,
        ),
    )
]
