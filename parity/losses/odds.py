"""Losses of the odds of the true class, from labels and from class probabilities."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import (
    CLASSES,
    NO_DISTRIBUTION,
    ROW_MISFIT,
    SCORES,
    UNEQUAL,
    P,
    X,
    bad_labels,
)
from parity.examples.lines import FIRST_OF_3
from parity.examples.shapes import LABELLED
from parity.info import LossInfo
from parity.packages.classification import poly_of_timm
from parity.references import kept
from parity.references.odds import generalized_cross_entropy, poly, softmax_focal
from parity.row import Row


def plain(rng):
    input = rng.standard_normal((6, 5))
    input[0], input[1, :3] = 0.0, 2.0  # ties
    input[2] = [0.0, -10.0, 0.5, 1.0, 12.0]  # nearly sure
    return {"input": input, "target": np.asarray([0, 1, 4, 1, 3, 2])}


def ignored(rng):
    inputs = plain(rng) | {"weight": rng.random(5) + 0.25}
    inputs["target"][[1, 4]] = -100
    return inputs


def probabilities(rng):
    target = rng.dirichlet(np.ones(5), 6)
    target[1], target[2] = [0.0, 1, 0, 0, 0], [0.0, 0, 0, 0, 1]
    return plain(rng) | {"target": target}


def spatial(rng):
    input = rng.standard_normal((2, 3, 4))
    return {"input": input, "target": rng.integers(0, 4, (2, 3), dtype=np.int32)}


def masked(rng):
    inputs = probabilities(rng)
    inputs["where"] = np.asarray([True, False, True, True, False, True])
    inputs["input"][1], inputs["target"][4] = np.nan, np.inf
    return inputs


def far(rng):
    input = np.asarray([[1e4, -1e4, 0.0], [1e4, -1e4, 0.0], [20.0, 0.0, -20.0]])
    input = np.concatenate([input, [[1.0, -np.inf, 0.0], [40.0, 0.0, 1.0]]])
    return {"input": input, "target": np.asarray([0, 1, 0, 2, 0])}


def balanced(rng):
    inputs = ignored(rng)
    return inputs | {"alpha": inputs.pop("weight")}


def with_epsilon(rng):
    return probabilities(rng) | {"epsilon": np.asarray(0.5)}


def with_q(rng):
    return probabilities(rng) | {"q": np.asarray(0.625)}


def with_gamma(rng):
    return probabilities(rng) | {"gamma": np.asarray(1.5)}


NONE = {"reduction": ["none"]}
MEAN, TOTALS = {"reduction": ["mean"]}, {"reduction": ["mean", "sum"]}
BOTH = ("input", "target")


def cases(loss, reference, weighted, weight, with_option, also=(), **option):
    """Return the cases of one loss: its weights and its option go by many names."""
    (name,) = option
    return [
        Case(loss, reference, plain, NONE | option, also=also),
        Case(loss, reference, weighted, TOTALS, ("input", weight)),
        Case(loss, reference, probabilities, NONE | option, BOTH, also=also),
        Case(loss, reference, spatial, NONE | {"axis": [-1]}),
        Case(loss, kept(reference, input=1, target=1), masked, MEAN, BOTH),
        Case(loss, reference, far, NONE, orders=1),
        Case(loss, reference, with_option, MEAN, (*BOTH, name)),
    ]


TIMM = Package(
    "timm PolyCrossEntropy",
    poly_of_timm,
    1e-6,
    "of float32; takes probabilities to add up to 1",
    wrt=("input",),
)
POLY_CASES = cases(
    fl.poly_loss,
    poly,
    ignored,
    "weight",
    with_epsilon,
    [TIMM],
    epsilon=[-1.0, 0.0, 2.0],
)
GENERALIZED_CROSS_ENTROPY_CASES = cases(
    fl.generalized_cross_entropy,
    generalized_cross_entropy,
    ignored,
    "weight",
    with_q,
    q=[0.25, 1.0],
)
SOFTMAX_FOCAL_CASES = cases(
    fl.softmax_focal_loss,
    softmax_focal,
    balanced,
    "alpha",
    with_gamma,
    gamma=[0.0, 0.5, 1.0, 2.0],
)


INFOS = [
    LossInfo(
        fl.poly_loss,
        cases=POLY_CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                options={"ignore_index": 255},
                reals={"epsilon": 0.5},
                misfit=ROW_MISFIT,
                bad_options=(({"epsilon": -1.5}, "epsilon must be >= -1, got -1.5"),),
                bad_values=bad_labels("N"),
            ),
            Row(
                {"input": X, "target": P},
                reals={"epsilon": 0.5},
                misfit=UNEQUAL,
            ),
        ],
        gates=[
            Gate(
                LABELLED,
                Limit(3.0, 4.0),
                Limit(0.1),
                Limit(175),
                cpu_temporaries=Limit(0.13),
            ),
            Gate(
                2 * LABELLED[:1],
                Limit(3.7, 4.0),
                Limit(0.1),
                Limit(106),
                cpu_temporaries=Limit(530),
            ),
        ],
        curve=Curve(
            "logit of the true class",
            (-6.0, 6.0),
            "two other classes with logits 0 and 1; epsilon 2",
            {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
            reference=poly,
        ),
        no_number=NO_DISTRIBUTION,
    ),
    LossInfo(
        fl.generalized_cross_entropy,
        cases=GENERALIZED_CROSS_ENTROPY_CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                options={"ignore_index": 255},
                reals={"q": 0.625},
                misfit=ROW_MISFIT,
                bad_options=(
                    ({"q": 0.0}, "q must be > 0 and <= 1, got 0.0"),
                    ({"q": 1.5}, "q must be > 0 and <= 1, got 1.5"),
                ),
                bad_values=bad_labels("N"),
            ),
            Row(
                {"input": X, "target": P},
                reals={"q": 0.625},
                misfit=UNEQUAL,
            ),
        ],
        gates=[
            Gate(
                LABELLED,
                Limit(3.0, 4.0),
                Limit(0.1),
                Limit(182),
                cpu_temporaries=Limit(0.13),
            ),
            Gate(
                2 * LABELLED[:1],
                Limit(3.7, 4.0),
                Limit(0.12),
                Limit(111),
                cpu_temporaries=Limit(530),
            ),
        ],
        curve=Curve(
            "logit of the true class",
            (-6.0, 6.0),
            "two other classes with logits 0 and 1; q 0.7",
            {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
            reference=generalized_cross_entropy,
        ),
        no_number=NO_DISTRIBUTION,
    ),
    LossInfo(
        fl.softmax_focal_loss,
        cases=SOFTMAX_FOCAL_CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                options={"ignore_index": 255},
                reals={"gamma": 1.5},
                misfit=ROW_MISFIT,
                bad_options=(
                    ({"gamma": -0.5}, "gamma must be >= 0, got -0.5"),
                    ({"gamma": np.nan}, "gamma must be >= 0, got nan"),
                    ({"alpha": -0.5}, "alpha must be >= 0, got -0.5"),
                ),
                bad_values=bad_labels("N"),
            ),
            Row(
                {"input": X, "target": P},
                reals={"gamma": 1.5},
                misfit=UNEQUAL,
            ),
        ],
        gates=[
            Gate(
                LABELLED,
                Limit(3.0, 4.0),
                Limit(0.12),
                Limit(184),
                cpu_temporaries=Limit(0.14),
            ),
            Gate(
                2 * LABELLED[:1],
                Limit(3.7, 4.0),
                Limit(0.12),
                Limit(122),
                cpu_temporaries=Limit(530),
            ),
        ],
        curve=Curve(
            "logit of the true class",
            (-6.0, 6.0),
            "two other classes with logits 0 and 1; gamma 2",
            {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
            reference=softmax_focal,
        ),
        no_number=NO_DISTRIBUTION,
    ),
]
