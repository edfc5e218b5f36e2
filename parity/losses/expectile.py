"""The expectile loss against its formula."""

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.examples.shapes import MILLION
from parity.references.regression import expectile
from parity.standard import Real, elementwise

INFOS = [
    elementwise(
        fl.expectile_loss,
        expectile,
        reals={"expectile": Real(0.9375, (0.1, 0.75), "> 0 and < 1")},
        gates=[Gate(2 * MILLION, Limit(2.4, 4.0), Limit(4.2), Limit(28))],
        drawn_with={"expectile": 0.8},
        number=0.625,
    ),
]
