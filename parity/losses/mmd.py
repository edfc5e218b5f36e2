"""The maximum mean discrepancy against its definition."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import X, Y, not_above
from parity.info import LossInfo
from parity.packages.distribution import mmd_of_geomloss
from parity.references.mmd import mmd
from parity.row import Row


def samples(rng):
    return {"input": rng.standard_normal((6, 4)), "target": rng.standard_normal((5, 4))}


def wide(rng):
    return samples(rng) | {"bandwidth": np.asarray([0.5, 2.0, 8.0])}


def one_width(rng):
    return samples(rng) | {"bandwidth": np.asarray(1.5)}


def equal_rows(rng):
    inputs = samples(rng)
    inputs["input"][3], inputs["target"][1] = inputs["input"][2], inputs["input"][0]
    return inputs


def far_off(rng):
    # Distances as before, of numbers that leave float32 few digits.
    steps = {name: np.round(8 * x) / 8 for name, x in samples(rng).items()}
    return {name: x + 1024.0 for name, x in steps.items()}


def masked(rng):
    inputs = samples(rng)
    inputs["where"] = np.asarray([True, True, False, True, False, True])
    inputs["target_where"] = np.asarray([True, False, True, True, True])
    inputs["input"][2], inputs["input"][4] = np.nan, np.inf
    inputs["target"][1] = np.nan
    return inputs


def none_left(rng):
    return masked(rng) | {"target_where": np.zeros(5, bool)}


LOSS, BOTH = fl.mmd_loss, ("input", "target")
KERNELS = {"kernel": ["gaussian", "laplacian", "energy"]}
WAYS = KERNELS | {"unbiased": [False, True]}
WIDTHS = {"kernel": ["gaussian", "laplacian"], "unbiased": [False, True]}
GEOMLOSS = Package(
    "geomloss SamplesLoss",
    mmd_of_geomloss,
    quirk="returns half of it, and takes a distance of 0 for 1e-4 or, in Laplacian "
    "kernels, 1e-4 bandwidths; what that changes is added",
    options=[
        {"kernel": ["gaussian", "laplacian"], "bandwidth": [1.0, 0.75]},
        {"kernel": ["energy"]},
    ],
)

CASES = [
    Case(
        LOSS,
        mmd,
        samples,
        [
            WAYS,
            {"kernel": ["gaussian", "laplacian"], "bandwidth": [0.5, 4.0]},
            {"dtype": ["float32"]},
        ],
        BOTH,
        also=[GEOMLOSS],
    ),
    Case(LOSS, mmd, one_width, WIDTHS, (*BOTH, "bandwidth")),
    Case(LOSS, mmd, wide, WIDTHS, (*BOTH, "bandwidth")),
    Case(LOSS, mmd, equal_rows, KERNELS, BOTH, orders=1),
    # Second derivatives are of products of rows, which keep fewer digits of these.
    Case(LOSS, mmd, far_off, KERNELS, BOTH, orders=1, dtypes=("float64", "float32")),
    Case(LOSS, mmd, masked, WAYS, BOTH),
    Case(LOSS, mmd, none_left, KERNELS, BOTH, orders=1),
]

SIDES = ("f32[8192,64]", "f32[8192,64]")

INFOS = [
    LossInfo(
        LOSS,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": Y},
                losses=(),
                mask=(3,),
                together=True,
                samples={"target": None},
                options={"bandwidth": 0.75},
                reals={"bandwidth": 0.625},
                misfit=(
                    {"input": (3, 1), "target": (3,)},
                    "input and target must be of (N, D) and (M, D), got (3, 1), (3,)",
                ),
                bad_options=not_above("bandwidth", 0),
            ),
            Row(
                {"input": X, "target": Y[:2]},
                losses=(),
                mask=(3,),
                together=True,
                samples={"target": None},
                options={"kernel": "laplacian", "unbiased": True},
                reals={"bandwidth": 0.625},
            ),
        ],
        # A table of all pairs is of 268 MB.
        gates=[Gate(SIDES, None, Limit(32, 200), Limit(1612), wrt=(0, 1))],
        curve=Curve(
            "a row of one sample",
            (-3.0, 4.0),
            "the other row is 0; those of the other sample are 0 and 1",
            {"input": f64([0.0], [0.0]), "target": f64([0.0], [1.0])},
            {"input": f64([0.0], [1.0])},
            reference=mmd,
        ),
        no_number="a number has no rows",
    ),
]
