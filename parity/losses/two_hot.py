"""Two-hot labels and HL-Gauss against their formulas."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import not_above
from parity.info import LossInfo
from parity.references.two_hot import two_hot
from parity.row import Row

SUPPORT = [-2.0, -0.5, 0.0, 0.25, 1.0, 4.0]
FORMS = {"sigma": [None, 0.25, 1.0, 8.0]}


def plain(rng):
    return {"target": 2 * rng.standard_normal((2, 3)), "support": np.asarray(SUPPORT)}


def corners(rng):
    # On points, on the midpoints of two, on the ends and beyond them.
    target = np.asarray([-0.5, 0.0, 0.125, 0.625, -2.0, 4.0, -3.0, 64.0])
    return {"target": target, "support": np.asarray(SUPPORT)}


def wide(rng):
    return {"target": 3 * rng.standard_normal(4), "support": np.linspace(-8, 8, 129)}


def of_array(rng):
    return plain(rng) | {"sigma": np.asarray(0.75)}


def pair(rng):
    return {"target": rng.standard_normal(4), "support": np.asarray([-1.0, 1.0])}


def empty(rng):
    return {"target": np.zeros((0, 2)), "support": np.asarray(SUPPORT)}


BOTH = ("target", "support")

CASES = [
    Case(fl.two_hot, two_hot, plain, [FORMS, {"dtype": ["float32"]}], BOTH, orders=0),
    Case(fl.two_hot, two_hot, corners, FORMS, BOTH, orders=0),
    Case(fl.two_hot, two_hot, wide, {"sigma": [None, 0.1]}, BOTH, orders=0),
    Case(fl.two_hot, two_hot, of_array, {}, BOTH, orders=0),
    Case(fl.two_hot, two_hot, pair, {"sigma": [None, 0.5]}, BOTH, orders=0),
    Case(fl.two_hot, two_hot, empty, {"sigma": [None, 0.5]}, BOTH, orders=0),
]
NUMBERS = {"target": [0.375, -1.25, 3.0], "support": SUPPORT}
COMMON = {
    "constants": BOTH,
    "samples": {"support": None},
}

INFOS = [
    LossInfo(
        fl.two_hot,
        cases=CASES,
        rows=[
            Row(
                NUMBERS,
                **COMMON,
                misfit=(
                    {"target": (3,), "support": (2, 2)},
                    "support must have shape (K,) with K > 0, got (2, 2)",
                ),
            ),
            Row(
                NUMBERS,
                **COMMON,
                options={"sigma": 2.0},
                bad_options=not_above("sigma", 0),
            ),
        ],
        gates=[
            Gate(("f32[65536]", "f32[128]"), Limit(129), Limit(34), Limit(70)),
            Gate(
                ("f32[65536]", "f32[128]"),
                Limit(129),
                Limit(34),
                Limit(70),
                options={"sigma": 0.1},
            ),
        ],
        curve=Curve(
            "number",
            (-1.5, 4.5),
            "the share of 1 in a support of 0, 1, 2 and 3",
            {"target": f64(0.0), "support": f64(0.0, 1.0, 2.0, 3.0)},
            {"target": f64(1.0)},
            reference=two_hot,
            factors=f64(0.0, 1.0, 0.0, 0.0),
        ),
    ),
]
