"""Load balancing of experts against the formula of the Switch transformer."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.info import LossInfo
from parity.references.load_balancing import load_balancing
from parity.row import Row


def plain(rng):
    input = rng.standard_normal((2, 5, 4))
    # Experts with one score, and one that is impossible.
    input[0, 0], input[0, 1], input[1, 2] = 0.0, [0.5, 1.0, 0.5, 0.5], -np.inf
    input[1, 2, 1] = 0.25
    return {"input": input}


def routed(rng):
    target = np.asarray([[[0, 1], [2, 3], [0, 3], [3, 0], [1, 1]], [[2, 0]] * 5])
    return {"input": rng.standard_normal((2, 5, 4)), "target": target}


def one_group(rng):
    return {"input": rng.standard_normal((6, 3))}


def nested_groups(rng):
    return {"input": rng.standard_normal((2, 2, 3, 4))}


def large(rng):
    scores = [[1e4, -1e4, 9984.0], [80.0, 0.0, -80.0], [0.0, 3e3, 0.0]]
    return {"input": np.asarray([scores])}


def masked(rng):
    input = rng.standard_normal((3, 4, 3))
    input[0, 1], input[2] = np.nan, np.inf
    where = np.asarray([[True, False, True, True], [True] * 4, [False] * 4])
    return {"input": input, "where": where}


def masked_routed(rng):
    target = rng.integers(0, 3, (3, 4, 2))
    target[0, 1], target[2] = -1, 99
    return masked(rng) | {"target": target}


def masked_column(rng):
    return one_group(rng) | {"where": np.asarray([True, True, False, True, True, True])}


LOSS = fl.load_balancing_loss
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
ROUTERS = ("f32[8,4096,64]",)
GROUPS = [
    [[0.5, -1.25, 2.0, -0.375], [0.25, -0.875, 1.5, 0.625]],
    [[-0.5, 1.0, 0.125, -1.75], [0.75, 0.375, -0.25, 0.5]],
    [[-1.5, -1.0, 0.625, 0.25], [0.125, 1.25, -0.375, 0.0]],
]
CHOSEN = [[[2, 3], [2, 3]], [[1, 2], [0, 3]], [[2, 3], [1, 0]]]
BAD_CHOICES = tuple(
    ("target", (1, 1, 1), expert, f"target must be in 0..3, got {expert} at (1, 1, 1)")
    for expert in (4, -1)
)
BAD_TOP_K = (
    ({"top_k": 0}, "top_k must be >= 1, got 0"),
    ({"top_k": 5}, "top_k must be in 1..4, got 5"),
)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(LOSS, load_balancing, plain, [GRID, NONE | {"top_k": [2, 3]}]),
            Case(LOSS, load_balancing, routed, GRID),
            Case(LOSS, load_balancing, one_group, GRID | {"axis": [0, -1]}),
            Case(LOSS, load_balancing, nested_groups, NONE | {"axis": [1, -1]}),
            # If one expert has all probability, the gradients are differences of
            # roundings, there as here.
            Case(LOSS, load_balancing, large, NONE | {"top_k": [1, 2]}, orders=0),
            Case(LOSS, load_balancing, masked, GRID | {"top_k": [1, 2]}),
            Case(LOSS, load_balancing, masked_routed, GRID),
            Case(LOSS, load_balancing, masked_column, NONE),
        ],
        rows=[
            Row(
                {"input": GROUPS},
                mask=(3, 2),
                options={"top_k": 2},
                bad_options=BAD_TOP_K,
            ),
            Row(
                {"input": GROUPS, "target": CHOSEN},
                mask=(3, 2),
                misfit=(
                    {"input": (3, 2, 4), "target": (3, 2)},
                    "target must have shape (3, 2) and an axis of choices, got (3, 2)",
                ),
                bad_values=BAD_CHOICES,
            ),
        ],
        gates=[
            Gate(
                ROUTERS,
                Limit(3.1),
                Limit(0.4),
                Limit(48),
                cpu_temporaries=Limit(8.6),
            ),
            Gate(
                ROUTERS,
                Limit(3.6),
                Limit(0.4),
                Limit(55),
                options={"top_k": 2},
                cpu_temporaries=Limit(8.7),
            ),
        ],
        curve=Curve(
            "score of one expert",
            (-6.0, 6.0),
            "two tokens, one of which goes there; another expert with scores 0 and 2",
            {"input": f64([[0.0, 0.0], [0.0, 2.0]])},
            {"input": f64([[1.0, 0.0], [1.0, 0.0]])},
            reference=load_balancing,
        ),
        no_number="experts are integers, and have an axis of their own",
    )
]
