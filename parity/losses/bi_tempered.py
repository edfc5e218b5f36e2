"""The bi-tempered loss, against a search for the normalisation by halving."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import (
    CLASSES,
    NO_DISTRIBUTION,
    ROW_MISFIT,
    SCORES,
    SHARES,
    UNEQUAL,
    bad_labels,
)
from parity.examples.lines import FIRST_OF_3
from parity.info import LossInfo
from parity.losses.entmax import (
    first_axis,
    impossible,
    labelled,
    masked,
    masked_shares,
    row,
    shared,
)
from parity.packages.classification import bi_tempered_of_toolbelt
from parity.references.bi_tempered import bi_tempered
from parity.row import Row


def even(rng):
    """Return probabilities that are all above 0, whose logarithms are finite."""
    return shared(rng) | {"target": rng.dirichlet(np.ones(4), 5) * 0.9 + 0.025}


def smoothed(rng):
    return labelled(rng) | {"label_smoothing": np.asarray(0.125)}


LOSS = fl.bi_tempered_loss
NONE = {"reduction": ["none"]}
GRID = {"reduction": ["none", "mean", "sum"]}
BOTH = ("input", "target")
TOOLBELT = Package(
    "pytorch-toolbelt BiTemperedLogisticLoss",
    bi_tempered_of_toolbelt,
    1e-8,
    "adds 1e-10 to the label; its normalisation is taken by 200 steps, not by 5",
    options={"reduction": ["none", "mean"], "t1": [0.5, 0.8], "t2": [1.0, 1.2, 1.5]},
)

CASES = [
    Case(LOSS, bi_tempered, labelled,
         [GRID, NONE | {"t1": [0.5, 1.0, 1.25], "t2": [1.0, 1.5, 4.0]}],
         also=[TOOLBELT]),
    Case(LOSS, bi_tempered, labelled, NONE | {"t1": [0.25], "t2": [0.5]}),
    Case(LOSS, bi_tempered, even, NONE | {"t1": [0.8, 1.0], "t2": [1.2, 1.0]}, BOTH),
    Case(LOSS, bi_tempered, shared, NONE | {"t2": [1.2, 0.5]}, BOTH, orders=1),
    Case(LOSS, bi_tempered, masked, GRID | {"ignore_index": [255]},
         ("input", "weight")),
    Case(LOSS, bi_tempered, masked_shares, {"reduction": ["mean"]}),
    Case(LOSS, bi_tempered, smoothed, NONE, ("input", "label_smoothing")),
    Case(LOSS, bi_tempered, first_axis, NONE | {"axis": [0]}),
    Case(LOSS, bi_tempered, row, NONE | {"label_smoothing": [0.25]}),
    Case(LOSS, bi_tempered, impossible, NONE | {"t2": [0.5, 1.2]}, orders=1),
]  # fmt: skip


INFOS = [
    LossInfo(
        LOSS,
        cases=CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                options={"ignore_index": 255},
                reals={"label_smoothing": 0.125},
                misfit=ROW_MISFIT,
                bad_options=(
                    ({"t1": 2.0}, "t1 must be >= 0 and < 2, got 2.0"),
                    ({"t2": -0.5}, "t2 must be >= 0 and <= 4, got -0.5"),
                ),
                bad_values=bad_labels("N"),
            ),
            Row(
                {"input": SCORES, "target": SHARES},
                options={"t2": 1.0},
                misfit=UNEQUAL,
            ),
        ],
        gates=[
            Gate(
                ("f32[4096,1000]", "i32[4096]"),
                None,
                Limit(103),
                Limit(362),
            )
        ],
        curve=Curve(
            "score of the true class",
            (-6.0, 6.0),
            "two other classes with scores 0 and 1; t1 0.8, t2 1.2",
            {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
            reference=bi_tempered,
        ),
        no_number=NO_DISTRIBUTION,
    ),
]
