"""The multi-similarity loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.examples.arrays import ONE_ROW, X, not_above
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
from parity.packages.contrastive import multi_similarity_of_pml
from parity.references.multi_similarity import multi_similarity
from parity.row import Row


def with_options(rng):
    # Small scales: a second derivative in them is of sums that nearly cancel.
    options = {"alpha": 1.5, "beta": 2.0, "base": 0.25}
    return plain(rng) | {name: np.asarray(x) for name, x in options.items()}


GRID = {"reduction": ["none", "mean"]}
OURS = fl.multi_similarity_loss
PML = Package(
    "pytorch-metric-learning MultiSimilarityLoss",
    multi_similarity_of_pml,
    options=[{}, {"alpha": [4.0], "beta": [10.0], "base": [0.0, 1.0]}],
)

CASES = [
    Case(
        OURS,
        multi_similarity,
        plain,
        [{"reduction": ["none", "mean", "sum"]}, {"dtype": ["float32"]}],
        orders=1,
        also=[PML],
    ),
    Case(
        OURS,
        multi_similarity,
        plain,
        {"alpha": [0.5, 4.0], "beta": [1.0, 8.0], "base": [0.0, 1.0]},
    ),
    Case(OURS, multi_similarity, zeros, {"beta": [4.0]}, orders=1),
    Case(OURS, multi_similarity, one_label, GRID, also=[PML]),
    Case(OURS, multi_similarity, all_labels, GRID | {"beta": [4.0]}, also=[PML]),
    Case(OURS, multi_similarity, masked, GRID | {"beta": [4.0]}),
    Case(OURS, multi_similarity, extreme, {"beta": [4.0]}),
    Case(
        OURS,
        multi_similarity,
        with_options,
        {"reduction": ["mean"]},
        ("input", "alpha", "beta", "base"),
    ),
]

INFOS = [
    LossInfo(
        OURS,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": [0, 0, 1]},
                together=True,
                options={"beta": 4.0},
                reals={"alpha": 1.5, "beta": 3.0, "base": 0.25},
                bad_options=(
                    *not_above("alpha", 0),
                    *not_above("beta", 0),
                    ({"base": np.nan}, "base must be a number, got nan"),
                ),
            )
        ],
        gates=[Gate(BATCH, None, Limit(65, 200), Limit(296))],
        curve=Curve(**TURNED, options={"beta": 4.0}, reference=multi_similarity),
        no_number=ONE_ROW,
    ),
]
