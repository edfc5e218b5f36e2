"""The expectile loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import ELEMENTS, UNEQUAL, XY
from parity.examples.lines import ERROR, ONE, PAIR
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references import kept
from parity.references.regression import expectile as reference
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((2, 3, 5))
    input[0], target[0] = [0.0, 1.0, -1.0, 4.0, -4.0], 0.0
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["where"] = rng.random((3, 5)) < 0.75
    inputs["input"][2, 0], inputs["where"][2, 0] = np.nan, False
    inputs["target"][1, 4], inputs["where"][1, 4] = np.inf, False
    return inputs


def extreme(rng):
    input = np.asarray([100.0, -100.0, np.inf, -np.inf, np.nan, 1e-3])
    return {"input": input, "target": np.zeros(6)}


def with_expectile(rng):
    return plain(rng) | {"expectile": np.asarray(0.9375)}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
EXPECTILE = fl.expectile_loss
WHERE = kept(reference, input=None, target=None, weight=None)

CASES = [
    Case(EXPECTILE, reference, plain, [GRID, NONE | {"expectile": [0.1, 0.75]}], BOTH),
    Case(EXPECTILE, WHERE, masked, GRID, (*BOTH, "weight")),
    Case(EXPECTILE, reference, extreme, NONE | {"expectile": [0.25]}, BOTH, orders=1),
    Case(EXPECTILE, reference, with_expectile, {"reduction": ["none", "mean"]},
         (*BOTH, "expectile")),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.expectile_loss,
        cases=CASES,
        rows=[
            Row(
                XY,
                ELEMENTS,
                reals={"expectile": 0.625},
                misfit=UNEQUAL,
                bad_options=tuple(
                    ({"expectile": x}, f"expectile must be > 0 and < 1, got {x!r}")
                    for x in (0.0, 1.0, np.nan)
                ),
            )
        ],
        gates=[Gate(2 * MILLION, Limit(2.4, 4.0), Limit(4.2), Limit(28))],
        curve=Curve(
            **ERROR,
            fixed="expectile 0.8",
            arrays=PAIR,
            along=ONE,
            options={"expectile": 0.8},
            reference=reference,
        ),
        number=0.625,
    ),
]
