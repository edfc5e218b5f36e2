"""InfoNCE against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import UNEQUAL, XY, Z, not_above
from parity.info import LossInfo
from parity.packages.contrastive import info_nce_of_package
from parity.references.info_nce import info_nce
from parity.row import Row


def sides(rng):
    # A pair of equal rows, and two rows with equal partners.
    input, target = rng.standard_normal((2, 6, 4))
    input[1], target[3] = target[1], target[2]
    return {"input": input, "target": target}


def zeros(rng):
    inputs = sides(rng)
    inputs["input"][2] = inputs["target"][2] = inputs["target"][4] = 0.0
    return inputs


def one_pair(rng):
    return {name: x[:1] for name, x in sides(rng).items()}


def shared(rng):
    return sides(rng) | {"negatives": rng.standard_normal((3, 4))}


def own(rng):
    return sides(rng) | {"negatives": rng.standard_normal((6, 3, 4))}


def masked(rng):
    inputs = sides(rng)
    inputs["where"] = np.asarray([True, True, False, True, True, False])
    inputs["input"][2], inputs["target"][5] = np.nan, np.inf
    return inputs


def masked_own(rng):
    inputs = own(rng) | masked(rng)
    inputs["negatives"][2, 1] = np.nan
    return inputs


def extreme(rng):
    inputs = sides(rng)
    inputs["input"] *= np.asarray([[1e4], [1e4], [2e-4], [1.0], [1e3], [1e-3]])
    return inputs


def with_temperature(rng):
    return sides(rng) | {"temperature": np.asarray(0.25)}


REDUCED = {"reduction": ["none", "mean"]}
WAYS = {"symmetric": [False, True]}
AMONG = {"in_batch": [True, False]}
BOTH, ALL = ("input", "target"), ("input", "target", "negatives")
INFO_NCE = fl.info_nce_loss

OTHERS = Package(
    "info-nce-pytorch info_nce",
    info_nce_of_package,
    quirk="has no negatives in the batch beside those it is given",
    options={"reduction": ["none", "mean", "sum"], "in_batch": [False]},
)
PACKAGE = Package(
    "info-nce-pytorch info_nce",
    info_nce_of_package,
    options={"temperature": [0.07, 0.5], "reduction": ["none", "mean", "sum"]},
)

CASES = [
    Case(
        INFO_NCE,
        info_nce,
        sides,
        [
            {"reduction": ["none", "mean", "sum"]},
            WAYS | {"temperature": [0.01, 1.0]},
            WAYS | {"normalize": [False], "temperature": [1.0]},
            {"dtype": ["float32"]},
        ],
        BOTH,
        also=[PACKAGE],
    ),
    Case(INFO_NCE, info_nce, shared, AMONG | REDUCED, ALL, also=[OTHERS]),
    Case(
        INFO_NCE,
        info_nce,
        own,
        AMONG | {"normalize": [True, False]},
        ALL,
        also=[OTHERS],
    ),
    Case(INFO_NCE, info_nce, zeros, WAYS, BOTH, orders=1),
    Case(INFO_NCE, info_nce, one_pair, WAYS, BOTH),
    Case(INFO_NCE, info_nce, masked, WAYS | REDUCED, BOTH),
    Case(INFO_NCE, info_nce, masked_own, {"reduction": ["none"]}, ALL),
    Case(INFO_NCE, info_nce, extreme, WAYS | {"temperature": [0.5]}, BOTH),
    Case(INFO_NCE, info_nce, with_temperature, WAYS, (*BOTH, "temperature")),
]

SIDES = ("f32[16384,512]", "f32[16384,512]")

INFOS = [
    LossInfo(
        INFO_NCE,
        cases=CASES,
        rows=[
            Row(
                XY,
                together=True,
                options={"temperature": 0.5, "symmetric": True},
                reals={"temperature": 0.625},
                misfit=UNEQUAL,
                bad_options=not_above("temperature", 0),
            ),
            Row(
                XY | {"negatives": Z[:2]},
                together=True,
                samples={"negatives": None},
                options={"temperature": 0.5},
            ),
        ],
        gates=[
            Gate(SIDES, None, Limit(141, 200), Limit(222), wrt=(0, 1)),
            Gate(
                SIDES,
                None,
                Limit(169, 200),
                Limit(351),
                wrt=(0, 1),
                options={"symmetric": True},
            ),
        ],
        curve=Curve(
            "direction of a row beside its partner (1, 0)",
            (-3.0, 3.0),
            "the row is (1, moved); the partner of another row is (0, 1)",
            {
                "input": f64([1.0, 0.0], [0.0, 1.0]),
                "target": f64([1.0, 0.0], [0.0, 1.0]),
            },
            {"input": f64([0.0, 1.0], [0.0, 0.0])},
            options={"temperature": 0.5},
            reference=info_nce,
        ),
        no_number="a number has no rows",
    ),
]
