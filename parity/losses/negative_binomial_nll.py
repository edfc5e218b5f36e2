"""Negative log-likelihood of negative binomial counts against torch's."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, P, X
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references import kept
from parity.references.likelihoods import negative_binomial_nll
from parity.row import Row

SEEN = [[0.25, 3.0], [1.0, 0.5], [7.0, 2.0]]


def logits(rng):
    target = rng.poisson(3.0, (3, 5)).astype(float)
    target[0] = [0.0, 0.5, 1.0, 4.0, 40.0]
    count = np.exp2(rng.uniform(-3.0, 6.0, (3, 5)))
    count[1] = [1.0, 0.125, 4.0, 10.0, 64.0]  # torch loses digits beyond
    return {"input": rng.standard_normal((3, 5)), "target": target} | {
        "total_count": count
    }


def means(rng):
    inputs = logits(rng)
    # Equal to a count, and to a target.
    inputs["input"] = np.exp(inputs["input"] + 1)
    inputs["input"][1, 1], inputs["input"][0, 3] = 0.125, 4.0
    return inputs


def inflated(rng):
    gate = rng.standard_normal((3, 5))
    gate[0, 0] = -3.0
    return logits(rng) | {"gate": gate}


def column_counts(rng):
    own = {"total_count": rng.random(5) + 0.25, "weight": rng.random((3, 5))}
    return logits(rng) | own


def masked(rng):
    inputs = logits(rng) | {"where": rng.random((3, 5)) < 0.75}
    for name, place, value in (
        ("input", (2, 0), np.nan),
        ("target", (2, 4), -1.0),
        ("total_count", (1, 1), 0.0),
    ):
        inputs[name][place], inputs["where"][place] = value, False
    return inputs


def extreme(rng):
    input = np.asarray([100.0, -100.0, np.nan, 1.0])
    target, count = np.asarray([0, 3, 2, 500.0]), np.asarray([1, 0.5, 1, 9.0])
    return {"input": input, "target": target, "total_count": count}


def empty(rng):
    return dict.fromkeys(ALL, np.zeros((0, 3)))


LOSS, GRID = fl.negative_binomial_nll_loss, {"reduction": ["none", "mean", "sum"]}
ALL, NONE = ("input", "target", "total_count"), {"reduction": ["none"]}
BOTH = ("input", "total_count")
WHERE = kept(negative_binomial_nll, **dict.fromkeys(ALL))
FULL = {"full": [False, True]}

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            # torch's second derivative of gammaln is right to nine digits alone.
            Case(LOSS, negative_binomial_nll, logits, [GRID, FULL], ALL, orders=1),
            Case(
                LOSS,
                negative_binomial_nll,
                means,
                NONE | FULL | {"parameter": ["mean", "log_mean"]},
                ALL,
                orders=1,
            ),
            Case(
                LOSS,
                negative_binomial_nll,
                means,
                {"parameter": ["mean", "log_mean", "logits"]},
            ),
            Case(
                LOSS,
                negative_binomial_nll,
                inflated,
                GRID,
                ("input", "gate"),
            ),
            Case(
                LOSS,
                negative_binomial_nll,
                inflated,
                NONE | FULL,
                (*BOTH, "gate"),
                orders=1,
            ),
            Case(
                LOSS,
                negative_binomial_nll,
                column_counts,
                GRID,
                (*BOTH, "weight"),
                orders=1,
            ),
            Case(LOSS, WHERE, masked, GRID, ALL, orders=1),
            Case(LOSS, negative_binomial_nll, extreme, NONE, BOTH, orders=1),
            Case(LOSS, negative_binomial_nll, empty, {"reduction": ["mean"]}, ALL),
        ],
        rows=[
            Row(
                {"input": X, "target": SEEN, "total_count": P},
                ELEMENTS,
                bad_options=(
                    (
                        {"parameter": "probs"},
                        "parameter must be 'logits', 'mean' or 'log_mean', got 'probs'",
                    ),
                ),
                bad_values=(
                    ("target", (1, 0), -0.5, "target must be >= 0, got -0.5 at (1, 0)"),
                    (
                        "total_count",
                        (1, 0),
                        0.0,
                        "total_count must be > 0, got 0.0 at (1, 0)",
                    ),
                ),
            ),
            Row(
                {"input": P, "target": SEEN, "total_count": P},
                ELEMENTS,
                options={"parameter": "mean", "full": True},
                bad_values=(
                    ("input", (1, 0), -0.5, "input must be >= 0, got -0.5 at (1, 0)"),
                ),
            ),
        ],
        gates=[
            Gate(3 * MILLION, Limit(2.3, 2.5), Limit(4.2), Limit(106)),
            Gate(
                3 * MILLION,
                Limit(11),
                Limit(30),
                Limit(331),
                wrt=(0, 2),
                options={"parameter": "log_mean"},
            ),
        ],
        curve=Curve(
            "logarithm of the mean",
            (-2.0, 4.0),
            "a count of 3, total_count 2",
            {"input": f64(0.0), "target": f64(3.0), "total_count": f64(2.0)},
            {"input": f64(1.0)},
            options={"parameter": "log_mean"},
            reference=negative_binomial_nll,
        ),
        number=0.5,
    ),
]
