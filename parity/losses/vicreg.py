"""The VICReg loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import UNEQUAL, XY, not_above
from parity.info import LossInfo
from parity.losses.barlow_twins import (
    BOTH,
    WIDE,
    all_masked,
    far_off,
    few_rows,
    masked,
    one_row,
    views,
)
from parity.packages.contrastive import vicreg_of_lightly
from parity.references.vicreg import vicreg
from parity.row import Row

FACTORS = ("invariance", "variance", "covariance")


def close(rng):
    # Deviations below 1 in all columns.
    return {name: 0.25 * x for name, x in views(rng).items()}


def with_options(rng):
    options = {"invariance": 2.0, "variance": 1.5, "covariance": 0.5, "eps": 0.125}
    return close(rng) | {name: np.asarray(x) for name, x in options.items()}


LOSS = fl.vicreg_loss
LIGHTLY = Package(
    "lightly VICRegLoss",
    vicreg_of_lightly,
    options={"invariance": [25.0, 1.0], "covariance": [1.0, 2.0]},
)

CASES = [
    Case(
        LOSS,
        vicreg,
        views,
        [
            {"invariance": [0.0, 2.0], "covariance": [0.0, 0.5]},
            {"dtype": ["float32"]},
        ],
        BOTH,
        also=[LIGHTLY],
    ),
    Case(LOSS, vicreg, close, {"variance": [0.0, 1.5], "eps": [0.01]}, BOTH),
    Case(LOSS, vicreg, few_rows, {}, BOTH),
    Case(LOSS, vicreg, far_off, {}, BOTH, dtypes=WIDE),
    Case(LOSS, vicreg, one_row, {}, BOTH),
    Case(LOSS, vicreg, masked, {}, BOTH),
    Case(LOSS, vicreg, all_masked, {}, BOTH),
    Case(LOSS, vicreg, with_options, {}, (*BOTH, *FACTORS, "eps")),
]

INFOS = [
    LossInfo(
        LOSS,
        cases=CASES,
        rows=[
            Row(
                XY,
                losses=(),
                mask=(3,),
                together=True,
                options={"invariance": 2.0, "variance": 1.5, "covariance": 0.5},
                reals={
                    "invariance": 0.625,
                    "variance": 0.375,
                    "covariance": 0.25,
                    "eps": 0.125,
                },
                misfit=UNEQUAL,
                bad_options=(
                    *(bad for name in FACTORS for bad in not_above(name, 0, ">=")),
                    *not_above("eps", 0),
                ),
            ),
        ],
        gates=[
            # A table of 8192 columns is of 268 MB.
            Gate(2 * ("f32[1024,8192]",), None, Limit(380), Limit(220), wrt=(0, 1)),
            Gate(2 * ("f32[4096,1024]",), Limit(12), Limit(55), Limit(190), wrt=(0, 1)),
        ],
        curve=Curve(
            "factor of one column",
            (-2.0, 2.0),
            "the column is (1, -1, 0), and (1, 1, -2) in the other view",
            {
                "input": f64([0.0, 1.0], [0.0, 0.0], [0.0, -1.0]),
                "target": f64([1.0, 1.0], [1.0, 0.0], [-2.0, -1.0]),
            },
            {"input": f64([1.0, 0.0], [-1.0, 0.0], [0.0, 0.0])},
            options={"invariance": 1.0, "variance": 4.0},
            reference=vicreg,
        ),
        no_number="a number has no rows",
    )
]
