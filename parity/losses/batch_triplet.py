"""The triplet loss of a batch against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.examples.arrays import ONE_ROW, X
from parity.info import LossInfo
from parity.losses.contrastive import corners, distinct
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
from parity.packages.embedding import triplets_of_pml
from parity.references.batch_triplet import batch_triplet
from parity.row import Row


def with_margin(rng):
    return distinct(rng) | {"margin": np.asarray(0.375)}


TRIPLET = fl.batch_triplet_loss
REDUCED = {"reduction": ["none", "mean"]}
MINING = {"mining": ["all", "hard", "semihard"]}
PML = Package(
    "pytorch-metric-learning TripletMarginLoss",
    triplets_of_pml,
    options={"margin": [0.2, 0.5], "mining": ["all", "hard"], "squared": [True, False]},
)

CASES = [
    Case(
        TRIPLET,
        batch_triplet,
        distinct,
        [
            MINING | {"reduction": ["none", "mean", "sum"]},
            MINING | {"smooth": [True], "squared": [True, False]},
            MINING | {"count": ["all"], "normalize": [False], "margin": [1.0]},
            {"dtype": ["float32"]},
        ],
        also=[PML],
    ),
    # Of equal rows the reference has no second derivative.
    Case(TRIPLET, batch_triplet, plain, MINING | REDUCED, orders=1),
    Case(
        TRIPLET,
        batch_triplet,
        corners,
        MINING | {"margin": [5.0, 0.0], "normalize": [False], "squared": [False]},
        orders=1,
    ),
    Case(TRIPLET, batch_triplet, zeros, {"mining": ["all"]}, orders=1),
    Case(TRIPLET, batch_triplet, one_label, MINING, orders=1),
    Case(TRIPLET, batch_triplet, all_labels, MINING, orders=1),
    Case(TRIPLET, batch_triplet, masked, MINING | REDUCED, orders=1),
    Case(TRIPLET, batch_triplet, extreme, {"squared": [True]}, orders=1),
    Case(TRIPLET, batch_triplet, with_margin, MINING, ("input", "margin")),
]

INFOS = [
    LossInfo(
        TRIPLET,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": [0, 0, 1]},
                mass=None,
                together=True,
                options={"margin": 1.25},
                reals={"margin": 1.375},
                bad_options=(({"margin": np.nan}, "margin must be a number, got nan"),),
            )
        ],
        gates=[
            Gate(BATCH, None, Limit(104, 200), Limit(645)),
            Gate(
                BATCH, None, Limit(93, 200), Limit(629), options={"mining": "semihard"}
            ),
            Gate(BATCH, None, Limit(50, 200), Limit(535), options={"smooth": True}),
        ],
        curve=Curve(**TURNED, reference=batch_triplet),
        no_number=ONE_ROW,
    ),
]
