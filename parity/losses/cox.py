"""The Cox loss against its partial likelihood, event by event."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import SCORES
from parity.info import LossInfo
from parity.losses.listmle import ORDERED
from parity.packages.regression import cox_of_torchsurv
from parity.references.cox import cox
from parity.row import Row


def plain(rng):
    # All times differ: of two cohorts, the second is censored but for one.
    time = np.stack([rng.permutation(6), rng.permutation(6)]) / 4
    event = np.asarray([[1, 0, 1, 1, 1, 0], [0, 0, 0, 1, 0, 0]], bool)
    return {"input": rng.standard_normal((2, 6)), "time": time, "event": event}


def tied(rng):
    # Events together, with a censored one between them, and a cohort of one time.
    time = np.asarray([[2, 1, 2, 2, 1, 3, 2], [1] * 7, [4, 0, 4, 0, 2, 2, 2]])
    event = np.asarray([[1, 1, 0, 1, 1, 1, 1], [1] * 7, [0, 0, 1, 1, 1, 1, 0]])
    return {"input": rng.standard_normal((3, 7)), "time": time, "event": event}


def one_cohort(rng):
    return {name: x[0] for name, x in plain(rng).items()}


def one_tied_cohort(rng):
    return {name: x[0] for name, x in tied(rng).items()}


def masked(rng):
    inputs = tied(rng)
    where = np.ones((3, 7), bool)
    where[0, [0, 2, 5]], where[1, 1:5], where[2] = False, False, False
    inputs["input"][0, [0, 2, 5]] = [np.nan, np.inf, 1e4]
    time, event = inputs["time"].astype(float), inputs["event"]
    time[1, 1:5], event[1, 1] = np.nan, 7
    return inputs | {"time": time, "where": where}


def without_events(rng):
    inputs = plain(rng)
    return inputs | {"event": np.zeros((2, 6), bool)}


def extreme(rng):
    del rng
    input = np.asarray([[1e4, -1e4, 9984.0, 0.0, -1e4], [0.0, 8.0, 64.0, 0.5, 0.0]])
    time = np.asarray([[1.0, 2, 0, 1, 2], [0, 1, 2, 3, np.inf]])
    return {"input": input, "time": time, "event": np.ones((2, 5), bool)}


GRID = {"reduction": ["none", "mean", "sum"], "ties": ["efron", "breslow"]}
SUMS = {"reduction": ["mean", "sum"]}
BOTH = {"ties": ["efron", "breslow"]}
LOSS = fl.cox_loss
ONE_SUM = {"reduction": ["sum"]} | BOTH
TORCHSURV = Package(
    "torchsurv neg_partial_log_likelihood",
    cox_of_torchsurv,
    1e-6,
    "of float32 inside; its mean with ties, over times, is not compared",
)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, cox, plain, [SUMS, {"reduction": ["none"], "axis": [0]}]),
            Case(LOSS, cox, tied, [GRID, {"dtype": ["float32"]}]),
            Case(LOSS, cox, one_cohort, SUMS, also=[TORCHSURV]),
            Case(LOSS, cox, one_tied_cohort, ONE_SUM, also=[TORCHSURV]),
            Case(LOSS, cox, masked, GRID),
            Case(LOSS, cox, without_events, SUMS),
            Case(LOSS, cox, extreme, {"reduction": ["none"]} | BOTH),
        ],
        rows=[
            Row(
                {
                    "input": SCORES,
                    "time": [[1.5, 0.5, 1.5, 2.5], [2.0, 1.0, 0.5, 1.5], [0.25] * 4],
                    "event": [[1, 1, 1, 0], [0, 1, 0, 1], [1, 0, 1, 1]],
                },
                (3, 4),
                mass=None,
                together=True,
                constants=("time",),
                bad_options=(
                    (
                        {"ties": "exact"},
                        "ties must be 'efron' or 'breslow', got 'exact'",
                    ),
                ),
                bad_values=(
                    ("event", (1, 2), 2, "event must be 0 or 1, got 2 at (1, 2)"),
                ),
            )
        ],
        gates=[
            Gate(
                ("f32[16384]", "f32[16384]", "bool[16384]"),
                Limit(121, 4.0),
                Limit(1.8),
                Limit(1000),
                reason=ORDERED,
            )
        ],
        curve=Curve(
            "log-hazard of the event",
            (-3.0, 4.0),
            "two others at risk, at 0 and 1",
            {
                "input": f64([0.0, 0.0, 1.0]),
                "time": ints([1, 2, 3]),
                "event": ints([1, 0, 0]),
            },
            {"input": f64([1.0, 0.0, 0.0])},
            reference=cox,
        ),
    )
]
