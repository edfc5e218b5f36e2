"""Connectionist temporal classification against torch, and against its definition.

torch's gradient is the one that the logits before a `log_softmax` need; the derivative
with respect to the log-probabilities themselves is torch's without the softmax in it.
"""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import LOG_SHARES
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import (
    ctc_by_enumeration,
    ctc_by_recursion,
    ctc_with_true_derivative,
)
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def log_probs(rng, *shape):
    scores = rng.standard_normal(shape)
    return scores - np.log(np.sum(np.exp(scores), axis=-1, keepdims=True))


def batch(rng):
    # Full, repeated labels, empty, shorter than its padding.
    targets = np.asarray([[1, 2, 3, 1], [2, 2, 4, 4], [-7, 9, 0, 0], [3, 1, 99, -1]])
    return {
        "log_probs": log_probs(rng, 9, 4, 5),
        "targets": targets,
        "input_lengths": np.asarray([9, 8, 5, 6]),
        "target_lengths": np.asarray([4, 4, 0, 2]),
    }


def concatenated(rng):
    inputs = batch(rng)
    rows = zip(inputs["targets"], inputs["target_lengths"], strict=True)
    flat = np.concatenate([labels[:length] for labels, length in rows])
    return inputs | {"targets": flat.astype(np.int32)}


def infeasible(rng):
    # Too few frames for the labels, for a repeat, and none at all.
    inputs = batch(rng) | {"input_lengths": np.asarray([9, 5, 0, 1])}
    return inputs | {"targets": np.asarray([[1, 2, 3, 1], [2, 2, 4, 4]] * 2)}


def static(rng):
    inputs = batch(rng)
    del inputs["input_lengths"], inputs["target_lengths"]
    return inputs


def sample(rng):
    return {
        "log_probs": log_probs(rng, 7, 4),
        "targets": np.asarray([1, 1, 3]),
        "input_lengths": np.asarray(6),
        "target_lengths": np.asarray(3),
    }


def small(rng):
    # Not normalised: the gradient must be that of what is there.
    return {
        "log_probs": rng.standard_normal((4, 3, 3)),
        "targets": np.asarray([[1, 2], [2, 2], [1, 1]]),
        "input_lengths": np.asarray([4, 4, 3]),
        "target_lengths": np.asarray([2, 2, 1]),
    }


def impossible_classes(rng):
    inputs = small(rng)
    inputs["log_probs"][0, 0, 0] = inputs["log_probs"][1, 1, 1] = -np.inf
    return inputs


def confident(rng):
    input = np.full((6, 1, 3), -50.0)
    input[[0, 1, 2, 3, 4, 5], 0, [0, 1, 1, 0, 2, 2]] = 0.0
    lengths = {"input_lengths": np.asarray([6]), "target_lengths": np.asarray([2])}
    return {"log_probs": input, "targets": np.asarray([[1, 2]])} | lengths


def long(rng):
    return {
        "log_probs": log_probs(rng, 200, 2, 6),
        "targets": rng.integers(1, 6, (2, 30)),
        "input_lengths": np.asarray([200, 180]),
        "target_lengths": np.asarray([30, 25]),
    }


def masked(rng):
    inputs = small(rng) | {"where": np.asarray([True, False, True])}
    inputs["log_probs"][:, 1], inputs["targets"][1] = np.nan, 77
    return inputs


CTC, TORCH = fl.ctc_loss, ctc_with_true_derivative
GRID = {"reduction": REDUCTION}
SOME = {"reduction": ["none", "mean"]}
LENGTHS = {
    "input_lengths": [(9, 8, 5, 6)],
    "target_lengths": [(4, 4, 0, 2), (3, 1, 0, 1)],
}
WRT = ("log_probs",)
WIDE = ("float64", "float32")

CASES = [
    Case(CTC, TORCH, batch,
         [GRID, {"zero_infinity": [True]}, {"dtype": ["float32", "float64"]}], WRT,
         orders=1),
    Case(CTC, TORCH, concatenated, SOME, WRT, orders=1, dtypes=WIDE),
    Case(CTC, F.ctc_loss, infeasible, GRID | {"zero_infinity": [False]}, (), orders=0),
    Case(CTC, TORCH, infeasible, SOME | {"zero_infinity": [True]}, WRT, orders=1,
         dtypes=WIDE),
    Case(CTC, TORCH, sample, SOME | {"blank": [0, 2]}, WRT, orders=1, dtypes=WIDE),
    Case(CTC, TORCH, static, LENGTHS, WRT, orders=1, dtypes=WIDE),
    Case(CTC, TORCH, confident, SOME, WRT, orders=1, dtypes=WIDE),
    Case(CTC, ctc_by_enumeration, small, GRID, WRT),
    Case(CTC, ctc_by_enumeration, impossible_classes, SOME, WRT, dtypes=WIDE),
    Case(CTC, ctc_by_enumeration, masked, SOME, WRT, dtypes=WIDE),
    # The loss is hundreds of nats, and torch's logarithms lose as many ulps.
    Case(CTC, ctc_by_recursion, long, {"reduction": ["none"]}, WRT, dtypes=WIDE,
         depth=200),
]  # fmt: skip


def gate(shape: tuple[int, ...], ratio: Limit, reason: str = "") -> Gate:
    """Return the gate of the way from scores to losses, beside that of optax."""
    t, n, c, s = shape
    return Gate(
        (f"f32[{t},{n},{c}]", f"i32[{n},{s}]", f"i32[{n}]", f"i32[{n}]"),
        None,
        ratio,
        Limit(310),
        reason,
        function="ctc_loss_of_scores",
        peer=(
            "ctc_loss",
            (f"f32[{n},{t},{c}]", f"f32[{n},{t}]", f"i32[{n},{s}]", f"f32[{n},{s}]"),
        ),
    )


INFOS = [
    LossInfo(
        fl.ctc_loss,
        cases=CASES,
        rows=[
            Row(
                {
                    "log_probs": [LOG_SHARES] * 5,
                    "targets": [[1, 2], [2, 2], [3, 1]],
                    "input_lengths": [5, 4, 5],
                    "target_lengths": [2, 2, 1],
                },
                samples={"log_probs": 1},
                lists=("input_lengths", "target_lengths"),
                may_be_empty=False,
                bad_options=(({"blank": 4}, "blank must be in 0..3, got 4"),),
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
            gate((200, 16, 32, 50), Limit(0.5, 0.5)),
            gate((400, 32, 100, 100), Limit(0.5, 0.5)),
            gate((1000, 16, 32, 200), Limit(0.5, 0.5)),
            gate(
                (500, 16, 5000, 100),
                Limit(0.93, 0.5),
                reason="log_softmax and its gradient, 160 MB each, are outside "
                "ctc_loss",
            ),
        ],
        curve=Curve(
            "logit of the first label in the first frame",
            (-6.0, 6.0),
            "all other logits 0; four frames, three classes, two labels",
            {"log_probs": np.zeros((4, 1, 3)), "targets": np.asarray([[1, 2]])},
            {"log_probs": np.eye(12)[1].reshape(4, 1, 3)},
            {"input_lengths": (4,), "target_lengths": (2,)},
            logits="log_probs",
        ),
        idle={"zero_infinity": "all targets of the row are possible"},
    ),
]
