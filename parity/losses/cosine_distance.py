"""Cosine distance against one less torch's similarity."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import NO_BROADCAST, XY
from parity.examples.lines import FIRST_OF_2
from parity.examples.shapes import VECTORS
from parity.info import LossInfo
from parity.references import kept
from parity.references.regression import cosine_distance
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((2, 4, 3))
    target[0], target[1] = 2 * input[0], -input[1]
    target[2] = [input[2, 1], -input[2, 0], 0.0]
    return {"input": input, "target": target}


def clamped(rng):
    # Norms below, exactly at and above an eps of 0.25, which the gradient ignores.
    input = np.asarray([[0.125, 0.0], [0.25, 0.0], [3.0, 4.0]])
    return {
        "input": input,
        "target": np.asarray([[4.0, 1.0], [0.0625, 0.0], [1.0, 1.0]]),
    }


def zero(rng):
    return {"input": np.asarray([[0.0, 0.0], [1.0, 2.0]]), "target": np.ones((2, 2))}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random(4) + 0.5}
    inputs["where"] = np.asarray([True, False, True, False])
    inputs["input"][1], inputs["target"][3] = np.nan, np.inf
    return inputs


def broadcast(rng):
    return {
        "input": rng.standard_normal((2, 1, 4)),
        "target": rng.standard_normal((3, 4)),
    }


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
LOSS = fl.cosine_distance
WHERE = kept(cosine_distance, input=-1, target=-1, weight=None)

CASES = [
    Case(LOSS, cosine_distance, plain, [GRID, NONE | {"axis": [0, 1]}], BOTH),
    Case(LOSS, cosine_distance, clamped, NONE | {"eps": [1e-8, 0.25]}, BOTH),
    # A gradient of 1e8 has a second derivative of 1e16, more than float16 holds.
    Case(LOSS, cosine_distance, zero, NONE | {"eps": [1e-8, 0.25]}, BOTH, orders=1,
         dtypes=("float64", "float32", "bfloat16")),
    Case(LOSS, WHERE, masked, GRID, (*BOTH, "weight")),
    Case(LOSS, cosine_distance, broadcast, {"axis": [-1]}, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.cosine_distance,
        cases=CASES,
        rows=[
            Row(
                XY,
                misfit=NO_BROADCAST,
                bad_options=(
                    ({"eps": -1.0}, "eps must be >= 0, got -1.0"),
                    ({"axis": 2}, "axis must be an integer in -2..1, got 2"),
                ),
            )
        ],
        gates=[
            Gate(
                2 * VECTORS,
                Limit(2.8, 4.0),
                Limit(1.1),
                Limit(120),
                cpu_temporaries=Limit(1.4),
            )
        ],
        curve=Curve(
            "one coordinate of a vector",
            (-4.0, 4.0),
            "its other coordinate 1; the target (1, 0.5)",
            {"input": f64([0.0, 1.0]), "target": f64([1.0, 0.5])},
            {"input": FIRST_OF_2},
            reference=cosine_distance,
        ),
        number=0.5,
        idle={"eps": "vectors of the row are longer"},
    ),
]
