"""Binary cross-entropy against torch, of probabilities and of logits."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, OUTSIDE, UNEQUAL, P, Q, X
from parity.examples.lines import LOGIT, ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import binary_cross_entropy_at_infinity, kept
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    input, target = rng.uniform(0.05, 0.95, (2, 4, 5))
    input[0], target[0] = 0.5, [0.0, 1.0, 0.5, 0.25, 0.75]
    target[1] = (0.0, 1.0, 0.0, 1.0, 1.0)
    return {"input": input, "target": target}


def weighted(rng):
    return plain(rng) | {"weight": rng.standard_normal((4, 5))}


def weighted_columns(rng):
    return plain(rng) | {"weight": rng.standard_normal(5)}


def weighted_rows(rng):
    return plain(rng) | {"weight": rng.standard_normal((4, 1))}


def weighted_by_one(rng):
    return plain(rng) | {"weight": rng.standard_normal(())}


def endpoints(rng):
    input = np.asarray([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    return {"input": input, "target": np.asarray([0.0, 1.0, 0.5, 0.0, 1.0, 0.5])}


def near_endpoints(rng):
    # The logarithms are clamped at -100, the gradients at 1e-12: neither is the other.
    input = np.asarray([1e-50, 1e-13, 1e-11, 1e-5, 1 - 1e-12, 1 - 1e-5])
    return {"input": input, "target": np.asarray([1.0, 1.0, 1.0, 0.0, 0.0, 0.5])}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((4, 5)) < 0.5}
    inputs["input"][2], inputs["where"][2] = np.nan, False
    inputs["input"][3], inputs["where"][3] = 2.0, False  # no probability, but masked
    return inputs


def single(rng):
    return {"input": rng.random(()), "target": rng.random(())}


def many(rng):
    return {"input": rng.random((40, 50)), "target": rng.random((40, 50))}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


def logits(rng):
    input, target = rng.standard_normal((4, 5)) * 2, rng.random((4, 5))
    input[0], target[0] = 0.0, [0.0, 1.0, 0.5, -1.0, 2.0]  # targets are not checked
    target[1] = (0.0, 1.0, 0.0, 1.0, 1.0)
    return {"input": input, "target": target}


def weighted_logits(rng):
    return logits(rng) | {"weight": rng.standard_normal((4, 5))}


def weighted_columns_logits(rng):
    return logits(rng) | {"weight": rng.standard_normal(5)}


def positive_weighted(rng):
    return logits(rng) | {"pos_weight": rng.random(5) * 2}


def twice_weighted(rng):
    pos_weight = rng.random((4, 5)) * 2
    return logits(rng) | {"weight": rng.random((4, 1)), "pos_weight": pos_weight}


def weighted_by_one_logits(rng):
    weights = {"weight": rng.standard_normal(()), "pos_weight": rng.random(())}
    return logits(rng) | weights


def extreme(rng):
    input = np.asarray([1e4, 1e4, -1e4, -1e4, 40.0, -40.0])
    return {"input": input, "target": np.asarray([0.0, 1.0, 0.0, 1.0, 1.0, 0.5])}


def infinite(rng):
    input = np.asarray([np.inf, np.inf, np.inf, -np.inf, -np.inf, -np.inf, np.nan])
    return {"input": input, "target": np.asarray([0.0, 1.0, 0.5, 0.0, 1.0, 0.5, 1.0])}


def masked_logits(rng):
    inputs = twice_weighted(rng) | {"where": rng.random((4, 5)) < 0.5}
    inputs["input"][2], inputs["where"][2] = np.nan, False
    inputs["target"][3], inputs["where"][3] = np.inf, False
    return inputs


def single_logit(rng):
    return {"input": rng.standard_normal(()), "target": rng.random(())}


BCE, TORCH_BCE = fl.binary_cross_entropy, F.binary_cross_entropy
LOGITS = fl.binary_cross_entropy_with_logits
TORCH_LOGITS = F.binary_cross_entropy_with_logits
GRID = {"reduction": REDUCTION}
TOTALS = {"reduction": ["mean", "sum"]}
BOTH = ("input", "target")
DTYPE = {"dtype": ["float32", "float64"]}
WHERE = kept(F.binary_cross_entropy, input=None, target=None)
WHERE_LOGITS = kept(TORCH_LOGITS, input=None, target=None, weight=None, pos_weight=None)

BINARY_CROSS_ENTROPY_CASES = [
    Case(BCE, TORCH_BCE, plain, [GRID, DTYPE], BOTH),
    Case(BCE, TORCH_BCE, weighted, GRID, BOTH),
    Case(BCE, TORCH_BCE, weighted_columns, GRID, BOTH),
    Case(BCE, TORCH_BCE, weighted_rows, GRID, BOTH),
    Case(BCE, TORCH_BCE, weighted_by_one, GRID, BOTH),
    Case(BCE, TORCH_BCE, endpoints, GRID, ("input",)),
    Case(BCE, TORCH_BCE, near_endpoints, GRID, ("input",), dtypes=("float64",)),
    Case(BCE, WHERE, masked, GRID, BOTH),
    Case(BCE, TORCH_BCE, single, GRID, BOTH),
    Case(BCE, TORCH_BCE, many, TOTALS, BOTH, orders=1),
    Case(BCE, TORCH_BCE, empty, GRID, BOTH),
]  # fmt: skip
BINARY_CROSS_ENTROPY_WITH_LOGITS_CASES = [
    Case(LOGITS, TORCH_LOGITS, logits, [GRID, DTYPE], BOTH),
    Case(LOGITS, TORCH_LOGITS, weighted_logits, GRID, BOTH),
    Case(LOGITS, TORCH_LOGITS, weighted_columns_logits, GRID, BOTH),
    Case(LOGITS, TORCH_LOGITS, positive_weighted, GRID, BOTH),
    Case(LOGITS, TORCH_LOGITS, twice_weighted, GRID, BOTH),
    Case(LOGITS, TORCH_LOGITS, weighted_by_one_logits, GRID, BOTH),
    Case(LOGITS, TORCH_LOGITS, extreme, GRID, BOTH),
    Case(LOGITS, binary_cross_entropy_at_infinity, infinite, GRID, orders=1),
    Case(LOGITS, WHERE_LOGITS, masked_logits, GRID, BOTH),
    Case(LOGITS, TORCH_LOGITS, single_logit, GRID, BOTH),
    Case(LOGITS, TORCH_LOGITS, many, TOTALS, BOTH, orders=1),
    Case(LOGITS, TORCH_LOGITS, empty, GRID, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.binary_cross_entropy,
        cases=BINARY_CROSS_ENTROPY_CASES,
        rows=[
            Row(
                {"input": P, "target": Q},
                ELEMENTS,
                misfit=UNEQUAL,
                bad_values=OUTSIDE,
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(4.0, 4.0),
                Limit(8.4),
                Limit(42),
            )
        ],
        curve=Curve(
            "probability",
            (0.02, 0.98),
            "target 1",
            {"input": f64(0.0), "target": f64(1.0)},
            ONE,
        ),
        number=1.0,
    ),
    LossInfo(
        fl.binary_cross_entropy_with_logits,
        cases=BINARY_CROSS_ENTROPY_WITH_LOGITS_CASES,
        rows=[
            Row(
                {"input": X, "target": Q},
                ELEMENTS,
                misfit=UNEQUAL,
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(2.5, 2.5),
                Limit(4.2),
                Limit(42),
            )
        ],
        curve=Curve(
            **LOGIT,
            fixed="target 1",
            arrays={"input": f64(0.0), "target": f64(1.0)},
            along=ONE,
        ),
        number=1.0,
    ),
]
