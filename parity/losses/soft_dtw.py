"""Soft-DTW against all alignments, and against the recursion."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import not_above
from parity.info import LossInfo
from parity.packages.sequence import soft_dtw_of_pysdtw, soft_dtw_of_tslearn
from parity.references.soft_dtw import soft_dtw_by_enumeration, soft_dtw_by_recursion
from parity.row import Row

INPUT = [
    [[0.5, -1.25], [1.0, 0.25], [-0.75, 1.5]],
    [[0.25, 1.0], [-0.5, 0.75], [1.25, -0.5]],
    [[1.5, 0.5], [0.75, -1.0], [-1.0, 0.375]],
]
TARGET = [
    [[0.25, -0.5], [-0.5, 0.75]],
    [[0.75, 0.125], [0.375, -0.875]],
    [[0.5, 1.25], [-0.25, 0.625]],
]


def plain(rng):
    # Near each other: second derivatives of the divergence are small differences.
    input, target = (rng.standard_normal((3, n, 2)) / 2 for n in (4, 3))
    input[0, :2] = target[0, 0]
    return {"input": input, "target": target, "gamma": np.asarray(0.75)}


def wide(rng):
    # Coordinates of which there are many, so that a distance is of the order of 2.
    shapes = ((name, (2, n, 20)) for name, n in SHORT_LONG.items())
    return {name: rng.standard_normal(shape) / 4 for name, shape in shapes}


SHORT_LONG = {"input": 2, "target": 5}


def one_pair(rng):
    return {name: rng.standard_normal((n, 3)) for name, n in SHORT_LONG.items()}


def one_step(rng):
    return {name: rng.standard_normal((2, n, 1)) for name, n in ONE_MANY.items()}


ONE_MANY = {"input": 1, "target": 3}


def equal(rng):
    # Of all alignments some cost the same, and one nothing.
    x = rng.integers(-2, 3, (2, 4, 1)) / 4
    return {"input": x, "target": x.copy()}


def lengths(rng):
    input, target = rng.standard_normal((4, 4, 2)), rng.standard_normal((4, 5, 2))
    input[1, 2:], target[2, 1:] = np.nan, np.inf
    return {
        "input": input,
        "target": target,
        "input_lengths": np.asarray([4, 2, 3, 1]),
        "target_lengths": np.asarray([5, 4, 1, 1]),
    }


def masked(rng):
    inputs = lengths(rng) | {"where": np.asarray([True, False, True, True])}
    inputs["input"][1], inputs["input_lengths"][1] = np.nan, 77
    return inputs


def long(rng):
    x, y = (np.cumsum(rng.standard_normal((2, n, 1)), axis=1) for n in (30, 25))
    return {"input": x / 8, "target": y / 8}


def empty(rng):
    return {"input": np.zeros((0, 3, 2)), "target": np.zeros((0, 2, 2))}


LOSS, SLOW = fl.soft_dtw_loss, soft_dtw_by_recursion
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOTH = NONE | {"normalize": [False, True]}
SOFTNESS = {"gamma": [0.125, 1.0, 8.0]}
WRT = ("input", "target")
GAMMA = (*WRT, "gamma")
WIDE = ("float64", "float32")
PYSDTW = Package(
    "pysdtw SoftDTW",
    soft_dtw_of_pysdtw,
    tolerance=1e-5,
    quirk="rounds what it finds to float32, and has no derivative in gamma",
    options=NONE | {"gamma": [1.0, 8.0]},
    wrt=WRT,
)
TSLEARN = Package(
    "tslearn SoftDTWLossPyTorch",
    soft_dtw_of_tslearn,
    tolerance=1e-5,
    quirk="rounds what it finds to float32, and has no derivative in gamma",
    options=BOTH,
    wrt=WRT,
)
CURVES = ("f32[16,100,8]", "f32[16,100,8]")

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                soft_dtw_by_enumeration,
                plain,
                [GRID, BOTH, {"dtype": ["float32"]}],
                GAMMA,
            ),
            Case(
                LOSS,
                soft_dtw_by_enumeration,
                wide,
                BOTH | SOFTNESS,
                WRT,
                dtypes=WIDE,
                also=[PYSDTW, TSLEARN],
            ),
            Case(LOSS, soft_dtw_by_enumeration, one_pair, GRID, WRT, dtypes=WIDE),
            Case(LOSS, soft_dtw_by_enumeration, one_step, BOTH, WRT, dtypes=WIDE),
            Case(
                LOSS, soft_dtw_by_enumeration, equal, NONE | SOFTNESS, WRT, dtypes=WIDE
            ),
            Case(
                LOSS, SLOW, lengths, [GRID, BOTH | {"gamma": [0.5]}], WRT, dtypes=WIDE
            ),
            Case(LOSS, SLOW, masked, GRID, WRT, dtypes=WIDE),
            Case(
                LOSS,
                SLOW,
                long,
                NONE | {"gamma": [0.5, 1.0, 8.0]},
                WRT,
                orders=1,
                dtypes=WIDE,
                depth=55,
                also=[TSLEARN],
            ),
            Case(LOSS, SLOW, empty, GRID, (), orders=0, dtypes=WIDE),
        ],
        rows=[
            Row(
                {"input": INPUT, "target": TARGET},
                reals={"gamma": 0.5},
                bad_options=(
                    *not_above("gamma", 0),
                    ({"normalize": 1}, "normalize must be True or False, got 1"),
                ),
            ),
        ],
        gates=[
            Gate(CURVES, None, Limit(6.5), Limit(230), wrt=(0, 1)),
            Gate(
                CURVES,
                None,
                Limit(19),
                Limit(680),
                wrt=(0, 1),
                options={"normalize": True},
            ),
        ],
        curve=Curve(
            "second of three steps",
            (-4.0, 4.0),
            "the others 0 and 1; the target is 0, 1",
            {"input": f64([0.0], [0.0], [1.0]), "target": f64([0.0], [1.0])},
            {"input": f64([0.0], [1.0], [0.0])},
            reference=soft_dtw_by_recursion,
        ),
        no_number="sequences of steps, which are vectors, are aligned",
    )
]
