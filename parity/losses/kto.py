"""Kahneman-Tversky optimisation against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, X, Y
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.preference import kto_of_liger
from parity.references import preference
from parity.row import Row


def answers(rng):
    input, reference = rng.standard_normal((2, 3, 5))
    input[0], reference[0] = [0.0, 2.0, -2.0, 1.0, -1.0], 0.0
    target = rng.random((3, 5)) < 0.5
    return {"input": input, "target": target, "reference": reference}


def without_reference(rng):
    inputs = answers(rng)
    del inputs["reference"]
    return inputs | {"target": inputs["target"].astype(np.int32)}


def masked(rng):
    inputs = answers(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["target"] = inputs["target"].astype(np.float64)
    inputs["where"] = rng.random((3, 5)) < 0.75
    for place, name in enumerate(("input", "target", "reference")):
        inputs[name][2, place], inputs["where"][2, place] = np.nan, False
    return inputs


def far(rng):
    input = np.asarray([100.0, -100.0, 1e3, -1e3, np.inf, -np.inf, np.nan, 0.0])
    return {"input": input, "target": np.arange(8) % 3 == 0}


def with_beta(rng):
    return answers(rng) | {"beta": np.asarray(0.5)}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
KTO = fl.kto_loss

TOTAL = {"reduction": ["mean", "sum"]}
LIGER = Package(
    "liger-kernel LigerFusedLinearKTOFunction",
    kto_of_liger,
    options=TOTAL | {"kl": [0.0, 0.5, -0.25], "beta": [0.1, 2.0]},
)

CASES = [
    Case(KTO, preference.kto, answers, [
        GRID, NONE | {"kl": [0.5, -0.25]}, NONE | {"beta": [0.5, 2.0]},
    ], also=[LIGER]),
    Case(KTO, preference.kto, without_reference, NONE | {"kl": [0.0, 0.5]},
         also=[LIGER]),
    Case(KTO, preference.kto, masked, GRID, ("input", "weight")),
    Case(KTO, preference.kto, far, NONE | {"beta": [0.1, 0.5]}, orders=1),
    Case(KTO, preference.kto, with_beta, NONE | {"kl": [0.25]}, ("input", "beta")),
]  # fmt: skip

GOOD = [[1, 0], [0, 1], [1, 1]]
LABEL = "target must be 0 or 1, got"
INFOS = [
    LossInfo(
        KTO,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": GOOD, "reference": Y},
                ELEMENTS,
                constants=("reference",),
                reals={"beta": 0.5},
                misfit=(
                    {"input": (3, 1), "target": (3,), "reference": (3, 1)},
                    "shapes must be equal, got input (3, 1), target (3,)",
                ),
                bad_options=(({"beta": 0.0}, "beta must be > 0, got 0.0"),),
                bad_values=(
                    ("target", (1, 0), 2, f"{LABEL} 2.0 at (1, 0)"),
                    ("target", (2, 1), -1, f"{LABEL} -1.0 at (2, 1)"),
                ),
            ),
        ],
        gates=[Gate(3 * MILLION, Limit(4.0, 4.0), Limit(12.6), Limit(59))],
        curve=Curve(
            "log-ratio of a good answer",
            (-40.0, 40.0),
            "kl 0, beta 0.1",
            {"input": f64(0.0), "target": f64(1.0)},
            {"input": f64(1.0)},
            reference=preference.kto,
        ),
        number=1.0,
    ),
]
