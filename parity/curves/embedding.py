"""Curves of the losses of vectors and distances."""

from parity.curve import Curve
from parity.curves.lines import FIRST_OF_2, ONE
from parity.differences.arrays import f64, ints
from parity.references.regression import cosine_distance

__all__ = ["CURVES"]

TRIPLET = {
    "anchor": f64([0.0, 0.5]),
    "positive": f64([0.0, 0.0]),
    "negative": f64([2.0, 0.0]),
}

CURVES = [
    Curve(
        "hinge_embedding_loss",
        "distance",
        (-1.0, 3.0),
        "label -1; margin 1",
        {"input": f64(0.0), "target": f64(-1.0)},
        ONE,
    ),
    Curve(
        "cosine_similarity",
        "one coordinate of a vector",
        (-4.0, 4.0),
        "its other coordinate 1; the other vector (1, 0.5)",
        {"x1": f64([0.0, 1.0]), "x2": f64([1.0, 0.5])},
        {"x1": FIRST_OF_2},
    ),
    Curve(
        "cosine_distance",
        "one coordinate of a vector",
        (-4.0, 4.0),
        "its other coordinate 1; the target (1, 0.5)",
        {"input": f64([0.0, 1.0]), "target": f64([1.0, 0.5])},
        {"input": FIRST_OF_2},
        reference=cosine_distance,
    ),
    Curve(
        "cosine_embedding_loss",
        "one coordinate of a vector",
        (-4.0, 4.0),
        "its other coordinate 1; the other vector (1, 0.5); label -1; margin 0.25",
        {"input1": f64([0.0, 1.0]), "input2": f64([1.0, 0.5]), "target": ints(-1)},
        {"input1": FIRST_OF_2},
        {"margin": 0.25},
    ),
    Curve(
        "triplet_margin_loss",
        "one coordinate of the anchor",
        (-2.0, 4.0),
        "its other coordinate 0.5; positive (0, 0), negative (2, 0); margin 1",
        TRIPLET,
        {"anchor": FIRST_OF_2},
    ),
    Curve(
        "triplet_margin_with_distance_loss",
        "one coordinate of the anchor",
        (-2.0, 4.0),
        "its other coordinate 0.5; positive (0, 0), negative (2, 0); margin 2",
        TRIPLET,
        {"anchor": FIRST_OF_2},
        {"margin": 2.0},
    ),
    Curve(
        "pairwise_distance",
        "one coordinate of a vector",
        (-3.0, 3.0),
        "its other coordinate 0.5; the other vector (0, 0)",
        {"x1": f64([0.0, 0.5]), "x2": f64([0.0, 0.0])},
        {"x1": FIRST_OF_2},
    ),
    Curve(
        "pdist",
        "one coordinate of a row",
        (-3.0, 3.0),
        "its other coordinate 0.5; the other row (0, 0)",
        {"input": f64([0.0, 0.5], [0.0, 0.0])},
        {"input": f64([1.0, 0.0], [0.0, 0.0])},
    ),
]
