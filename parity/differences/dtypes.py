"""Which dtypes are taken, and which the result has."""

import math

import numpy as np

from parity.deviation import Deviation, Gives, Raises
from parity.differences.arrays import NAN, c128, f16, f32, f64, ints

LOG2, LOG3, LOG6PI = math.log(2), math.log(3), math.log(6 * math.pi)

DTYPES = [
    Deviation(
        "l1_loss",
        {"input": c128(3 + 4j, 1j), "target": c128(0.0, 1j)},
        reference=Gives(2.5),
        ours=Raises(TypeError, "input must be real, got complex128: pass absolute"),
        why="conventions of complex gradients differ: give abs(input - target) and 0.0",
    ),
    Deviation(
        "pairwise_distance",
        {"x1": c128([3 + 4j]), "x2": c128([0.0])},
        options={"eps": 0.0},
        reference=Gives([5.0]),
        ours=Raises(TypeError, "x1 must be real, got complex128: pass absolute"),
        why="real and imaginary parts are two components; most losses have no complex",
    ),
    Deviation(
        "triplet_margin_loss",
        dict.fromkeys(("anchor", "positive", "negative"), c128([3 + 4j])),
        reference=Gives(1.0),
        ours=Raises(TypeError, "anchor must be real, got complex128: pass absolute"),
        why="real and imaginary parts are two components; most losses have no complex",
    ),
    Deviation(
        "hinge_embedding_loss",
        {"input": f32(0.5), "target": f64(-1.0)},
        reference=Gives(0.5, dtype="float32"),
        ours=Gives(0.5, dtype="float64"),
        why="the result has the promoted dtype everywhere",
    ),
    Deviation(
        "binary_cross_entropy_with_logits",
        {"input": f64(0.0), "target": f32(1.0)},
        reference=Gives(0.6931471805599453, dtype="float32", digits=6),
        ours=Gives(0.6931471805599453, dtype="float64"),
        why="the result has the promoted dtype everywhere",
    ),
    Deviation(
        "nll_loss",
        {"input": f64([-1.0, -2.0]), "target": ints(1), "weight": f32(1.0, 3.0)},
        options={"reduction": "sum"},
        reference=Raises(RuntimeError, "expected scalar type"),
        ours=Gives(6.0, dtype="float64"),
        why="weights may have any floating dtype and never decide the result's",
    ),
    Deviation(
        "cross_entropy",
        {"input": f64([0.0, 0.0]), "target": ints(1), "weight": f32(1.0, 3.0)},
        options={"reduction": "sum"},
        reference=Raises(RuntimeError, "expected scalar type"),
        ours=Gives(3 * 0.6931471805599453, dtype="float64"),
        why="weights may have any floating dtype and never decide the result's",
    ),
    Deviation(
        "binary_cross_entropy",
        {"input": f64(0.5), "target": f32(1.0)},
        reference=Raises(RuntimeError, "dtype"),
        ours=Gives(0.6931471805599453, dtype="float64"),
        why="dtypes are promoted everywhere",
    ),
    Deviation(
        "nll_loss",
        {"input": f64([-1.0, -2.0]), "target": ints(1, dtype=np.int32)},
        reference=Raises(RuntimeError, "expected target dtype"),
        ours=Gives(2.0),
        why="labels may have any integer dtype",
    ),
    Deviation(
        "cross_entropy",
        {"input": f64([0.0, 0.0]), "target": ints(1, dtype=np.int8)},
        reference=Raises(RuntimeError, "expected target dtype"),
        ours=Gives(0.6931471805599453),
        why="labels may have any integer dtype",
    ),
    Deviation(
        "l1_loss",
        {"input": ints(3), "target": ints(1)},
        options={"reduction": "sum"},
        reference=Gives(2, dtype="int64"),
        ours=Raises(TypeError, "at least one array must be real floating"),
        why="a loss of integers is nearly always a forgotten conversion",
    ),
    Deviation(
        "margin_ranking_loss",
        {"input1": ints(1), "input2": ints(3), "target": ints(1)},
        reference=Gives(2.0, dtype="float32"),
        ours=Raises(TypeError, "at least one array must be real floating"),
        why="a loss of integers is nearly always a forgotten conversion",
    ),
    Deviation(
        "pairwise_distance",
        {"x1": ints([1, 1]), "x2": ints([1, 2])},
        reference=Gives(1.0, dtype="float32", digits=5),
        ours=Raises(TypeError, "at least one array must be real floating"),
        why="distances of integers are nearly always a forgotten conversion",
    ),
    Deviation(
        "margin_ranking_loss",
        {"input1": f64(1.0), "input2": f64(0.0), "target": ints(1, dtype=np.uint8)},
        reference=Gives(255.0),
        ours=Gives(0.0),
        why="torch negates an unsigned 1 to 255; here it is promoted first",
    ),
    Deviation(
        "huber_loss",
        {"input": f16(0.5), "target": f32(0.0)},
        reference=Gives(0.125, dtype="float16"),
        ours=Gives(0.125, dtype="float32"),
        why="the result has the promoted dtype everywhere",
    ),
    Deviation(
        "soft_margin_loss",
        {"input": f32(0.0), "target": f64(1.0)},
        reference=Gives(LOG2, dtype="float32", digits=6),
        ours=Gives(LOG2, dtype="float64"),
        why="the result has the promoted dtype everywhere",
    ),
    Deviation(
        "soft_margin_loss",
        {"input": f64(4.0), "target": ints(1, dtype=np.uint8)},
        reference=Gives(0.01814992791780978, {"input": [NAN]}, digits=9),
        ours=Gives(0.01814992791780978, {"input": [-0.01798620996209156]}, digits=9),
        why="torch negates an unsigned 1 to 255; here it is promoted first",
    ),
    Deviation(
        "poisson_nll_loss",
        {"input": f64(1.0), "target": ints(3)},
        options={"log_input": False, "full": True, "eps": 0.0},
        reference=Gives(1 + 3 * LOG3 - 3 + 0.5 * LOG6PI, digits=6),
        ours=Gives(1 + 3 * LOG3 - 3 + 0.5 * LOG6PI),
        why="torch takes the logarithm of an integer in float32",
    ),
    *(
        Deviation(
            loss,
            {"input": f16([1.0, 0.5]), "target": target},
            reference=Raises(NotImplementedError, "not implemented for 'Half'"),
            ours=Gives(0.25, dtype="float16"),
            why="16-bit floats are taken everywhere",
        )
        for loss, target in [
            ("multi_margin_loss", ints(0)),
            ("multilabel_margin_loss", ints([0, -1])),
        ]
    ),
    Deviation(
        "pdist",
        {"input": f16([3.0, 4.0], [0.0, 0.0])},
        reference=Raises(NotImplementedError, "not implemented for 'Half'"),
        ours=Gives([5.0], dtype="float16"),
        why="16-bit floats are taken everywhere",
    ),
]
