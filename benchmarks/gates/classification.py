"""Gates of the losses of class scores and probabilities."""

from typing import Any

import jax

from benchmarks import peers
from benchmarks.gate import Gate, Limit
from benchmarks.gates.shapes import LABELLED, ONE

__all__ = ["GATES"]

BF16 = ("bf16[4096,32000]", "i32[4096]")

ADAPTIVE = (
    "f32[4096,64]",
    "i32[4096]",
    "f32[102,64]",
    (("f32[16,64]", "f32[900,16]"), ("f32[4,64]", "f32[4000,4]")),
)


def _log_mass(x: Any) -> Any:
    return jax.nn.logsumexp(x, -1)


GATES = (
    Gate("hinge_loss", 2 * ONE, Limit(4.0, 4.0), Limit(12.6), Limit(24)),
    Gate(
        "binary_sparsemax_loss",
        2 * ONE,
        Limit(4.4, 4.0),
        Limit(12.6),
        Limit(36),
        reason="signs of the labels are made anew in value and slope",
    ),
    Gate(
        "multiclass_hinge_loss",
        ("f32[4096,1000]", "i32[4096]"),
        Limit(9.1, 4.0),
        Limit(33),
        Limit(73),
        reason="the true class is left out by a selection, and XLA writes a select out",
    ),
    Gate(
        "entmax_loss",
        ("f32[4096,1000]", "i32[4096]"),
        None,
        Limit(83),
        Limit(176),
    ),
    Gate(
        "fenchel_young_loss",
        2 * ("f32[4096,256]",),
        Limit(4.4, 4.0),
        Limit(4.3),
        Limit(57),
        reason="logsumexp is differentiated as it stands, and keeps its exponentials",
        options={"conjugate": _log_mass},
    ),
    Gate("binary_cross_entropy", 2 * ONE, Limit(4.0, 4.0), Limit(8.4), Limit(42)),
    Gate(
        "binary_cross_entropy_with_logits",
        2 * ONE,
        Limit(2.5, 2.5),
        Limit(4.2),
        Limit(42),
    ),
    Gate("soft_margin_loss", 2 * ONE, Limit(2.5, 2.5), Limit(0.0), Limit(21)),
    Gate(
        "multilabel_soft_margin_loss",
        2 * ("f32[4096,256]",),
        Limit(4.0, 4.0),
        Limit(4.2),
        Limit(46),
    ),
    Gate(
        "cross_entropy",
        LABELLED,
        Limit(2.5, 2.1),
        Limit(1.0, 1.0),
        Limit(90),
        reason="the compiler counts the gather of one score a row as a read of all",
    ),
    Gate(
        "cross_entropy",
        BF16,
        Limit(5.0, 4.5),
        Limit(0.5, 0.5),
        Limit(96),
        reason="the gather, as in float32",
        peer=(peers.cross_entropy, BF16),
    ),
    Gate(
        "cross_entropy",
        LABELLED,
        Limit(4.0, 4.0),
        Limit(0.1),
        Limit(125),
        options={"label_smoothing": 0.1},
    ),
    Gate("cross_entropy", 2 * LABELLED[:1], Limit(4.0, 4.0), Limit(0.1), Limit(45)),
    Gate("nll_loss", LABELLED, Limit(4.0, 4.0), Limit(0.1), Limit(52)),
    Gate("sigmoid_focal_loss", 2 * ONE, Limit(4.0, 4.0), Limit(8.4), Limit(100)),
    Gate("softmax_focal_loss", LABELLED, Limit(4.0, 4.0), Limit(0.1), Limit(170)),
    Gate(
        "softmax_focal_loss",
        2 * LABELLED[:1],
        Limit(4.4, 4.0),
        Limit(530),
        Limit(180),
        reason="the slope needs two sums of its own beside those of the odds",
    ),
    Gate("poly_loss", LABELLED, Limit(4.0, 4.0), Limit(0.1), Limit(155)),
    Gate("poly_loss", 2 * LABELLED[:1], Limit(4.0, 4.0), Limit(0.1), Limit(150)),
    Gate(
        "generalized_cross_entropy",
        LABELLED,
        Limit(4.0, 4.0),
        Limit(0.1),
        Limit(160),
    ),
    Gate(
        "generalized_cross_entropy",
        2 * LABELLED[:1],
        Limit(4.4, 4.0),
        Limit(530),
        Limit(165),
        reason="the slope needs two sums of its own beside those of the odds",
    ),
    Gate(
        "smooth_labels",
        LABELLED[:1],
        Limit(1.5, 1.5),
        Limit(0.0),
        Limit(10),
        options={"label_smoothing": 0.1},
    ),
    Gate(
        "linear_cross_entropy",
        ("f32[4096,1024]", "f32[131072,1024]", "i32[4096]"),
        None,
        Limit(90, 90),
        Limit(140),
        wrt=(0, 1),
    ),
    Gate(
        "linear_cross_entropy",
        ("f32[16384,2048]", "f32[262144,2048]", "i32[16384]"),
        None,
        Limit(400, 400),
        Limit(140),
        wrt=(0, 1),
    ),
    Gate(
        "adaptive_log_softmax_with_loss",
        ADAPTIVE,
        Limit(290, 4.0),
        Limit(150),
        Limit(240),
        wrt=(0, 2, 3),
        options={"cutoffs": (100, 1000)},
        reason="the scores of all rows in all clusters, not the inputs, are the bulk",
    ),
    Gate(
        "multi_margin_loss",
        ("f32[4096,1000]", "i32[4096]"),
        Limit(6.1, 4.0),
        Limit(17),
        Limit(58),
        reason="the formula selects inside, and XLA writes a select out",
    ),
    Gate(
        "multilabel_margin_loss",
        ("f32[128,1000]", "i32[128,1000]"),
        Limit(32, 4.0),
        Limit(6.7),
        Limit(240),
        reason="scores are sorted, and looked up among those",
    ),
    Gate(
        "multilabel_margin_loss",
        ("f32[64,4000]", "i32[64,4000]"),
        Limit(32, 4.0),
        Limit(14),
        Limit(240),
        reason="scores are sorted, and looked up among those",
    ),
)
