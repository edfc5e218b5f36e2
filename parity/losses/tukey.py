"""Tukey's biweight loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.examples.shapes import MILLION
from parity.references.regression import tukey
from parity.standard import Real, elementwise

FAR = (100.0, -100.0, np.inf, -np.inf, np.nan, 0.25)

INFOS = [
    elementwise(
        fl.tukey_loss,
        tukey,
        reals={"scale": Real(2.0, (1.0, 4.0), "> 0")},
        extreme={"input": FAR, "target": [0.0] * len(FAR)},
        gates=[Gate(2 * MILLION, Limit(2.4, 4.0), Limit(4.2), Limit(33))],
        drawn_with={"scale": 2.0},
    ),
]
