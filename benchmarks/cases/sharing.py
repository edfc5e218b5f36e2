"""Losses that keep on a CPU what they compute again elsewhere: both ways, on a CPU."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.case import OURS, Case
from benchmarks.cases import (
    classification,
    cross_entropy,
    elementwise,
    ranking,
    regression,
    reinforcement,
    rows,
)
from benchmarks.sharing_page import RECOMPUTED, SHARING

__all__ = ["CASES"]

_OTHERS = (
    *elementwise.CASES,
    *cross_entropy.CASES,
    *regression.CASES,
    *classification.CASES,
    *ranking.CASES,
    *reinforcement.CASES,
    *rows.CASES,
)
_LOSSES = (
    "cross_entropy",
    "poly_loss",
    "softmax_focal_loss",
    "generalized_cross_entropy",
    "mean_squared_logarithmic_error",
    "huber_loss",
    "ranking_softmax_loss",
    "pairwise_hinge_loss",
    "categorical_td_loss",
    "cosine_similarity",
    "pdist",
)


def _cases() -> Iterator[Case]:
    for case in _OTHERS:
        if case.loss in _LOSSES and case.quantity == "gradient":
            ours = case.calls[OURS]
            calls = {OURS: ours, RECOMPUTED: ours.as_elsewhere}
            yield replace(case, group=SHARING, calls=calls, growth=None)


CASES = list(_cases())
