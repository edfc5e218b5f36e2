"""Rows of the losses of a batch against itself."""

import funloss as fl
from tests.row import Row
from tests.rows.arrays import X, not_above

__all__ = ["ROWS"]

ROWS = [
    Row(
        fl.ntxent_loss,
        {"input": X, "target": [0, 0, 1]},
        # In sixteen rows, 11 of one label and 5 of another, as pairs a row.
        mass=(11 * 10 + 5 * 4) / 16,
        together=True,
        options={"temperature": 0.5},
        reals={"temperature": 0.625},
        bad_options=not_above("temperature", 0),
    ),
    Row(
        fl.circle_loss,
        {"input": X, "target": [0, 0, 1]},
        together=True,
        options={"gamma": 2.0, "constant_weights": False},
        reals={"margin": 0.375, "gamma": 1.5},
        bad_options=(({"gamma": 0.0}, "gamma must be > 0, got 0.0"),),
    ),
]
