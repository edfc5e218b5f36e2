"""The loss of transducers against its definition, its recursion, and a package."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.examples.arrays import LOG_SHARES
from parity.info import LossInfo
from parity.packages.sequence import rnnt_of_warprnnt_numba
from parity.references.transducer import rnnt_by_enumeration, rnnt_by_recursion
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def batch(rng):
    # Full, of fewer frames, empty, shorter than its padding, which is never read.
    targets = np.asarray([[1, 3, 1], [3, 3, 1], [-7, 9, 0], [1, 99, -1]])
    return {
        "logits": 2 * rng.standard_normal((4, 4, 4, 5)),
        "targets": targets,
        "logit_lengths": np.asarray([4, 3, 2, 4]),
        "target_lengths": np.asarray([3, 3, 0, 1]),
    }


def readable(rng):
    return batch(rng) | {
        "targets": np.asarray([[1, 3, 1], [3, 3, 1], [1, 1, 1], [1, 3, 3]])
    }


def static(rng):
    inputs = batch(rng)
    del inputs["logit_lengths"], inputs["target_lengths"]
    return inputs


def log_probs(rng):
    # Not normalised: the gradient must be that of what is there.
    return {
        "logits": rng.standard_normal((2, 3, 3, 4)),
        "targets": np.asarray([[1, 2], [2, 2]]),
        "logit_lengths": np.asarray([3, 2]),
        "target_lengths": np.asarray([2, 1]),
    }


def impossible_classes(rng):
    inputs = log_probs(rng)
    inputs["logits"][0, 0, 0, 3] = inputs["logits"][1, 0, 0, 2] = -np.inf
    return inputs


def no_frames(rng):
    return log_probs(rng) | {"logit_lengths": np.asarray([0, 2])}


def unlabelled(rng):
    return {
        "logits": rng.standard_normal((2, 3, 1, 2)),
        "targets": np.zeros((2, 0), np.int64),
        "logit_lengths": np.asarray([3, 1]),
        "target_lengths": np.asarray([0, 0]),
    }


def confident(rng):
    # One alignment has nearly all the probability.
    logits = np.full((1, 4, 3, 3), -50.0)
    for t, u, k in [(0, 0, 2), (1, 0, 0), (1, 1, 2), (2, 1, 1), (2, 2, 2), (3, 2, 2)]:
        logits[0, t, u, k] = 0.0
    lengths = {"logit_lengths": np.asarray([4]), "target_lengths": np.asarray([2])}
    return {"logits": logits, "targets": np.asarray([[0, 1]])} | lengths


def long(rng):
    return {
        "logits": rng.standard_normal((2, 60, 9, 4)),
        "targets": rng.integers(0, 3, (2, 8)),
        "logit_lengths": np.asarray([60, 50]),
        "target_lengths": np.asarray([8, 6]),
    }


def masked(rng):
    inputs = log_probs(rng) | {"where": np.asarray([True, False])}
    inputs["logits"][1], inputs["targets"][1] = np.nan, 77
    return inputs


LOSS = fl.rnnt_loss
GRID = {"reduction": REDUCTION}
SOME = {"reduction": ["none", "mean"]}
LENGTHS = {
    "logit_lengths": [(4, 3, 2, 4)],
    "target_lengths": [(3, 3, 0, 1), (2, 1, 0, 1)],
}
BLANK = {"blank": [-1, 0, 2, -3], "reduction": ["none"]}
WRT = ("logits",)
WIDE = ("float64", "float32")
WARPRNNT = Package(
    "warprnnt-numba rnnt_loss",
    rnnt_of_warprnnt_numba,
    quirk="takes no frames and labels beyond the longest, and integers of 32 bits",
)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, rnnt_by_enumeration, batch,
                 [GRID, BLANK, {"dtype": ["float32", "float64"]}], WRT),
            Case(LOSS, rnnt_by_recursion, readable, [GRID, BLANK], WRT, orders=1,
                 dtypes=WIDE, also=[WARPRNNT]),
            Case(LOSS, rnnt_by_enumeration, static, LENGTHS, WRT, dtypes=WIDE),
            Case(LOSS, rnnt_by_enumeration, log_probs,
                 GRID | {"fused_log_softmax": [True, False]}, WRT),
            Case(LOSS, rnnt_by_enumeration, impossible_classes,
                 SOME | {"fused_log_softmax": [True, False]}, WRT, dtypes=WIDE),
            Case(LOSS, rnnt_by_enumeration, no_frames, GRID, (), orders=0),
            Case(LOSS, rnnt_by_enumeration, unlabelled, SOME, WRT, dtypes=WIDE),
            Case(LOSS, rnnt_by_enumeration, confident,
                 SOME | {"fused_log_softmax": [False]}, WRT, dtypes=WIDE),
            Case(LOSS, rnnt_by_enumeration, masked, SOME, WRT, dtypes=WIDE),
            Case(LOSS, rnnt_by_recursion, long, {"reduction": ["none"]}, WRT, orders=1,
                 dtypes=WIDE, depth=68),
        ],
        rows=[
            Row(
                {
                    "logits": [[LOG_SHARES] * 3] * 3,
                    "targets": [[1, 2], [2, 2], [3, 1]],
                    "logit_lengths": [3, 2, 3],
                    "target_lengths": [2, 2, 1],
                },
                options={"blank": 0},
                lists=("logit_lengths", "target_lengths"),
                may_be_empty=False,
                bad_options=(
                    ({"blank": 4}, "blank must be in -4..3, got 4"),
                    (
                        {"fused_log_softmax": 1},
                        "fused_log_softmax must be True or False, got 1",
                    ),
                ),
                bad_values=(
                    (
                        "targets",
                        (1, 0),
                        4,
                        "targets must be in 0..3 and not the blank 0, got 4 at (1, 0)",
                    ),
                ),
            )
        ],
        gates=[
            Gate(
                (
                    "f32[8,200,51,1024]",
                    "i32[8,50]",
                    "i32[8]",
                    "i32[8]",
                ),
                None,
                Limit(2.8),
                Limit(330),
            )
        ],
        curve=Curve(
            "score of the first label in the first frame",
            (-6.0, 6.0),
            "all other scores 0; three frames, two labels, three classes",
            {
                "logits": np.zeros((1, 3, 3, 3)),
                "targets": np.asarray([[0, 1]]),
                "logit_lengths": np.asarray([3]),
                "target_lengths": np.asarray([2]),
            },
            {"logits": np.eye(27)[0].reshape(1, 3, 3, 3)},
            reference=rnnt_by_enumeration,
        ),
    ),
]  # fmt: skip
