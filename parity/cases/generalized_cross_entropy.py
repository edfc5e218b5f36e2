"""Generalized cross-entropy against its formula, from labels and probabilities."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import kept
from parity.references.odds import generalized_cross_entropy


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
    return {"input": rng.standard_normal((2, 3, 4)),
            "target": rng.integers(0, 4, (2, 3), dtype=np.int32)}  # fmt: skip


def masked(rng):
    inputs = probabilities(rng)
    inputs["where"] = np.asarray([True, False, True, True, False, True])
    inputs["input"][1], inputs["target"][4] = np.nan, np.inf
    return inputs


def far(rng):
    input = np.asarray([[1e4, -1e4, 0.0], [1e4, -1e4, 0.0], [20.0, 0.0, -20.0]])
    input = np.concatenate([input, [[1.0, -np.inf, 0.0], [40.0, 0.0, 1.0]]])
    return {"input": input, "target": np.asarray([0, 1, 0, 2, 0])}


def with_option(rng):
    return probabilities(rng) | {"q": np.asarray(0.625)}


NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
WHERE = kept(generalized_cross_entropy, input=1, target=1)
LOSS = fl.generalized_cross_entropy

CASES = [
    Case(LOSS, generalized_cross_entropy, plain, NONE | {"q": [0.25, 1.0]}),
    Case(LOSS, generalized_cross_entropy, ignored, {"reduction": ["mean", "sum"]},
         ("input", "weight")),
    Case(LOSS, generalized_cross_entropy, probabilities,
         NONE | {"q": [0.25, 1.0]}, BOTH),
    Case(LOSS, generalized_cross_entropy, spatial, NONE | {"axis": [-1]}),
    Case(LOSS, WHERE, masked, {"reduction": ["mean"]}, BOTH),
    Case(LOSS, generalized_cross_entropy, far, NONE, orders=1),
    Case(LOSS, generalized_cross_entropy, with_option, {"reduction": ["mean"]},
         (*BOTH, "q")),
]  # fmt: skip
