"""The Barlow Twins loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import UNEQUAL, XY, not_above
from parity.info import LossInfo
from parity.packages.contrastive import barlow_twins_of_lightly
from parity.references.barlow_twins import barlow_twins
from parity.row import Row


def views(rng):
    input = rng.standard_normal((7, 3))
    return {"input": input, "target": input + 0.5 * rng.standard_normal((7, 3))}


def few_rows(rng):
    input, target = rng.standard_normal((2, 3, 7))
    # Columns of one number.
    input[:, 2], target[:, 2:4] = 0.5, -0.25
    return {"input": input, "target": target}


def far_off(rng):
    inputs = views(rng)
    # Numbers that float32 has.
    steps = {name: np.round(64 * x) / 64 for name, x in inputs.items()}
    steps["input"] += [1000.0, 0.0, -4096.0]
    return steps


def one_row(rng):
    return {name: x[:1] for name, x in views(rng).items()}


def masked(rng):
    inputs = views(rng)
    inputs["where"] = np.asarray([True, True, False, True, True, False, True])
    inputs["input"][2], inputs["target"][5] = np.nan, np.inf
    return inputs


def all_masked(rng):
    return views(rng) | {"where": np.zeros(7, bool)}


def with_options(rng):
    return views(rng) | {
        "redundancy_weight": np.asarray(0.25),
        "eps": np.asarray(0.125),
    }


BOTH = ("input", "target")
LOSS = fl.barlow_twins_loss
# Sixteen bits have no digits left of such numbers.
WIDE = ("float64", "float32")

LIGHTLY = Package(
    "lightly BarlowTwinsLoss",
    barlow_twins_of_lightly,
    options={"redundancy_weight": [0.005, 0.5]},
)

CASES = [
    Case(
        LOSS,
        barlow_twins,
        views,
        [{"redundancy_weight": [0.0, 0.5]}, {"eps": [0.1]}, {"dtype": ["float32"]}],
        BOTH,
        also=[LIGHTLY],
    ),
    Case(LOSS, barlow_twins, few_rows, {"eps": [0.01]}, BOTH),
    Case(LOSS, barlow_twins, far_off, {}, BOTH, dtypes=WIDE),
    Case(LOSS, barlow_twins, one_row, {}, BOTH),
    Case(LOSS, barlow_twins, masked, {}, BOTH),
    Case(LOSS, barlow_twins, all_masked, {}, BOTH),
    Case(LOSS, barlow_twins, with_options, {}, (*BOTH, "redundancy_weight", "eps")),
]

INFOS = [
    LossInfo(
        LOSS,
        cases=CASES,
        rows=[
            Row(
                XY,
                losses=(),
                mask=(3,),
                together=True,
                options={"redundancy_weight": 0.5},
                reals={"redundancy_weight": 0.25, "eps": 0.125},
                misfit=UNEQUAL,
                bad_options=(
                    *not_above("redundancy_weight", 0, ">="),
                    *not_above("eps", 0),
                ),
            ),
        ],
        gates=[
            # A table of 8192 columns is of 268 MB.
            Gate(
                2 * ("f32[1024,8192]",), Limit(12), Limit(350), Limit(140), wrt=(0, 1)
            ),
            Gate(2 * ("f32[4096,1024]",), Limit(13), Limit(55), Limit(130), wrt=(0, 1)),
        ],
        curve=Curve(
            "what the second view has of its own",
            (-3.0, 3.0),
            "(1, -1, 0) twice in the first view; the other view has moved times "
            "(1, 1, -2) more in one column",
            {
                "input": f64([1.0, 1.0], [-1.0, -1.0], [0.0, 0.0]),
                "target": f64([1.0, 1.0], [-1.0, -1.0], [0.0, 0.0]),
            },
            {"target": f64([1.0, 0.0], [1.0, 0.0], [-2.0, 0.0])},
            options={"redundancy_weight": 0.5},
            reference=barlow_twins,
        ),
        no_number="a number has no rows",
    )
]
