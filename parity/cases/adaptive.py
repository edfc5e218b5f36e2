"""Adaptive log-softmax against torch's module."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import adaptive_log_softmax_with_loss

CUTOFFS = (3, 5)


def plain(rng):
    # 8 classes: 3 in the head, clusters of 2 and 3 with 2 and 1 hidden features.
    return {
        "input": rng.standard_normal((7, 4)),
        "target": np.asarray([0, 7, 3, 2, 4, 5, 6]),
        "head_weight": rng.standard_normal((5, 4)),
        "tail_weights": (
            (rng.standard_normal((2, 4)), rng.standard_normal((2, 2))),
            (rng.standard_normal((1, 4)), rng.standard_normal((3, 1))),
        ),
    }


def biased(rng):
    return plain(rng) | {"head_bias": rng.standard_normal(5)}


def head_only(rng):
    return biased(rng) | {"target": np.asarray([0, 1, 2, 0, 0, 1, 2])}


def sample(rng):
    return biased(rng) | {"input": rng.standard_normal(4), "target": np.asarray(4)}


def large(rng):
    inputs = biased(rng)
    return inputs | {"input": 1e2 * inputs["input"]}


def empty(rng):
    return plain(rng) | {"input": np.zeros((0, 4)), "target": np.zeros(0, dtype=int)}


OURS, TORCH = fl.adaptive_log_softmax_with_loss, adaptive_log_softmax_with_loss
GRID = {"cutoffs": [CUTOFFS]}
PLAIN = ("input", "head_weight", "tail_weights")
BIASED = (*PLAIN, "head_bias")

CASES = [
    Case(OURS, TORCH, plain, [GRID, GRID | {"dtype": ["float32", "float64"]}], PLAIN),
    Case(OURS, TORCH, biased, GRID, BIASED),
    Case(OURS, TORCH, head_only, GRID, BIASED),
    Case(OURS, TORCH, sample, GRID, BIASED),
    # The slopes in a cluster that is certain are nothing but exp(-50) and rounding.
    Case(OURS, TORCH, large, GRID, ("input", "head_weight"), orders=1),
    Case(OURS, TORCH, empty, GRID, PLAIN),
]  # fmt: skip
