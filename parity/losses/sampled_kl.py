"""Divergence from a reference policy against its formulas."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, X
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.reinforcement import sampled_kl_of_liger
from parity.references.sampled_kl import sampled_kl
from parity.row import Row


def steps(rng):
    input, reference = rng.standard_normal((2, 3, 4))
    input[0], reference[0] = [0.0, 1.0, -1.0, 3.0], 0.0
    return {"input": input, "reference": reference}


def far(rng):
    difference = np.asarray([30.0, -30.0, 800.0, -800.0, np.inf, np.nan])
    return {"input": difference, "reference": np.zeros(6)}


def masked_steps(rng):
    where = rng.random((3, 4)) < 0.75
    inputs = steps(rng) | {"where": where, "weight": rng.random((3, 4)) + 0.5}
    inputs["input"][1, 0], inputs["reference"][2, 3] = -np.inf, np.nan
    where[1, 0] = where[2, 3] = False
    return inputs


EACH = {"estimator": ["k1", "k2", "k3"]}
GRID = EACH | {"reduction": ["none", "mean", "sum"]}
NONE = EACH | {"reduction": ["none"]}
KL = fl.sampled_kl_loss
REFERENCE = [[0.5625, -1.5], [1.25, 0.375], [-0.5, 1.4375]]
LIGER = Package(
    "liger-kernel k3_loss_fn", sampled_kl_of_liger, options=GRID | {"estimator": ["k3"]}
)

INFOS = [
    LossInfo(
        KL,
        cases=[
            Case(KL, sampled_kl, steps, GRID, also=[LIGER]),
            Case(KL, sampled_kl, far, NONE, orders=1),
            Case(KL, sampled_kl, masked_steps, GRID, ("input", "weight")),
        ],
        rows=[
            Row(
                {"input": X, "reference": REFERENCE},
                ELEMENTS,
                constants=("reference",),
                options=options,
                bad_options=(
                    (
                        {"estimator": "kl"},
                        "estimator must be 'k1', 'k2' or 'k3', got 'kl'",
                    ),
                ),
            )
            for options in ({}, {"estimator": "k1"}, {"estimator": "k2"})
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(2.4, 4.0),
                Limit(4.2),
                Limit(81),
                cpu_temporaries=Limit(8.4),
            )
        ],
        curve=Curve(
            "logarithm of the ratio to the reference",
            (-2.0, 2.0),
            "reference 0",
            {"input": f64(0.0), "reference": f64(0.0)},
            ONE,
            reference=sampled_kl,
        ),
    )
]
