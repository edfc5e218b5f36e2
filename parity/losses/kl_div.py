"""Kullback-Leibler divergence against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, LOG_P, NO_BROADCAST, P
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import kept, kl_div_batchmean_where
from parity.references.divergences import kl_of_rows
from parity.row import Row

REDUCTION = ["none", "mean", "sum", "batchmean"]


def plain(rng):
    input = np.log(rng.dirichlet(np.ones(5), 4))
    target = rng.dirichlet(np.ones(5), 4)
    input[0], target[0] = -0.5, [1.0, 0.5, 0.25, 2.0, 0.125]
    return {"input": input, "target": target}


def logarithms(rng):
    inputs = plain(rng)
    return inputs | {"target": np.log(inputs["target"])}


def zeros(rng):
    target = np.asarray([[0.0, 1.0, 0.0], [0.5, 0.5, 0.0]])
    return {"input": rng.standard_normal((2, 3)), "target": target}


def negative(rng):
    target = np.asarray([[-1.0, 0.5, -0.25]])
    return {"input": rng.standard_normal((1, 3)), "target": target}


def infinite(rng):
    input = np.asarray([-np.inf, np.inf, np.nan, -1e4, -1.0])
    return {"input": input, "target": np.asarray([0.5, 0.5, 0.5, 0.5, np.inf])}


def wide_target(rng):
    return {"input": rng.standard_normal(3), "target": rng.random((2, 3))}


def wide_input(rng):
    return {"input": rng.standard_normal((4, 2, 3)), "target": rng.random((2, 1))}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((4, 5)) < 0.5}
    inputs["input"][2], inputs["where"][2] = -np.inf, False
    inputs["target"][3, 0], inputs["where"][3] = (
        np.nan,
        [False, True, True, True, False],
    )
    return inputs


def single(rng):
    return {"input": rng.standard_normal(()), "target": rng.random(())}


def many(rng):
    return {"input": -rng.random((40, 50)), "target": rng.random((40, 50))}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


def featureless(rng):
    return {"input": np.zeros((3, 0)), "target": np.zeros((3, 0))}


GRID = {"reduction": REDUCTION}
CROSSED = {"reduction": REDUCTION, "log_target": [False, True]}
BOTH = ("input", "target")

CASES = [
    Case(fl.kl_div, F.kl_div, plain,
         [CROSSED, {"dtype": ["float32", "float64"]}], BOTH),
    Case(fl.kl_div, F.kl_div, logarithms, GRID | {"log_target": [True]}, BOTH),
    # torch's derivative with respect to a target of 0 is nan.
    Case(fl.kl_div, F.kl_div, zeros, GRID),
    Case(fl.kl_div, F.kl_div, negative, GRID, BOTH),
    Case(fl.kl_div, F.kl_div, infinite, {"reduction": ["none", "sum"]}),
    Case(fl.kl_div, F.kl_div, wide_target, CROSSED, BOTH),
    Case(fl.kl_div, F.kl_div, wide_input, CROSSED, BOTH),
    Case(fl.kl_div, kept(F.kl_div, input=None, target=None), masked,
         {"reduction": REDUCTION[:3]}, BOTH),
    Case(fl.kl_div, kl_div_batchmean_where, masked, {"reduction": ["batchmean"]}, BOTH),
    Case(fl.kl_div, F.kl_div, single, GRID, BOTH),
    Case(fl.kl_div, F.kl_div, many, {"reduction": REDUCTION[1:]}, BOTH, orders=1),
    Case(fl.kl_div, F.kl_div, empty, GRID, BOTH),
    Case(fl.kl_div, F.kl_div, featureless, GRID, BOTH),
    Case(fl.kl_div, kl_of_rows, plain,
         [GRID | {"axis": [-1]}, {"reduction": ["none"], "axis": [0]}], BOTH),
    Case(fl.kl_div, kl_of_rows, logarithms,
         {"reduction": ["none"], "axis": [1], "log_target": [True]}, BOTH),
    Case(fl.kl_div, kl_of_rows, masked,
         {"reduction": REDUCTION[:3], "axis": [-1]}, BOTH),
    Case(fl.kl_div, kl_of_rows, wide_input, {"reduction": ["none"], "axis": [1]}, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.kl_div,
        cases=CASES,
        rows=[
            Row({"input": LOG_P, "target": P}, ELEMENTS, misfit=NO_BROADCAST),
            Row(
                {"input": LOG_P, "target": LOG_P[::-1]},
                ELEMENTS,
                options={"log_target": True},
            ),
            Row(
                {"input": LOG_P, "target": P},
                mask=ELEMENTS,
                options={"axis": -1},
                bad_options=(({"axis": 2}, "axis must be an integer in -2..1, got 2"),),
            ),
        ],
        gates=[Gate(2 * MILLION, Limit(2.4, 2.4), Limit(4.2), Limit(20))],
        curve=Curve(
            "true probability",
            (0.005, 1.0),
            "predicted probability 0.25",
            {"input": f64(np.log(0.25)), "target": f64(0.0)},
            {"target": f64(1.0)},
            {"reduction": "sum"},
        ),
        number=0.5,
    ),
]
