"""The curve of every loss: what moves, from where to where, and what stays."""

import numpy as np

from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.references import adaptive_log_softmax_with_loss

__all__ = ["CURVES"]

ERROR = {"moved": "error", "span": (-3.0, 3.0)}
LOGIT = {"moved": "logit", "span": (-6.0, 6.0)}
PAIR = {"input": f64(0.0), "target": f64(0.0)}
ONE = {"input": f64(1.0)}
FIRST_OF_3 = f64([1.0, 0.0, 0.0])
FIRST_OF_2 = f64([1.0, 0.0])
TRIPLET = {
    "anchor": f64([0.0, 0.5]),
    "positive": f64([0.0, 0.0]),
    "negative": f64([2.0, 0.0]),
}
LAYER = f64([1.0, 0.0], [-0.5, 0.5], [0.0, -1.0])

_ROWS = [
    Curve("l1_loss", **ERROR, fixed="target 0", arrays=PAIR, along=ONE),
    Curve("mse_loss", **ERROR, fixed="target 0", arrays=PAIR, along=ONE),
    Curve("huber_loss", **ERROR, fixed="delta 1", arrays=PAIR, along=ONE),
    Curve(
        "smooth_l1_loss",
        **ERROR,
        fixed="beta 0.5",
        arrays=PAIR,
        along=ONE,
        options={"beta": 0.5},
    ),
    Curve(
        "poisson_nll_loss",
        "logarithm of the rate",
        (-2.0, 3.0),
        "a count of 3",
        {"input": f64(0.0), "target": f64(3.0)},
        ONE,
    ),
    Curve(
        "gaussian_nll_loss",
        "variance",
        (0.25, 4.0),
        "an error of 1",
        {"input": f64(1.0), "target": f64(0.0), "var": f64(0.0)},
        {"var": f64(1.0)},
    ),
    Curve(
        "nll_loss",
        "log-probability of the true class",
        (-6.0, 0.0),
        "any log-probabilities of the other classes",
        {"input": f64([0.0, -1.0, -2.0]), "target": ints(0)},
        {"input": FIRST_OF_3},
    ),
    Curve(
        "cross_entropy",
        "logit of the true class",
        (-6.0, 6.0),
        "two other classes with logits 0 and 1",
        {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
        {"input": FIRST_OF_3},
    ),
    Curve(
        "binary_cross_entropy",
        "probability",
        (0.02, 0.98),
        "target 1",
        {"input": f64(0.0), "target": f64(1.0)},
        ONE,
    ),
    Curve(
        "binary_cross_entropy_with_logits",
        **LOGIT,
        fixed="target 1",
        arrays={"input": f64(0.0), "target": f64(1.0)},
        along=ONE,
    ),
    Curve(
        "soft_margin_loss",
        "score",
        (-6.0, 6.0),
        "label 1",
        {"input": f64(0.0), "target": f64(1.0)},
        ONE,
    ),
    Curve(
        "multilabel_soft_margin_loss",
        "logit of one label",
        (-6.0, 6.0),
        "the label applies; another with logit 1 does not",
        {"input": f64([0.0, 1.0]), "target": f64([1.0, 0.0])},
        {"input": FIRST_OF_2},
    ),
    Curve(
        "multi_margin_loss",
        "score of the true class",
        (-2.0, 4.0),
        "two other classes with scores 0 and 1; margin 1",
        {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
        {"input": FIRST_OF_3},
    ),
    Curve(
        "multilabel_margin_loss",
        "score of one label",
        (-2.0, 4.0),
        "the label applies; two others with scores 0 and 1 do not",
        {"input": f64([0.0, 0.0, 1.0]), "target": np.asarray([[0, -1, -1]])},
        {"input": FIRST_OF_3},
    ),
    Curve(
        "linear_cross_entropy",
        "one feature",
        (-6.0, 6.0),
        "another feature of 1, and a layer of three classes",
        {"input": f64([0.0, 1.0]), "linear_weight": LAYER, "target": ints(0)},
        {"input": FIRST_OF_2},
    ),
    Curve(
        "adaptive_log_softmax_with_loss",
        "one feature",
        (-6.0, 6.0),
        "another feature of 1; two frequent classes, and two in a cluster",
        {
            "input": f64([0.0, 1.0]),
            "target": ints(2),
            "head_weight": LAYER,
            "tail_weights": ((f64([1.0, 0.5]), f64([1.0], [-0.5])),),
        },
        {"input": FIRST_OF_2},
        {"cutoffs": (2,)},
        reference=adaptive_log_softmax_with_loss,
    ),
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
    Curve(
        "margin_ranking_loss",
        "score that should be larger",
        (-3.0, 3.0),
        "the other score 0; margin 0.5",
        {"input1": f64(0.0), "input2": f64(0.0), "target": f64(1.0)},
        {"input1": f64(1.0)},
        {"margin": 0.5},
    ),
    Curve(
        "kl_div",
        "true probability",
        (0.005, 1.0),
        "predicted probability 0.25",
        {"input": f64(np.log(0.25)), "target": f64(0.0)},
        {"target": f64(1.0)},
        {"reduction": "sum"},
    ),
    Curve(
        "ctc_loss",
        "logit of the first label in the first frame",
        (-6.0, 6.0),
        "all other logits 0; four frames, three classes, two labels",
        {"log_probs": np.zeros((4, 1, 3)), "targets": np.asarray([[1, 2]])},
        {"log_probs": np.eye(12)[1].reshape(4, 1, 3)},
        {"input_lengths": (4,), "target_lengths": (2,)},
        logits="log_probs",
    ),
]

CURVES = {curve.loss: curve for curve in _ROWS}
