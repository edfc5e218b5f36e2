"""Odds-ratio preference optimisation against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.preference import orpo_of_liger
from parity.references import preference
from parity.row import Row


def pairs(rng):
    chosen, rejected = -np.abs(rng.standard_normal((2, 3, 5))) - 0.0625
    chosen[0], rejected[0] = [-1.0, -0.5, -2.0, -0.125, -4.0], -1.0
    return {"chosen": chosen, "rejected": rejected}


def masked(rng):
    inputs = pairs(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["where"] = rng.random((3, 5)) < 0.75
    for place, bad in enumerate((np.nan, np.inf, 1.0)):
        for row, name in enumerate(("chosen", "rejected")):
            inputs[name][row, place], inputs["where"][row, place] = bad, False
    return inputs


def far(rng):
    least = 2.0**-20
    chosen = np.asarray([-least, -1.0, -least, -1e3, -1.0, -np.inf, -1.0, np.nan])
    rejected = np.asarray([-1.0, -least, -least, -1.0, -1e3, -1.0, -np.inf, -1.0])
    return {"chosen": chosen, "rejected": rejected}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOTH = ("chosen", "rejected")
ORPO = fl.orpo_loss

LIGER = Package(
    "liger-kernel LigerFusedLinearORPOFunction",
    orpo_of_liger,
    options={"reduction": ["mean", "sum"]},
)

CASES = [
    Case(ORPO, preference.orpo, pairs, GRID, BOTH, also=[LIGER]),
    Case(ORPO, preference.orpo, masked, GRID, (*BOTH, "weight")),
    Case(ORPO, preference.orpo, far, NONE, BOTH, orders=1),
]  # fmt: skip

INFOS = [
    LossInfo(
        ORPO,
        cases=CASES,
        rows=[
            Row(
                {
                    "chosen": [[-0.5, -1.25], [-2.0, -0.25], [-0.75, -1.5]],
                    "rejected": [[-0.25, -1.0], [-0.5, -0.75], [-1.25, -1.5]],
                },
                ELEMENTS,
                misfit=(
                    {"chosen": (3, 1), "rejected": (3,)},
                    "shapes must be equal, got chosen (3, 1), rejected (3,)",
                ),
                bad_values=tuple(
                    (name, (1, 0), 0.5, f"{name} must be <= 0, got 0.5 at (1, 0)")
                    for name in BOTH
                ),
            ),
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(7.5, 4.0),
                Limit(16.8),
                Limit(74),
                reason="both gradients share a quotient, which is written out",
                wrt=(0, 1),
            )
        ],
        curve=Curve(
            "mean log-probability of the chosen answer",
            (-4.0, -0.02),
            "that of the rejected one -1",
            {"chosen": f64(0.0), "rejected": f64(-1.0)},
            {"chosen": f64(1.0)},
            reference=preference.orpo,
        ),
    ),
]
