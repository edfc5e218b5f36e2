"""The generalized Kullback-Leibler divergence against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, LOG_P, NO_BROADCAST, P
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references.divergences import generalized_kl
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((3, 4)), rng.random((3, 4)) + 0.125
    input[0], target[0] = 0.0, [1.0, 0.5, 0.375, 2.0]
    input[1] = np.log(target[1]) + np.asarray([0.0, 1e-2, -1e-2, 0.9375])
    return {"input": input, "target": target}


def logarithms(rng):
    inputs = plain(rng)
    return inputs | {"target": np.log(inputs["target"])}


def zeros(rng):
    target = np.asarray([[0.0, 1.0, 0.0], [0.5, 0.0, 0.0]])
    input = np.asarray([[-1.0, 2.0, 0.0], [1.0, -np.inf, 8.0]])
    return {"input": input, "target": target}


def extreme(rng):
    input = np.asarray([-np.inf, -1e4, -100.0, 8.0, np.nan, 1e-3])
    return {"input": input, "target": np.asarray([0.5, 0.25, 4.0, 0.125, 1.0, 1.0])}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((3, 4)) < 0.75}
    inputs["input"][2], inputs["where"][2] = np.inf, False
    inputs["target"][1, 0], inputs["where"][1] = -1.0, [False, True, True, False]
    return inputs


def wide_input(rng):
    return {"input": rng.standard_normal((2, 3, 2)), "target": rng.random((3, 1))}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
LOG = {"log_target": [True]}
BOTH = ("input", "target")
LOSS = fl.generalized_kl_divergence

CASES = [
    Case(LOSS, generalized_kl, plain, [GRID, NONE | {"axis": [0, -1]}], BOTH),
    Case(LOSS, generalized_kl, logarithms, NONE | LOG, BOTH),
    # The true derivative with respect to a target of 0 is infinite.
    Case(LOSS, generalized_kl, zeros, NONE),
    Case(LOSS, generalized_kl, extreme, NONE, orders=1),
    Case(LOSS, generalized_kl, masked, GRID | {"axis": [None, 1]}, BOTH),
    Case(LOSS, generalized_kl, wide_input, {"axis": [1]}, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.generalized_kl_divergence,
        cases=CASES,
        rows=[
            Row(
                {"input": LOG_P, "target": P},
                ELEMENTS,
                misfit=NO_BROADCAST,
                bad_values=(
                    ("target", (1, 0), -0.5, "target must be >= 0, got -0.5 at (1, 0)"),
                ),
            ),
            Row(
                {"input": LOG_P, "target": LOG_P[::-1]},
                mask=ELEMENTS,
                options={"log_target": True, "axis": -1},
            ),
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(2.4, 4.0),
                Limit(4.2),
                Limit(75),
            )
        ],
        curve=Curve(
            "logarithm of the mass",
            (-3.0, 2.0),
            "true mass 1.5",
            {"input": f64(0.0), "target": f64(1.5)},
            ONE,
            reference=generalized_kl,
        ),
        number=0.5,
    ),
]
