"""The SupCon loss against its formula."""

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
    views,
    zeros,
)
from parity.packages.contrastive import supcon_of_pml
from parity.references.supcon import supcon
from parity.row import Row


def with_temperature(rng):
    # A derivative in it is a sum of scores that nearly cancels: they are small here.
    return plain(rng) | {"temperature": np.asarray(0.25)}


GRID = {"reduction": ["none", "mean"]}
SUPCON = fl.supcon_loss
PML = Package(
    "pytorch-metric-learning SupConLoss",
    supcon_of_pml,
    options={"temperature": [0.1, 0.5]},
)

CASES = [
    Case(
        SUPCON,
        supcon,
        plain,
        [
            {"reduction": ["none", "mean", "sum"]},
            {"temperature": [0.01, 1.0]},
            {"dtype": ["float32"]},
        ],
        also=[PML],
    ),
    Case(SUPCON, supcon, views, {"temperature": [0.5]}, also=[PML]),
    Case(SUPCON, supcon, zeros, GRID, orders=1),
    Case(SUPCON, supcon, one_label, GRID),
    Case(SUPCON, supcon, all_labels, {"reduction": ["mean"]}),
    Case(SUPCON, supcon, masked, GRID),
    Case(SUPCON, supcon, extreme, {"temperature": [0.5]}),
    Case(
        SUPCON,
        supcon,
        with_temperature,
        {"reduction": ["mean"]},
        ("input", "temperature"),
    ),
]

INFOS = [
    LossInfo(
        SUPCON,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": [0, 0, 1]},
                together=True,
                options={"temperature": 0.5},
                reals={"temperature": 0.625},
                bad_options=not_above("temperature", 0),
            )
        ],
        gates=[Gate(BATCH, None, Limit(56, 200), Limit(288))],
        curve=Curve(**TURNED, options={"temperature": 0.5}, reference=supcon),
        no_number=ONE_ROW,
    ),
]
