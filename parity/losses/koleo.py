"""The KoLeo loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import X, not_above
from parity.info import LossInfo
from parity.packages.contrastive import koleo_of_lightly
from parity.references.koleo import koleo
from parity.row import Row


def plain(rng):
    return {"input": rng.standard_normal((6, 4))}


def corners(rng):
    # The first of two nearest rows, a row of zeros, rows of other lengths.
    input = [[1.0, 0.0], [0.0, 2.0], [-0.5, 0.0], [0.0, 0.0], [0.0, -1.0]]
    return {"input": np.asarray(input)}


def equal(rng):
    inputs = plain(rng)
    inputs["input"][1] = inputs["input"][0]
    return inputs


def masked(rng):
    where = np.asarray([True, True, True, True, False, False])
    inputs = plain(rng) | {"where": where}
    inputs["input"][4], inputs["input"][5] = np.nan, np.inf
    return inputs


def one_row(rng):
    return {"input": rng.standard_normal((1, 4))}


def with_eps(rng):
    return plain(rng) | {"eps": np.asarray(0.125)}


KOLEO = fl.koleo_loss
REDUCED = {"reduction": ["none", "mean"]}
LIGHTLY = Package(
    "lightly KoLeoLoss",
    koleo_of_lightly,
    options={"eps": [1e-8, 0.125]},
)

CASES = [
    Case(
        KOLEO,
        koleo,
        plain,
        [
            {"reduction": ["none", "mean", "sum"], "eps": [1e-8, 0.125]},
            {"dtype": ["float32"]},
        ],
        also=[LIGHTLY],
    ),
    # Of a row of zeros the reference has no second derivative.
    Case(KOLEO, koleo, corners, REDUCED | {"eps": [0.125]}, orders=1),
    Case(KOLEO, koleo, equal, REDUCED | {"eps": [0.125]}),
    Case(KOLEO, koleo, masked, REDUCED),
    Case(KOLEO, koleo, one_row, REDUCED),
    Case(KOLEO, koleo, with_eps, {"reduction": ["mean"]}, ("input", "eps")),
]

INFOS = [
    LossInfo(
        KOLEO,
        cases=CASES,
        rows=[
            Row(
                {"input": X},
                together=True,
                options={"eps": 0.25},
                reals={"eps": 0.125},
                bad_options=not_above("eps", 0),
            )
        ],
        gates=[Gate(("f32[4096,512]",), None, Limit(32, 200), Limit(311))],
        curve=Curve(
            "direction of a row beside (1, 0)",
            (-3.0, 3.0),
            "the row is (1, moved); the third row is (0, 1)",
            {"input": f64([1.0, 0.0], [1.0, 0.0], [0.0, 1.0])},
            {"input": f64([0.0, 1.0], [0.0, 0.0], [0.0, 0.0])},
            options={"eps": 0.05},
            reference=koleo,
        ),
    ),
]
