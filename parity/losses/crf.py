"""Conditional random fields against all sequences of labels, and the recursion."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.info import LossInfo
from parity.packages.sequence import crf_of_torchcrf
from parity.references.crf import crf_by_enumeration, crf_by_recursion
from parity.row import Row

PAIRS = [[0.5, -1.25, 0.25], [-0.5, 0.75, 1.5], [2.0, -0.375, -1.0]]
EMISSIONS = [
    [[0.5, -1.25, 2.0], [0.25, -0.875, 1.5]],
    [[-0.5, 1.0, 0.125], [0.75, 0.375, -0.25]],
    [[-1.5, -1.0, 0.625], [0.125, 1.25, -0.375]],
]
LABELS = [[2, 0], [1, 1], [0, 2]]


def plain(rng):
    return {
        "input": rng.standard_normal((3, 4, 3)),
        "target": rng.integers(0, 3, (3, 4)),
        "transitions": rng.standard_normal((3, 3)),
    }


def with_ends(rng):
    ends = {name: rng.standard_normal(3) for name in ("start", "end")}
    return plain(rng) | ends


def one_sequence(rng):
    return {name: x[0] for name, x in plain(rng).items()} | {
        "transitions": rng.standard_normal((3, 3))
    }


def one_step(rng):
    inputs = with_ends(rng)
    return inputs | {"input": inputs["input"][:, :1], "target": inputs["target"][:, :1]}


def one_label(rng):
    inputs = {"input": (2, 3, 1), "transitions": (1, 1)}
    drawn = {name: rng.standard_normal(shape) for name, shape in inputs.items()}
    return drawn | {"target": np.zeros((2, 3), int)}


def nested(rng):
    inputs = {"input": rng.standard_normal((2, 2, 3, 3))}
    return plain(rng) | inputs | {"target": rng.integers(0, 3, (2, 2, 3))}


def padded(rng):
    ends = np.asarray([4, 1, 3])
    where = np.arange(4) < ends[:, None]
    inputs = with_ends(rng) | {"where": where}
    inputs["input"][~where], inputs["target"][~where] = np.nan, -1
    return inputs


def holes(rng):
    where = np.asarray([[0, 1, 0, 1], [1, 0, 0, 1], [0, 0, 0, 0]], bool)
    inputs = padded(rng) | {"where": where}
    inputs["input"] = np.where(where[..., None], rng.standard_normal((3, 4, 3)), np.inf)
    inputs["target"] = np.where(where, rng.integers(0, 3, (3, 4)), 99)
    return inputs


def one_mask(rng):
    return plain(rng) | {"where": np.asarray([True, False, True, True])}


def forbidden(rng):
    inputs = with_ends(rng) | {"target": np.asarray([[0, 1, 1, 0]] * 3)}
    inputs["transitions"][0, 2] = inputs["transitions"][2, 2] = -np.inf
    inputs["start"][2], inputs["end"][1] = -np.inf, -1e4
    inputs["input"][0, 1, 2] = inputs["input"][1, 2, [0, 2]] = -np.inf
    return inputs


def apart(rng):
    # Too different for products of exponentials: from 0 only to 2, which is unlikely
    # in the third step.
    inputs = with_ends(rng) | {"target": np.asarray([[0, 2, 1, 0], [1] * 4, [2] * 4])}
    inputs["transitions"][0, :2], inputs["input"][:, 2, 2] = -600.0, -600.0
    return inputs


def long(rng):
    return {
        "input": 2 * rng.standard_normal((2, 60, 4)),
        "target": rng.integers(0, 4, (2, 60)),
        "transitions": rng.standard_normal((4, 4)),
    }


LOSS = fl.crf_loss
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
WRT = ("input", "transitions")
ENDS = (*WRT, "start", "end")
WIDE = ("float64", "float32")
TORCHCRF = Package(
    "pytorch-crf CRF",
    crf_of_torchcrf,
    quirk="returns the log-likelihood, summed; masks are of padding alone",
)
# Sequences, steps and labels.
TAGS = ("f32[32,100,20]", "i32[32,100]", "f32[20,20]")
MANY = ("f32[16,200,100]", "i32[16,200]", "f32[100,100]")

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                crf_by_enumeration,
                plain,
                [GRID, {"dtype": ["float32", "float64"]}],
                WRT,
                also=[TORCHCRF],
            ),
            Case(LOSS, crf_by_enumeration, with_ends, GRID, ENDS, also=[TORCHCRF]),
            Case(LOSS, crf_by_enumeration, one_sequence, GRID, WRT, dtypes=WIDE),
            Case(
                LOSS,
                crf_by_enumeration,
                one_step,
                NONE,
                ENDS,
                dtypes=WIDE,
                also=[TORCHCRF],
            ),
            Case(LOSS, crf_by_enumeration, one_label, NONE, ("input",), dtypes=WIDE),
            Case(LOSS, crf_by_enumeration, nested, GRID, WRT, dtypes=WIDE),
            Case(LOSS, crf_by_recursion, padded, GRID, ENDS),
            Case(LOSS, crf_by_recursion, holes, GRID, ENDS, dtypes=WIDE),
            Case(LOSS, crf_by_recursion, one_mask, GRID, WRT, dtypes=WIDE),
            # The reference has no second derivative at -inf.
            Case(
                LOSS, crf_by_enumeration, forbidden, NONE, ENDS, orders=1, dtypes=WIDE
            ),
            Case(LOSS, crf_by_enumeration, apart, NONE, ENDS, dtypes=WIDE),
            Case(
                LOSS,
                crf_by_recursion,
                long,
                NONE,
                WRT,
                dtypes=WIDE,
                depth=60,
                also=[TORCHCRF],
            ),
        ],
        rows=[
            Row(
                {"input": EMISSIONS, "target": LABELS, "transitions": PAIRS},
                mask=(3, 2),
                samples={"transitions": None},
                bad_values=tuple(
                    ("target", (1, 0), k, f"target must be in 0..2, got {k} at (1, 0)")
                    for k in (3, -1)
                ),
            )
        ],
        gates=[
            Gate(TAGS, None, Limit(2.7), Limit(510), wrt=(0, 2)),
            Gate(MANY, None, Limit(14), Limit(510), wrt=(0, 2)),
        ],
        curve=Curve(
            "score of the first label in the first step",
            (-6.0, 6.0),
            "two steps of two labels; the first is wanted, and to stay is worth 1",
            {
                "input": f64([0.0, 0.5], [0.25, 0.0]),
                "target": ints(0, 0),
                "transitions": f64([1.0, 0.0], [0.0, 1.0]),
            },
            {"input": f64([1.0, 0.0], [0.0, 0.0])},
            reference=crf_by_enumeration,
        ),
        no_number="labels are integers, and transitions have two",
    )
]
