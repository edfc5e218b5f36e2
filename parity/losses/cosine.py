"""Cosine similarity and cosine embedding against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import X, Y
from parity.examples.lines import FIRST_OF_2
from parity.examples.shapes import VECTORS
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import cosine_similarity_where, kept
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def vectors(rng):
    x1, x2 = rng.standard_normal((2, 4, 3))
    x2[0], x2[1], x2[2] = 2 * x1[0], -x1[1], [x1[2, 1], -x1[2, 0], 0.0]
    return {"x1": x1, "x2": x2}


def clamped(rng):
    # Norms below the larger eps, which the gradient does not know of.
    x1 = np.asarray([[0.5, 0.0], [0.25, 0.5], [3.0, 4.0]])
    return {"x1": x1, "x2": np.asarray([[4.0, 0.0], [0.5, 0.0], [0.25, 0.25]])}


def zeros(rng):
    return {"x1": np.asarray([[0.0, 0.0], [1.0, 2.0]]), "x2": np.zeros((2, 2)) + 1.0}


def broadcast(rng):
    return {"x1": rng.standard_normal((2, 1, 4)), "x2": rng.standard_normal((3, 4))}


def stretched(rng):
    # Along the axis itself; scaling has no gradient but the rounding of its zero.
    return {"x1": rng.standard_normal((2, 1, 4)), "x2": rng.standard_normal((3, 1))}


def line(rng):
    return {"x1": rng.standard_normal(3), "x2": rng.standard_normal(3)}


def masked_vectors(rng):
    inputs = vectors(rng) | {"where": np.asarray([True, False, True, False])}
    inputs["x1"][1], inputs["x2"][3] = np.nan, np.inf
    return inputs


def large_vectors(rng):
    return {name: 1e4 * array for name, array in vectors(rng).items()}


def no_vectors(rng):
    return {"x1": np.zeros((0, 3)), "x2": np.zeros((0, 3))}


def plain(rng):
    input1, input2 = rng.standard_normal((2, 6, 4))
    input2[0] = 2 * input1[0]
    return {"input1": input1, "input2": input2, "target": np.asarray([1.0, -1] * 3)}


def corner(rng):
    # Orthogonal pairs lie exactly at margin 0, where the hinge is active.
    input1 = np.asarray([[1.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    input2 = np.asarray([[0.0, 1.0], [0.0, 1.0], [3.0, 0.0], [1.0, -1.0]])
    return {"input1": input1, "input2": input2, "target": np.asarray([-1, 1, -1, -1])}


def other_targets(rng):
    return plain(rng) | {"target": np.asarray([0.0, 0.5, -1.0, 1.0, 2.0, -2.0])}


def degenerate(rng):
    # A zero vector has gradient 1e6 towards the other: its epsilon is 1e-12.
    input1, input2 = rng.standard_normal((2, 4, 3))
    input1[0], input2[1], input1[2], input2[2] = 0.0, 0.0, 0.0, 0.0
    return {"input1": input1, "input2": input2, "target": np.asarray([1, 1, 1, -1])}


def one_against_all(rng):
    inputs = plain(rng)
    return inputs | {"input2": inputs["input2"][:1]}


def row(rng):
    input1, input2 = rng.standard_normal((2, 4))
    return {"input1": input1, "input2": input2, "target": np.asarray(1)}


def masked(rng):
    where = np.asarray([True, False, True, False, True, True])
    inputs = plain(rng) | {"where": where}
    inputs["input1"][1], inputs["input2"][3] = np.nan, np.inf
    return inputs


def many(rng):
    input1, input2 = rng.standard_normal((2, 500, 4))
    return {"input1": input1, "input2": input2, "target": rng.choice([-1, 1], 500)}


def empty(rng):
    vectors = dict.fromkeys(("input1", "input2"), np.zeros((0, 3)))
    return vectors | {"target": np.zeros(0)}


def featureless(rng):
    vectors = dict.fromkeys(("input1", "input2"), np.zeros((2, 0)))
    return vectors | {"target": np.asarray([1, -1])}


SIMILARITY, TORCH = fl.cosine_similarity, F.cosine_similarity
EMBEDDING, TORCH_EMBEDDING = fl.cosine_embedding_loss, F.cosine_embedding_loss
GRID = {"reduction": REDUCTION}
MARGIN = GRID | {"margin": [0.0, 0.5, -0.25]}
SMALL = GRID | {"margin": [0.0, 0.5]}
PAIR = ("x1", "x2")
BOTH = ("input1", "input2")
WHERE = kept(TORCH_EMBEDDING, input1=-1, input2=-1, target=None)

COSINE_SIMILARITY_CASES = [
    Case(SIMILARITY, TORCH, vectors,
         [{"dim": [0, 1, -1], "eps": [1e-8, 0.25]}, {"dtype": ["float32", "float64"]}],
         PAIR),
    Case(SIMILARITY, TORCH, clamped, {"eps": [1e-8, 1.0]}, PAIR),
    Case(SIMILARITY, TORCH, zeros, {"eps": [1e-8, 0.25]}, PAIR, orders=1,
         dtypes=("float64", "float32", "bfloat16")),
    Case(SIMILARITY, TORCH, broadcast, {"dim": [2, -1]}, PAIR),
    Case(SIMILARITY, TORCH, stretched, {"dim": [0, 1, 2]}, (), orders=0),
    Case(SIMILARITY, TORCH, line, {"dim": [0, -1]}, PAIR),
    Case(SIMILARITY, cosine_similarity_where, masked_vectors, {"dim": [1, -1]}, PAIR),
    Case(SIMILARITY, TORCH, large_vectors, {"dim": [1]}, PAIR),
    Case(SIMILARITY, TORCH, no_vectors, {"dim": [0, 1]}, PAIR, orders=1),
]  # fmt: skip
COSINE_EMBEDDING_CASES = [
    Case(EMBEDDING, TORCH_EMBEDDING, plain,
         [MARGIN, {"dtype": ["float32", "float64"]}], BOTH),
    Case(EMBEDDING, TORCH_EMBEDDING, corner, SMALL, BOTH),
    Case(EMBEDDING, TORCH_EMBEDDING, other_targets, SMALL, BOTH),
    Case(EMBEDDING, TORCH_EMBEDDING, degenerate, GRID, BOTH, orders=1,
         dtypes=("float64", "float32", "bfloat16")),
    Case(EMBEDDING, TORCH_EMBEDDING, one_against_all, SMALL, BOTH),
    Case(EMBEDDING, TORCH_EMBEDDING, row, SMALL, BOTH),
    Case(EMBEDDING, WHERE, masked, SMALL, BOTH),
    Case(EMBEDDING, TORCH_EMBEDDING, many, {"reduction": ["mean", "sum"]}, BOTH,
         orders=1),
    Case(EMBEDDING, TORCH_EMBEDDING, empty, GRID, BOTH),
    Case(EMBEDDING, TORCH_EMBEDDING, featureless, GRID, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.cosine_similarity,
        cases=COSINE_SIMILARITY_CASES,
        rows=[Row({"x1": X, "x2": Y})],
        gates=[
            Gate(
                2 * VECTORS,
                Limit(4.0, 4.0),
                Limit(2.1),
                Limit(126),
            )
        ],
        curve=Curve(
            "one coordinate of a vector",
            (-4.0, 4.0),
            "its other coordinate 1; the other vector (1, 0.5)",
            {"x1": f64([0.0, 1.0]), "x2": f64([1.0, 0.5])},
            {"x1": FIRST_OF_2},
        ),
        idle={"eps": "vectors of the row are longer"},
    ),
    LossInfo(
        fl.cosine_embedding_loss,
        cases=COSINE_EMBEDDING_CASES,
        rows=[
            Row(
                {"input1": X, "input2": Y, "target": [1, -1, 1]},
                reals={"margin": -0.25},
            )
        ],
        gates=[
            Gate(
                (*2 * VECTORS, "f32[65536]"),
                Limit(4.0, 4.0),
                Limit(2.4),
                Limit(134),
            )
        ],
        curve=Curve(
            "one coordinate of a vector",
            (-4.0, 4.0),
            "its other coordinate 1; the other vector (1, 0.5); label -1; margin 0.25",
            {"input1": f64([0.0, 1.0]), "input2": f64([1.0, 0.5]), "target": ints(-1)},
            {"input1": FIRST_OF_2},
            {"margin": 0.25},
        ),
        number=-1.0,
        idle={"margin": "dissimilar vectors of the row are apart"},
    ),
]
