"""The squared logarithmic error against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import P, Q
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.references.regression import mean_squared_logarithmic_error as reference
from parity.standard import elementwise


def plain(rng):
    input, target = np.exp(rng.standard_normal((2, 3, 5))) - 0.5
    input[0] = [0.0, 1.0, -0.5, 100.0, 0.0]
    target[0] = [0.0, 1.0, 3.0, 100.5, -0.75]
    return {"input": input, "target": target}


INFOS = [
    elementwise(
        fl.mean_squared_logarithmic_error,
        reference,
        plain=plain,
        extreme={
            "input": [1e4, 0.0, np.inf, 0.0, np.nan, 1e-4, 1e4, -0.9375],
            "target": [0.0, 1e4, 0.0, np.inf, 1.0, 0.0, 10008.0, 1e4],
        },
        hidden={"input": -3.0, "target": np.nan},  # the first has no logarithm
        arrays={"input": P, "target": Q},
        bad_values=tuple(
            (name, (1, 0), value, f"{name} must be > -1, got {value!r} at (1, 0)")
            for name in ("input", "target")
            for value in (-1.0, -1.5)
        ),
        gates=[Gate(2 * MILLION, Limit(2.4, 4.0), Limit(4.2), Limit(36))],
        curve=Curve(
            "prediction",
            (-0.75, 5.0),
            "target 1",
            {"input": f64(0.0), "target": f64(1.0)},
            ONE,
            reference=reference,
        ),
    ),
]
