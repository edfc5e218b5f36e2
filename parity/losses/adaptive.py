"""Adaptive log-softmax against torch's module."""

import inspect

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import CLASSES, ONE_ROW, X, Y, bad_labels
from parity.examples.lines import FIRST_OF_2
from parity.info import LossInfo
from parity.losses.linear_cross_entropy import THREE_CLASSES
from parity.references import adaptive_log_softmax_with_loss as reference
from parity.row import Row

CUTOFFS = (3, 5)


def plain(rng):
    # 8 classes: 3 in the head, clusters of 2 and 3 with 2 and 1 hidden features.
    return {
        "input": rng.standard_normal((7, 4)),
        "target": np.asarray([0, 7, 3, 2, 4, 5, 6]),
        "head_weight": rng.standard_normal((5, 4)),
        "tail_weights": (
            (rng.standard_normal((2, 4)), rng.standard_normal((2, 2))),
            (rng.standard_normal((1, 4)), rng.standard_normal((3, 1))),
        ),
    }


def biased(rng):
    return plain(rng) | {"head_bias": rng.standard_normal(5)}


def head_only(rng):
    return biased(rng) | {"target": np.asarray([0, 1, 2, 0, 0, 1, 2])}


def sample(rng):
    return biased(rng) | {"input": rng.standard_normal(4), "target": np.asarray(4)}


def large(rng):
    inputs = biased(rng)
    return inputs | {"input": 1e2 * inputs["input"]}


def empty(rng):
    return plain(rng) | {"input": np.zeros((0, 4)), "target": np.zeros(0, dtype=int)}


OURS, TORCH = fl.adaptive_log_softmax_with_loss, reference
GRID = {"cutoffs": [CUTOFFS]}
PLAIN = ("input", "head_weight", "tail_weights")
BIASED = (*PLAIN, "head_bias")

CASES = [
    Case(OURS, TORCH, plain, [GRID, GRID | {"dtype": ["float32", "float64"]}], PLAIN),
    Case(OURS, TORCH, biased, GRID, BIASED),
    Case(OURS, TORCH, head_only, GRID, BIASED),
    Case(OURS, TORCH, sample, GRID, BIASED),
    # The gradients in a cluster that is certain are nothing but exp(-50) and rounding.
    Case(OURS, TORCH, large, GRID, ("input", "head_weight"), orders=1),
    Case(OURS, TORCH, empty, GRID, PLAIN),
]  # fmt: skip


def adaptive_log_softmax_with_loss(
    input, target, head_weight, first, second, **options
):
    """Return the loss alone, of an adaptive softmax with one cluster."""
    return fl.adaptive_log_softmax_with_loss(
        input, target, head_weight, [(first, second)], cutoffs=[2], **options
    ).loss


# What the options are is asked of the signature.
adaptive_log_softmax_with_loss.__signature__ = inspect.Signature(
    [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
        for name in ("reduction", "where", "dtype")
    ]
)

ADAPTIVE = (
    "f32[4096,64]",
    "i32[4096]",
    "f32[102,64]",
    (("f32[16,64]", "f32[900,16]"), ("f32[4,64]", "f32[4000,4]")),
)

INFOS = [
    LossInfo(
        fl.adaptive_log_softmax_with_loss,
        cases=CASES,
        rows=[
            Row(
                {
                    "input": X,
                    "target": CLASSES,
                    "head_weight": Y,
                    "first": [[0.5, -0.25]],
                    "second": [[1.0], [-0.5]],
                },
                samples={"head_weight": None, "first": None, "second": None},
                lists=("first", "second"),
                bad_values=bad_labels("N"),
                loss=adaptive_log_softmax_with_loss,
            )
        ],
        gates=[
            Gate(
                ADAPTIVE,
                Limit(290, 4.0),
                Limit(150),
                Limit(240),
                # The exponentials of the scores in every cluster.
                cpu_temporaries=Limit(170),
                wrt=(0, 2, 3),
                options={"cutoffs": (100, 1000)},
                reason="the scores of all rows in all clusters, not the inputs, are "
                "the bulk",
            )
        ],
        curve=Curve(
            "one feature",
            (-6.0, 6.0),
            "another feature of 1; two frequent classes, and two in a cluster",
            {
                "input": f64([0.0, 1.0]),
                "target": ints(2),
                "head_weight": THREE_CLASSES,
                "tail_weights": ((f64([1.0, 0.5]), f64([1.0], [-0.5])),),
            },
            {"input": FIRST_OF_2},
            {"cutoffs": (2,)},
            reference=reference,
        ),
        no_number=ONE_ROW,
    ),
]
