"""Losses of the odds of the true class, from labels and from class probabilities."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import kept
from parity.references.odds import generalized_cross_entropy, poly, softmax_focal


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


def cases(loss, reference, weighted, weight, with_option, **option):
    """Return the cases of one loss: its weights and its option go by many names."""
    (name,) = option
    return [
        Case(loss, reference, plain, NONE | option),
        Case(loss, reference, weighted, TOTALS, ("input", weight)),
        Case(loss, reference, probabilities, NONE | option, BOTH),
        Case(loss, reference, spatial, NONE | {"axis": [-1]}),
        Case(loss, kept(reference, input=1, target=1), masked, MEAN, BOTH),
        Case(loss, reference, far, NONE, orders=1),
        Case(loss, reference, with_option, MEAN, (*BOTH, name)),
    ]


CASES = [
    *cases(
        fl.poly_loss, poly, ignored, "weight", with_epsilon, epsilon=[-1.0, 0.0, 2.0]
    ),
    *cases(
        fl.generalized_cross_entropy,
        generalized_cross_entropy,
        ignored,
        "weight",
        with_q,
        q=[0.25, 1.0],
    ),
    *cases(
        fl.softmax_focal_loss,
        softmax_focal,
        balanced,
        "alpha",
        with_gamma,
        gamma=[0.0, 0.5, 1.0, 2.0],
    ),
]
