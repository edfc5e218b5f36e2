"""Continuous ranked probability score of ensembles against all pairs of members."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import X
from parity.info import LossInfo
from parity.packages.forecast import (
    crps_ensemble_of_scoringrules,
    crps_ensemble_of_torchmetrics,
)
from parity.references import kept
from parity.references.forecast import crps_ensemble
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((4, 7)), rng.standard_normal(4)
    # Seen below, above and between the members.
    target[:2] = -8.0, 8.0
    return {"input": input, "target": target}


def ties(rng):
    # Equal members, one that was seen, all equal.
    input = [[0.0, 2.0, 0.0, 1.0], [1.0, 3.0, 1.0, -2.0], [2.0] * 4, [0.0, 1.0, 2, 4]]
    return {"input": np.asarray(input), "target": np.asarray([1.5, 1.0, 2.0, 4.0])}


def members_first(rng):
    weight = rng.random((2, 3)) + 0.5
    input, target = rng.standard_normal((5, 2, 3)), rng.standard_normal((2, 3))
    return {"input": input, "target": target, "weight": weight}


def one_member(rng):
    return {"input": rng.standard_normal((3, 1)), "target": rng.standard_normal(3)}


def masked(rng):
    inputs = plain(rng) | {"where": np.asarray([True, False, True, False])}
    inputs["input"][1, 2], inputs["target"][3] = np.nan, np.inf
    return inputs


def far_off(rng):
    return {name: x + 4096.0 for name, x in plain(rng).items()}


def with_fair(rng):
    return plain(rng) | {"fair": np.asarray(0.625)}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros(0)}


LOSS, GRID = fl.crps_ensemble_loss, {"reduction": ["none", "mean", "sum"]}
NONE, BOTH = {"reduction": ["none"]}, ("input", "target")
FAIR = {"fair": [0.5, 0.95, 1.0]}
WHERE = kept(crps_ensemble, input=-1, target=None)
TORCHMETRICS = Package(
    "torchmetrics continuous_ranked_probability_score",
    crps_ensemble_of_torchmetrics,
    options={"reduction": ["mean"]},
)
SCORINGRULES = Package(
    "scoringrules crps_ensemble",
    crps_ensemble_of_scoringrules,
    options={"fair": [0.0, 1.0]},
)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                crps_ensemble,
                plain,
                [GRID, NONE | FAIR, {"dtype": ["float32"]}],
                BOTH,
                also=[TORCHMETRICS, SCORINGRULES],
            ),
            Case(LOSS, crps_ensemble, ties, NONE | {"fair": [0.0, 1.0]}, BOTH),
            Case(
                LOSS,
                crps_ensemble,
                members_first,
                GRID | {"axis": [0]},
                (*BOTH, "weight"),
            ),
            Case(LOSS, crps_ensemble, one_member, GRID, BOTH),
            Case(LOSS, WHERE, masked, GRID, BOTH),
            Case(LOSS, crps_ensemble, far_off, NONE, BOTH, dtypes=("float64",)),
            Case(LOSS, crps_ensemble, with_fair, GRID, (*BOTH, "fair")),
            Case(LOSS, crps_ensemble, empty, {"reduction": ["mean"]}, BOTH),
        ],
        rows=[
            Row(
                {"input": X, "target": [0.25, 1.0, -0.5]},
                options={"fair": 0.25},
                reals={"fair": 0.625},
                misfit=(
                    {"input": (3, 4), "target": (4,)},
                    "target must have shape (3,), got (4,)",
                ),
                bad_options=(
                    ({"fair": -0.5}, "fair must be >= 0 and <= 1, got -0.5"),
                    ({"fair": 1.5}, "fair must be >= 0 and <= 1, got 1.5"),
                ),
            )
        ],
        gates=[Gate(("f32[8192,64]", "f32[8192]"), None, Limit(15), Limit(116))],
        curve=Curve(
            "the value seen",
            (-3.1, 3.1),
            "the members -1, 0.5 and 1",
            {"input": f64([-1.0, 0.5, 1.0]), "target": f64(0.0)},
            {"target": f64(1.0)},
            reference=crps_ensemble,
        ),
        number=0.5,
    ),
]
