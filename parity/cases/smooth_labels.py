"""Smoothed labels against their formula."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references.odds import smooth_labels


def plain(rng):
    return {"target": rng.dirichlet(np.ones(4), 3), "label_smoothing": np.asarray(0.25)}


def sure(rng):
    return {"target": np.eye(4)[[2, 0]], "label_smoothing": np.asarray(1.0)}


def masked(rng):
    inputs = plain(rng)
    inputs["where"] = np.asarray([[True, True, False, True], [True] * 4, [False] * 4])
    inputs["target"][0, 2], inputs["target"][2] = np.nan, np.inf
    return inputs


BOTH = ("target", "label_smoothing")

CASES = [
    Case(fl.smooth_labels, smooth_labels, plain, {"axis": [-1, 0]}, BOTH),
    Case(fl.smooth_labels, smooth_labels, sure, {}, BOTH),
    Case(fl.smooth_labels, smooth_labels, masked, {}, BOTH),
]
