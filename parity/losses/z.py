"""The z-loss against torch's log-sum-exp."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import SCORES
from parity.examples.lines import FIRST_OF_3
from parity.examples.shapes import LABELLED
from parity.info import LossInfo
from parity.references.options import log_partition
from parity.references.policies import seen
from parity.references.values import reduced
from parity.row import Row


def z_loss(input, *, axis=1, reduction="mean", weight=None, where=None):
    """Return the squared log-sum-exp."""
    axis = 0 if input.ndim == 1 else axis
    (input,) = seen(where, input.moveaxis(axis, -1))
    return reduced(log_partition(input, -1) ** 2, reduction, weight=weight, where=where)


def plain(rng):
    input = rng.standard_normal((4, 3))
    input[0], input[1, 2] = 0.0, -np.inf
    return {"input": input}


def sample(rng):
    return {"input": rng.standard_normal(3)}


def large(rng):
    return {"input": np.asarray([[1e4, -1e4, 9999.0], [80.0, 0.0, -80.0]])}


def spatial(rng):
    return {"input": rng.standard_normal((2, 3, 4))}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random(4) + 0.5}
    inputs["input"][2] = np.nan
    return inputs | {"where": np.asarray([True, True, False, True])}


GRID = {"reduction": ["none", "mean", "sum"]}

INFOS = [
    LossInfo(
        fl.z_loss,
        cases=[
            Case(fl.z_loss, z_loss, plain, GRID),
            Case(fl.z_loss, z_loss, sample, GRID),
            Case(fl.z_loss, z_loss, large, GRID, orders=1),
            Case(fl.z_loss, z_loss, spatial, {"axis": [1, -1]}),
            Case(fl.z_loss, z_loss, masked, GRID, ("input", "weight")),
        ],
        rows=[Row({"input": SCORES})],
        gates=[Gate(LABELLED[:1], Limit(2.0), Limit(0.1), Limit(40))],
        curve=Curve(
            "logit of one class",
            (-6.0, 6.0),
            "two other classes with logits 0 and 1",
            {"input": f64([0.0, 0.0, 1.0])},
            {"input": FIRST_OF_3},
            reference=z_loss,
        ),
    )
]
