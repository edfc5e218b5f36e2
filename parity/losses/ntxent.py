"""NT-Xent against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import ONE_ROW, X, not_above
from parity.info import LossInfo
from parity.packages.contrastive import dcl_of_lightly, ntxent_of_lightly, ntxent_of_pml
from parity.references.ntxent import ntxent
from parity.row import Row


def plain(rng):
    # A row without others of its label, and a pair of equal rows.
    input = rng.standard_normal((6, 4))
    input[1] = input[0]
    return {"input": input, "target": np.asarray([0, 0, 1, 1, 7, 0])}


def zeros(rng):
    inputs = plain(rng)
    inputs["input"][2] = 0.0
    return inputs


def views(rng):
    input = rng.standard_normal((6, 4))
    return {"input": input, "target": np.asarray([0, 1, 2, 0, 1, 2])}


def one_label(rng):
    return plain(rng) | {"target": np.full(6, 3)}


def all_labels(rng):
    return plain(rng) | {"target": np.arange(6)}


def masked(rng):
    where = np.asarray([True, True, True, True, False, False])
    inputs = plain(rng) | {"where": where}
    inputs["input"][4], inputs["input"][5] = np.nan, np.inf
    return inputs


def extreme(rng):
    inputs = plain(rng)
    inputs["input"] *= np.asarray([[1e4], [1e4], [2e-4], [1.0], [1e3], [1e-3]])
    return inputs


def with_temperature(rng):
    return plain(rng) | {"temperature": np.asarray(0.25)}


GRID = {"reduction": ["none", "mean"]}

PML = Package(
    "pytorch-metric-learning NTXentLoss",
    ntxent_of_pml,
    options={"temperature": [0.07, 0.5]},
)
LIGHTLY = Package(
    "lightly NTXentLoss",
    ntxent_of_lightly,
    quirk="takes two views of each sample, not labels",
)

DCL = Package(
    "lightly DCLLoss",
    dcl_of_lightly,
    quirk="takes two views of each sample, not labels",
)

CASES = [
    Case(fl.ntxent_loss, ntxent, plain,
         [{"reduction": ["none", "mean", "sum"]}, {"temperature": [0.01, 1.0]},
          {"dtype": ["float32"]}], also=[PML]),
    Case(fl.ntxent_loss, ntxent, plain, GRID | {"decoupled": [True]}),
    Case(fl.ntxent_loss, ntxent, views, {"temperature": [0.5]}, also=[PML, LIGHTLY]),
    Case(fl.ntxent_loss, ntxent, views, {"temperature": [0.5], "decoupled": [True]},
         also=[DCL]),
    Case(fl.ntxent_loss, ntxent, zeros, GRID, orders=1),
    Case(fl.ntxent_loss, ntxent, one_label, GRID),
    Case(fl.ntxent_loss, ntxent, all_labels, {"reduction": ["mean"]}),
    Case(fl.ntxent_loss, ntxent, masked, GRID),
    Case(fl.ntxent_loss, ntxent, extreme, {"temperature": [0.5]}),
    Case(fl.ntxent_loss, ntxent, with_temperature, {"reduction": ["mean"]},
         ("input", "temperature")),
]  # fmt: skip

ROW_LABELS = ints(0, 0, 1)

# A row that turns, one of its label and one of another.
TURNED = {
    "moved": "direction of a row of one label with (1, 0)",
    "span": (-3.0, 3.0),
    "fixed": "the row is (1, moved); a row of another label is (0, 1)",
    "arrays": {"input": f64([1.0, 0.0], [1.0, 0.0], [0.0, 1.0]), "target": ROW_LABELS},
    "along": {"input": f64([0.0, 0.0], [0.0, 1.0], [0.0, 0.0])},
}

BATCH = ("f32[4096,512]", "i32[4096]")

INFOS = [
    LossInfo(
        fl.ntxent_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": [0, 0, 1]},
                # In sixteen rows, 11 of one label and 5 of another, as pairs a row.
                mass=(11 * 10 + 5 * 4) / 16,
                together=True,
                options={"temperature": 0.5},
                reals={"temperature": 0.625},
                bad_options=not_above("temperature", 0),
            ),
            Row(
                {"input": X, "target": [0, 0, 1]},
                mass=(11 * 10 + 5 * 4) / 16,
                together=True,
                options={"temperature": 0.5, "decoupled": True},
            ),
        ],
        gates=[Gate(BATCH, None, Limit(35, 200), Limit(203))],
        curve=Curve(
            **TURNED,
            options={"temperature": 0.5},
            reference=ntxent,
        ),
        no_number=ONE_ROW,
    ),
]
