"""Numbers that are exact where torch overflows, cancels or is nan."""

import numpy as np

from parity.deviation import Deviation, Gives, Unspecified
from parity.differences.arrays import INF, NAN, f16, f32, f64, ints

NUMBERS = [
    Deviation(
        "binary_cross_entropy_with_logits",
        {"input": f64(INF, -INF, -INF), "target": f64(1.0, 0.0, 1.0)},
        options={"reduction": "none"},
        reference=Gives([NAN, NAN, NAN]),
        ours=Gives([0.0, 0.0, INF], {"input": [0.0, 0.0, -1.0]}),
        why="the limits exist",
    ),
    Deviation(
        "binary_cross_entropy_with_logits",
        {"input": f32(-20.0), "target": f32(0.0)},
        reference=Gives(0.0),
        ours=Gives(2.061153620314381e-9, digits=6),
        why="torch subtracts 20 from 20; the tail has all its digits here",
    ),
    Deviation(
        "binary_cross_entropy",
        {"input": f16(0.0, 1.0), "target": f16(0.0, 1.0)},
        options={"reduction": "sum"},
        reference=Gives(0.0, {"input": [NAN, NAN]}),
        ours=Gives(0.0, {"input": [0.0, 0.0]}),
        why="a divisor's floor in the gradient is no float16; computed in float32",
    ),
    Deviation(
        "cross_entropy",
        {"input": f64([-INF, 0.0, 0.0]), "target": f64([0.0, 1.0, 0.0])},
        reference=Gives(NAN),
        ours=Gives(0.6931471805599453, {"input": [[0.0, -0.5, 0.5]]}),
        why="an impossible class without mass costs nothing, as with labels",
    ),
    Deviation(
        "cross_entropy",
        {"input": f64([NAN, 0.0], [0.0, 0.0]), "target": ints(-100, 1)},
        reference=Gives(0.6931471805599453, {"input": [[NAN, NAN], [0.5, -0.5]]}),
        ours=Gives(0.6931471805599453, {"input": [[0.0, 0.0], [0.5, -0.5]]}),
        why="an ignored row has no part in the result",
    ),
    Deviation(
        "kl_div",
        {"input": f64(-2.0), "target": f64(0.0)},
        options={"reduction": "sum"},
        reference=Gives(0.0, {"target": [NAN]}),
        ours=Gives(0.0, {"target": [3.0]}),
        why="a truth that is exactly 0 must not spoil the gradient of a whole model",
    ),
    Deviation(
        "kl_div",
        {"input": f64(-INF), "target": f64(0.0)},
        options={"reduction": "sum"},
        reference=Gives(NAN),
        ours=Gives(0.0, {"input": [0.0], "target": [0.0]}),
        why="what is predicted impossible and does not happen costs nothing",
    ),
    Deviation(
        "kl_div",
        {"input": f64(-2.0), "target": f64(-INF)},
        options={"reduction": "sum", "log_target": True},
        reference=Gives(NAN),
        ours=Gives(0.0, {"input": [0.0], "target": [0.0]}),
        why="a probability of 0 costs 0, given as a logarithm or not",
    ),
    Deviation(
        "pairwise_distance",
        {"x1": f64([3e200, 4e200]), "x2": f64([0.0, 0.0])},
        reference=Gives(INF),
        ours=Gives(5e200, {"x1": [[0.6, 0.8]]}),
        why="the distance fits, only its square does not",
    ),
    Deviation(
        "triplet_margin_loss",
        {
            "anchor": f64([0.0, 0.0]),
            "positive": f64([3e200, 4e200]),
            "negative": f64([0.0, 0.0]),
        },
        reference=Gives(INF),
        ours=Gives(5e200, {"positive": [[0.6, 0.8]]}),
        why="the distance fits, only its square does not",
    ),
    Deviation(
        "cross_entropy",
        {"input": np.zeros((70000, 2), np.float16), "target": np.zeros(70000, int)},
        reference=Gives(0.0, dtype="float16"),
        ours=Gives(0.6931471805599453, dtype="float16", digits=3),
        why="sums and counts run in float32; torch's count overflows float16",
    ),
    Deviation(
        "soft_margin_loss",
        {"input": f64(-800.0), "target": f64(1.0)},
        reference=Gives(INF, {"input": [NAN]}),
        ours=Gives(800.0, {"input": [-1.0]}),
        why="the exponential overflows, its logarithm does not",
    ),
    Deviation(
        "multilabel_soft_margin_loss",
        {"input": f64(INF, -INF), "target": f64(1.0, 0.0)},
        reference=Gives(NAN),
        ours=Gives(0.0, {"input": [0.0, 0.0]}),
        why="the limits exist",
    ),
    Deviation(
        "cosine_embedding_loss",
        {"input1": f16([255.0, 0.0]), "input2": f16([255.0, 0.0]), "target": ints(1)},
        reference=Gives(1.0),
        ours=Gives(0.0),
        why="computed in float32, where the product of the norms fits",
    ),
    Deviation(
        "cosine_embedding_loss",
        {"input1": f64([1e200, 0.0]), "input2": f64([1.0, 0.0]), "target": ints(1)},
        reference=Gives(1.0),
        ours=Gives(1e-12 / 2, digits=3),
        why="vectors are scaled before they are squared",
    ),
    Deviation(
        "cosine_similarity",
        {"x1": f64([1e200, 0.0]), "x2": f64([1.0, 0.0])},
        reference=Gives([0.0]),
        ours=Gives([1.0]),
        why="vectors are scaled before they are squared",
    ),
    Deviation(
        "poisson_nll_loss",
        {"input": f64(-INF), "target": f64(0.0)},
        reference=Gives(NAN),
        ours=Gives(0.0, {"input": [0.0]}),
        why="at rate 0 the count 0 is certain",
    ),
    Deviation(
        "pdist",
        {"input": f64([3e200, 4e200], [0.0, 0.0])},
        reference=Gives([INF]),
        ours=Gives([5e200], {"input": [[0.6, 0.8], [-0.6, -0.8]]}),
        why="the distance fits, only its square does not",
    ),
    *(
        Deviation(
            loss,
            {"input": np.zeros((0, 3)), "target": target},
            reference=Unspecified("the mean of no rows is whatever was in memory"),
            ours=Gives(NAN),
            why="the mean of nothing is nan everywhere",
        )
        for loss, target in [
            ("multi_margin_loss", np.zeros(0, int)),
            ("multilabel_margin_loss", np.zeros((0, 3), int)),
        ]
    ),
]
