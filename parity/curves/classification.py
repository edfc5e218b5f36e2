"""Curves of the losses of class scores and probabilities."""

import numpy as np

from parity.curve import Curve
from parity.curves.lines import FIRST_OF_2, FIRST_OF_3, LOGIT, ONE
from parity.differences.arrays import f64, ints
from parity.references import adaptive_log_softmax_with_loss

__all__ = ["CURVES"]

LAYER = f64([1.0, 0.0], [-0.5, 0.5], [0.0, -1.0])

CURVES = [
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
]
