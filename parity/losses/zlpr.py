"""The ZLPR loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import SCORES
from parity.examples.lines import FIRST_OF_3
from parity.info import LossInfo
from parity.packages.classification import zlpr_of_timm
from parity.references import kept
from parity.references.zlpr import zlpr
from parity.row import Row

LABELS = [[1, 0, 1, 0], [0, 0, 1, 0], [1, 1, 0, 0]]


def plain(rng):
    input, target = 2 * rng.standard_normal((4, 5)), rng.random((4, 5)) < 0.5
    target[0], target[1], input[2] = False, True, 0.0
    return {"input": input, "target": target}


def numbers(rng):
    inputs = plain(rng)
    return inputs | {"target": inputs["target"].astype(np.float32)}


def integers(rng):
    inputs = plain(rng)
    return inputs | {"target": inputs["target"].astype(np.int8)}


def sample(rng):
    return {name: x[3] for name, x in plain(rng).items()}


def spatial(rng):
    target = rng.random((2, 3, 4)) < 0.5
    return {"input": rng.standard_normal((2, 3, 4)), "target": target}


def far(rng):
    # Impossible classes that do not apply, and scores that overflow if they are added.
    input = np.asarray(
        [
            [1e4, -1e4, 9999.0, -np.inf],
            [-800.0, 700.0, 0.0, np.nan],
            [-90.0, -80.0, 90.0, 85.0],
            [-30.0, 1.0, -np.inf, -np.inf],
        ]
    )
    target = np.asarray([[1, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1], [0, 1, 0, 0]])
    return {"input": input, "target": target}  # fmt: skip


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random(4) + 0.5}
    inputs["input"][2] = np.nan
    return inputs | {"where": np.asarray([True, True, False, True])}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3), bool)}


GRID = {"reduction": ["none", "mean", "sum"]}
TIMM = Package(
    "timm ZlprLoss", zlpr_of_timm, 1e-6, "of float32", {"reduction": ["mean"]}
)
LOSS, WHERE = fl.zlpr_loss, kept(zlpr, input=-1, target=-1, weight=None)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, zlpr, plain, GRID, also=[TIMM]),
            Case(LOSS, zlpr, numbers, {"reduction": ["none"]}),
            Case(LOSS, zlpr, integers, {"dtype": ["float32"]}),
            Case(LOSS, zlpr, sample, GRID),
            Case(LOSS, zlpr, spatial, GRID | {"axis": [1, -1]}),
            Case(LOSS, zlpr, far, {"reduction": ["none"]}, orders=1),
            Case(LOSS, WHERE, masked, GRID, ("input", "weight")),
            Case(LOSS, zlpr, empty, {"reduction": ["mean"]}),
        ],
        rows=[
            Row(
                {"input": SCORES, "target": LABELS},
                misfit=(
                    {"input": (3, 2), "target": (3,)},
                    "target must have shape (3, 2), got (3,)",
                ),
                bad_values=(
                    ("target", (1, 0), 2, "target must be 0 or 1, got 2.0 at (1, 0)"),
                    ("target", (2, 1), -1, "target must be 0 or 1, got -1.0 at (2, 1)"),
                ),
            )
        ],
        gates=[
            Gate(
                2 * ("f32[4096,256]",),
                Limit(5.4),
                Limit(8.5),
                Limit(150),
            )
        ],
        curve=Curve(
            "score of one true class",
            (-6.0, 6.0),
            "another true class with score 0, and a false one with -1",
            {"input": f64([0.0, 0.0, -1.0]), "target": f64([1.0, 1.0, 0.0])},
            {"input": FIRST_OF_3},
            reference=zlpr,
        ),
        no_number="a row has classes that apply and others that do not",
    )
]
