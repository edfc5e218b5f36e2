"""Energy score against all pairs of members."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import P
from parity.info import LossInfo
from parity.packages.forecast import energy_score_of_scoringrules
from parity.references import kept
from parity.references.forecast import energy_score
from parity.row import Row

MEMBERS = [
    [[0.5, -1.25], [2.0, 0.25], [-0.75, 1.5]],
    [[0.25, 1.0], [-0.5, 0.75], [1.25, -1.5]],
    [[1.5, 0.5], [0.75, -2.0], [-1.0, 0.375]],
]


def plain(rng):
    input, target = rng.standard_normal((4, 5, 3)), rng.standard_normal((4, 3))
    return {"input": input, "target": target}


def even(rng):
    input, target = rng.standard_normal((2, 3, 6, 2)), rng.standard_normal((2, 3, 2))
    return {"input": input, "target": target, "weight": rng.random((2, 3)) + 0.5}


def corners(rng):
    # Equal members, one that was seen, all equal, differences along one axis.
    input = [
        [[0.0, 2.0], [0.0, 2.0], [4.0, -1.0], [0.0, 2.0]],
        [[1.0, 1.0], [2.0, 1.0], [2.0, 1.0], [1.0, 3.0]],
        [[2.0, 0.5]] * 4,
    ]
    target = [[1.0, 0.0], [1.0, 1.0], [2.0, 0.5]]
    return {"input": np.asarray(input), "target": np.asarray(target)}


def many(rng):
    # More differences than are computed at once.
    input, target = rng.standard_normal((2, 45, 40)), rng.standard_normal((2, 40))
    return {"input": input, "target": target}


def one_forecast(rng):
    return {name: x[0] for name, x in plain(rng).items()}


def one_member(rng):
    return {"input": rng.standard_normal((3, 1, 2)), "target": np.zeros((3, 2))}


def masked(rng):
    inputs = plain(rng) | {"where": np.asarray([True, False, True, False])}
    inputs["input"][1, 2, 0], inputs["target"][3, 0] = np.nan, np.inf
    return inputs


def with_fair(rng):
    return plain(rng) | {"fair": np.asarray(0.625)}


def empty(rng):
    return {"input": np.zeros((0, 3, 2)), "target": np.zeros((0, 2))}


def featureless(rng):
    return {"input": np.zeros((2, 3, 0)), "target": np.zeros((2, 0))}


LOSS, GRID = fl.energy_score_loss, {"reduction": ["none", "mean", "sum"]}
NONE, BOTH = {"reduction": ["none"]}, ("input", "target")
FAIR = {"fair": [0.5, 1.0]}


def where_forecasts(input, target, *, where, **options):
    """Return the scores with those of the forecasts that are left out."""
    flat = kept(_flat, input=-1, target=-1)
    return flat(input.flatten(-2), target, where=where, **options)


def _flat(input, target, **options):
    members = input.unflatten(-1, (-1, target.shape[-1]))
    return energy_score(members, target, **options)


SCORINGRULES = Package(
    "scoringrules es_ensemble",
    energy_score_of_scoringrules,
    options={"fair": [0.0, 1.0]},
)
WIDE = ("float64", "float32")

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                energy_score,
                plain,
                [GRID, NONE | FAIR, {"dtype": ["float32"]}],
                BOTH,
                also=[SCORINGRULES],
            ),
            Case(LOSS, energy_score, even, GRID | {"fair": [0.5]}, (*BOTH, "weight")),
            # Vectors that are equal have no second derivative.
            Case(
                LOSS,
                energy_score,
                corners,
                NONE | {"fair": [0.0, 1.0]},
                BOTH,
                orders=1,
            ),
            Case(LOSS, energy_score, many, NONE, BOTH, dtypes=WIDE),
            Case(LOSS, energy_score, one_forecast, NONE, BOTH),
            Case(LOSS, energy_score, one_member, GRID, BOTH),
            Case(LOSS, where_forecasts, masked, GRID, BOTH),
            Case(LOSS, energy_score, with_fair, GRID, (*BOTH, "fair")),
            Case(LOSS, energy_score, empty, {"reduction": ["mean"]}, BOTH),
            Case(LOSS, energy_score, featureless, NONE, BOTH),
        ],
        rows=[
            Row(
                {"input": MEMBERS, "target": P},
                options={"fair": 0.25},
                reals={"fair": 0.625},
                misfit=(
                    {"input": (3, 4, 2), "target": (4, 2)},
                    "target must have shape (3, 2), got (4, 2)",
                ),
                bad_options=(
                    ({"fair": -0.5}, "fair must be >= 0 and <= 1, got -0.5"),
                    ({"fair": 1.5}, "fair must be >= 0 and <= 1, got 1.5"),
                ),
            )
        ],
        gates=[Gate(("f32[256,32,64]", "f32[256,64]"), None, Limit(15), Limit(111))],
        curve=Curve(
            "first coordinate of what was seen",
            (-3.0, 3.0),
            "its second coordinate 0.5; the members (-1, 0), (1, 0) and (0, 2)",
            {
                "input": f64([[-1.0, 0.0], [1.0, 0.0], [0.0, 2.0]]),
                "target": f64([0.0, 0.5]),
            },
            {"target": f64([1.0, 0.0])},
            reference=energy_score,
        ),
        number=0.5,
    ),
]
