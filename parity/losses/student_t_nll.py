"""Negative log-likelihood of Student's t distribution against torch's."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, P, X, Y
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.regression import student_t_nll_of_torch_uncertainty
from parity.references import kept
from parity.references.likelihoods import student_t_nll
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((2, 3, 5))
    scale = rng.random((3, 5)) + 0.125
    df = np.exp2(rng.uniform(-4.0, 6.0, (3, 5)))
    input[0] = target[0]
    scale[1] = [0.25, 0.125, 0.0625, 0.03125, 0.5]  # at and below the larger eps
    # Where formulas meet, and from where on torch loses digits.
    df[2] = [2.0, 8.0, 20.0, 1.0, 64.0]
    return {"input": input, "target": target, "scale": scale, "df": df}


def column_scales(rng):
    own = {"scale": rng.random(5) + 0.25, "df": np.asarray(3.5)}
    return plain(rng) | own | {"weight": rng.random((3, 5))}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((3, 5)) < 0.75}
    for name, place, value in (
        ("input", (2, 0), np.nan),
        ("scale", (2, 4), -1.0),
        ("df", (1, 1), 0.0),
    ):
        inputs[name][place], inputs["where"][place] = value, False
    return inputs


def extreme(rng):
    input = np.asarray([1e4, -1e4, np.nan, 1.0])
    scale, df = np.asarray([1, 0.5, 1, 9.0]), np.asarray([1, 4, 2, 0.125])
    return {"input": input, "target": np.zeros(4), "scale": scale, "df": df}


def empty(rng):
    return dict.fromkeys(ALL, np.zeros((0, 3)))


def all_moved(rng):
    inputs = plain(rng)
    inputs["scale"][1, 3] = 0.0
    return inputs


LOSS, GRID = fl.student_t_nll_loss, {"reduction": ["none", "mean", "sum"]}
LINE = ("input", "target", "scale")
ALL = (*LINE, "df")
WHERE = kept(student_t_nll, **dict.fromkeys(ALL))

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                student_t_nll,
                plain,
                [GRID, {"eps": [1e-6, 0.25], "full": [False]}],
                LINE,
                also=[
                    Package(
                        "torch-uncertainty DERLoss",
                        student_t_nll_of_torch_uncertainty,
                        options=GRID,
                    )
                ],
            ),
            # torch's second derivative of gammaln is right to nine digits alone.
            Case(LOSS, student_t_nll, all_moved, GRID, ALL, orders=1),
            Case(LOSS, student_t_nll, column_scales, GRID, (*LINE, "weight")),
            Case(LOSS, WHERE, masked, GRID, ALL, orders=1),
            Case(LOSS, student_t_nll, extreme, {"reduction": ["none"]}, LINE, orders=1),
            Case(LOSS, student_t_nll, empty, {"reduction": ["mean"]}, ALL),
        ],
        rows=[
            Row(
                {"input": X, "target": Y, "scale": P, "df": P},
                ELEMENTS,
                reals={"eps": 1e-3},
                bad_values=(
                    ("scale", (1, 0), -0.5, "scale must be >= 0, got -0.5 at (1, 0)"),
                    ("df", (1, 0), 0.0, "df must be > 0, got 0.0 at (1, 0)"),
                ),
            )
        ],
        gates=[
            Gate(4 * MILLION, Limit(3.3), Limit(8.4), Limit(125)),
            Gate(
                3 * MILLION,
                Limit(4.0),
                Limit(4.2),
                Limit(143),
                wrt=(0, 2),
                options={"df": 4.0},
            ),
        ],
        curve=Curve(
            "error",
            (-6.0, 6.0),
            "scale 1",
            {"input": f64(0.0), "target": f64(0.0), "scale": f64(1.0)},
            {"input": f64(1.0)},
            options={"df": 3.0},
            reference=student_t_nll,
        ),
        number=0.5,
    ),
]
