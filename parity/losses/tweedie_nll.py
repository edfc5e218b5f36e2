"""Tweedie negative log-likelihood against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, NO_BROADCAST, P, Q
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.regression import tweedie_of_torchmetrics
from parity.references import kept
from parity.references.tweedie_nll import tweedie_nll
from parity.row import Row


def plain(rng):
    # Means at and below the larger eps, an exact fit, and means far from the target.
    input, target = rng.random((2, 3, 5)) + 0.25
    input[0] = [0.5, 0.25, 0.125, 8.0, 64.0]
    target[0, :2] = input[0, :2]
    return {"input": input, "target": target}


def logs(rng):
    inputs = plain(rng)
    inputs["input"] = rng.standard_normal((3, 5))
    return inputs


def with_zeros(rng):
    inputs = plain(rng)
    inputs["target"][1] = 0.0
    return inputs


def normal(rng):
    input, target = rng.standard_normal((2, 3, 5))
    return {"input": input, "target": target}


def power_array(rng):
    return with_zeros(rng) | {"power": np.asarray(1.375)}


def columns(rng):
    return plain(rng) | {"target": rng.random(5) + 0.25, "weight": rng.random((3, 5))}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((3, 5)) < 0.75}
    inputs["input"][2, 0], inputs["where"][2, 0] = np.nan, False
    inputs["target"][2, 4], inputs["where"][2, 4] = -1.0, False  # none, but masked
    return inputs


def extreme(rng):
    del rng
    input = np.asarray([1e4, 1e-4, 2.0, 1.0])
    return {"input": input, "target": np.asarray([1e-4, 1e4, 2.0, np.nan])}


def empty(rng):
    del rng
    return dict.fromkeys(("input", "target"), np.zeros((0, 3)))


LOSS, BOTH = fl.tweedie_nll_loss, ("input", "target")
GRID = {"reduction": ["none", "mean", "sum"]}
POWERS = {"power": [1.0, 1.5, 2.0, 3.0, 1.25], "full": [False, True]}
NONE = {"reduction": ["none"]}
DEVIANCE = Package(
    "torchmetrics tweedie_deviance_score",
    tweedie_of_torchmetrics,
    quirk="twice the loss",
    options={"power": [0, 1.0, 1.5, 2.0, 3.0], "full": [True]},
)

CHECKED = "means and targets are checked; selections and powers are stored"

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, tweedie_nll, plain, [POWERS, GRID], BOTH, also=[DEVIANCE]),
            Case(LOSS, tweedie_nll, plain, {"eps": [0.25], "full": [False]}, BOTH),
            Case(LOSS, tweedie_nll, logs, POWERS | {"log_input": [True]}, BOTH),
            Case(LOSS, tweedie_nll, with_zeros, {"power": [1.0, 1.75]}, BOTH),
            Case(LOSS, tweedie_nll, with_zeros, {"full": [True]}, ("input",)),
            Case(
                LOSS,
                tweedie_nll,
                normal,
                {"power": [0], "full": [False, True], "log_input": [False, True]},
                BOTH,
            ),
            Case(
                LOSS,
                tweedie_nll,
                power_array,
                {"full": [False, True], "log_input": [False, True]},
                ("input", "power"),
            ),
            Case(LOSS, tweedie_nll, columns, GRID, (*BOTH, "weight")),
            Case(
                LOSS,
                kept(tweedie_nll, input=None, target=None),
                masked,
                GRID | {"full": [False, True]},
                BOTH,
            ),
            Case(
                LOSS,
                tweedie_nll,
                extreme,
                NONE | {"full": [False, True]},
                BOTH,
                orders=1,
                dtypes=("float64",),
            ),
            Case(LOSS, tweedie_nll, empty, {"reduction": ["mean"]}, BOTH),
        ],
        rows=[
            Row(
                {"input": P, "target": Q},
                ELEMENTS,
                misfit=NO_BROADCAST,
                reals={"eps": 1e-3},
                bad_options=(
                    ({"power": 0.5}, "power must be 0 or >= 1, got 0.5"),
                    ({"power": -1}, "power must be 0 or >= 1, got -1.0"),
                    ({"power": np.nan}, "power must be 0 or >= 1, got nan"),
                ),
                bad_values=(
                    ("input", (1, 0), -0.5, "input must be >= 0, got -0.5 at (1, 0)"),
                    ("target", (1, 0), -0.5, "target must be >= 0, got -0.5 at (1, 0)"),
                ),
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(4.4, 2.5),
                Limit(13),
                Limit(44),
                reason=CHECKED,
                cpu_temporaries=Limit(17),
            ),
            Gate(
                2 * MILLION,
                Limit(12, 2.5),
                Limit(30),
                Limit(168),
                reason=CHECKED,
                options={"full": True},
                cpu_temporaries=Limit(34),
            ),
        ],
        curve=Curve(
            "mean",
            (0.25, 4.0),
            "a target of 1",
            {"input": f64(0.0), "target": f64(1.0)},
            ONE,
            options={"full": True},
            reference=tweedie_nll,
        ),
        number=2.0,
    ),
]
