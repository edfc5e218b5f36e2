"""The SigLIP loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import UNEQUAL, XY, not_above
from parity.info import LossInfo
from parity.losses.info_nce import SIDES, extreme, masked, one_pair, sides, zeros
from parity.references.siglip import siglip
from parity.row import Row


def with_options(rng):
    options = {"temperature": np.asarray(0.25), "bias": np.asarray(-1.5)}
    return sides(rng) | options


REDUCED = {"reduction": ["none", "mean"]}
BOTH = ("input", "target")
SIGLIP = fl.siglip_loss

CASES = [
    Case(
        SIGLIP,
        siglip,
        sides,
        [
            {"reduction": ["none", "mean", "sum"]},
            {"temperature": [0.01, 1.0], "bias": [0.0, -10.0]},
            {"normalize": [False], "temperature": [1.0], "bias": [-2.0, 2.0]},
            {"dtype": ["float32"]},
        ],
        BOTH,
    ),
    Case(SIGLIP, siglip, zeros, {"bias": [-1.0]}, BOTH, orders=1),
    Case(SIGLIP, siglip, one_pair, REDUCED, BOTH),
    Case(SIGLIP, siglip, masked, REDUCED, BOTH),
    Case(SIGLIP, siglip, extreme, {"temperature": [0.5]}, BOTH),
    Case(SIGLIP, siglip, with_options, REDUCED, (*BOTH, "temperature", "bias")),
]

INFOS = [
    LossInfo(
        SIGLIP,
        cases=CASES,
        rows=[
            Row(
                XY,
                together=True,
                options={"temperature": 0.5, "bias": -1.0},
                reals={"temperature": 0.625, "bias": -0.75},
                misfit=UNEQUAL,
                bad_options=(
                    *not_above("temperature", 0),
                    ({"bias": np.nan}, "bias must be a number, got nan"),
                ),
            ),
        ],
        gates=[Gate(SIDES, None, Limit(140, 200), Limit(160), wrt=(0, 1))],
        curve=Curve(
            "direction of a row beside its partner (1, 0)",
            (-3.0, 3.0),
            "the row is (1, moved); the partner of another row is (0, 1)",
            {
                "input": f64([1.0, 0.0], [0.0, 1.0]),
                "target": f64([1.0, 0.0], [0.0, 1.0]),
            },
            {"input": f64([0.0, 1.0], [0.0, 0.0])},
            options={"temperature": 0.25, "bias": -2.0},
            reference=siglip,
        ),
        no_number="a number has no rows",
    ),
]
