"""The contrastive loss of a batch against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.examples.arrays import ONE_ROW, X
from parity.info import LossInfo
from parity.losses.ntxent import (
    BATCH,
    TURNED,
    all_labels,
    extreme,
    masked,
    one_label,
    plain,
    zeros,
)
from parity.packages.embedding import contrastive_of_pml
from parity.references.contrastive import contrastive
from parity.row import Row


def distinct(rng):
    return plain(rng) | {"input": rng.standard_normal((6, 4))}


def corners(rng):
    # Distances of 5, 10 and 0 of positives and of negatives, and of 13.
    input = [[0.0, 0.0], [3.0, 4.0], [0.0, 0.0], [6.0, 8.0], [3.0, 4.0], [5.0, 12.0]]
    return {"input": np.asarray(input), "target": np.asarray([0, 0, 0, 1, 1, 1])}


def with_margins(rng):
    margins = {"margin": np.asarray(1.25), "positive_margin": np.asarray(0.25)}
    return distinct(rng) | margins


CONTRASTIVE = fl.contrastive_loss
REDUCED = {"reduction": ["none", "mean"]}
COUNTS = {"count": ["active", "all"]}
PML = Package(
    "pytorch-metric-learning ContrastiveLoss",
    contrastive_of_pml,
    options={"margin": [1.0, 1.5], "positive_margin": [0.0, 0.5]},
)

CASES = [
    Case(
        CONTRASTIVE,
        contrastive,
        distinct,
        [
            {"reduction": ["none", "mean", "sum"], "p": [1, 2]},
            COUNTS | {"margin": [1.5], "positive_margin": [0.5], "p": [1, 2]},
            {"normalize": [False], "margin": [3.0]},
            {"dtype": ["float32"]},
        ],
        also=[PML],
    ),
    # Of equal rows the reference has no second derivative.
    Case(CONTRASTIVE, contrastive, plain, REDUCED, orders=1, also=[PML]),
    Case(
        CONTRASTIVE,
        contrastive,
        corners,
        COUNTS
        | {
            "margin": [5.0, 10.0],
            "positive_margin": [5.0],
            "p": [1, 2],
            "normalize": [False],
        },
        orders=1,
    ),
    # A row of zeros has distance 1 to all, to rounding: not the margin.
    Case(CONTRASTIVE, contrastive, zeros, COUNTS | {"margin": [1.5]}, orders=1),
    Case(CONTRASTIVE, contrastive, one_label, {"count": ["active"]}, orders=1),
    Case(CONTRASTIVE, contrastive, all_labels, {"count": ["active"]}, orders=1),
    Case(CONTRASTIVE, contrastive, masked, REDUCED, orders=1),
    Case(CONTRASTIVE, contrastive, extreme, {"p": [2]}, orders=1),
    Case(
        CONTRASTIVE,
        contrastive,
        with_margins,
        COUNTS,
        ("input", "margin", "positive_margin"),
    ),
]

INFOS = [
    LossInfo(
        CONTRASTIVE,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": [0, 0, 1]},
                mass=None,
                together=True,
                options={"margin": 1.75},
                reals={"margin": 1.875, "positive_margin": 0.125},
                bad_options=(
                    ({"margin": np.nan}, "margin must be a number, got nan"),
                    ({"p": 3}, "p must be 1 or 2, got 3"),
                ),
            )
        ],
        gates=[Gate(BATCH, None, Limit(50, 200), Limit(540))],
        curve=Curve(**TURNED, reference=contrastive),
        no_number=ONE_ROW,
    ),
]
