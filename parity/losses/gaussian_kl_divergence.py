"""The divergence of normal distributions against its closed form."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, X, Y
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references.likelihoods import gaussian_kl, gaussian_kl_of_torch
from parity.row import Row

ALL = ("input", "log_var", "target", "target_log_var")


def prior(rng):
    input, log_var = rng.standard_normal((2, 3, 5))
    input[0], log_var[0] = 0.0, [0.0, 1e-3, -1e-3, 0.5, -2.0]
    return {"input": input, "log_var": log_var}


def two(rng):
    return dict(zip(ALL, rng.standard_normal((4, 3, 5)), strict=True))


def apart(rng):
    return two(rng) | {"log_var": rng.random((3, 5)) + 1.5}


def wide(rng):
    return two(rng) | {"log_var": rng.standard_normal(5), "target": np.asarray([[0.5]])}


def masked(rng):
    inputs = two(rng) | {"where": rng.random((3, 5)) < 0.75}
    inputs["input"][2], inputs["where"][2] = np.inf, False
    inputs["log_var"][1, 0], inputs["where"][1, 0] = np.nan, False
    return inputs


def extreme(rng):
    input = np.asarray([100.0, np.inf, np.nan, 1e-3, 0.0])
    log_var = np.asarray([-100.0, 0.0, 0.0, 8.0, np.nan])
    return {"input": input, "log_var": log_var}


def empty(rng):
    return dict.fromkeys(("input", "log_var"), np.zeros((0, 3)))


LOSS, GRID = fl.gaussian_kl_divergence, {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, gaussian_kl, prior, [GRID, NONE | {"axis": [0, None]}], ALL[:2]),
            Case(LOSS, gaussian_kl, two, [GRID, NONE | {"axis": [0, None]}], ALL),
            Case(LOSS, gaussian_kl_of_torch, apart, GRID | {"axis": [0, None]}, ALL),
            Case(LOSS, gaussian_kl, wide, GRID, ALL),
            Case(LOSS, gaussian_kl, masked, GRID | {"axis": [None, -1]}, ALL),
            Case(
                LOSS, gaussian_kl, extreme, NONE | {"axis": [None]}, ALL[:2], orders=1
            ),
            Case(LOSS, gaussian_kl, empty, {"reduction": ["mean"]}, ALL[:2]),
        ],
        rows=[
            Row(
                {"input": X, "log_var": Y, "target": Y, "target_log_var": X},
                ELEMENTS,
                options={"axis": None},
            ),
            Row({"input": X, "log_var": Y}, mask=ELEMENTS),
        ],
        gates=[Gate(2 * MILLION, Limit(2.7, 4.0), Limit(8.4), Limit(56))],
        curve=Curve(
            "logarithm of the variance",
            (-4.0, 2.0),
            "mean 0",
            {"input": f64(0.0), "log_var": f64(0.0)},
            {"log_var": f64(1.0)},
            options={"axis": None},
            reference=gaussian_kl,
        ),
        number=0.5,
    ),
]
