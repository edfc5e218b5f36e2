"""Rows of the losses of ordered scores."""

import funloss as fl
from tests.row import Row
from tests.rows.arrays import GRID, SIGNS, X, Y

__all__ = ["ROWS"]

ROWS = [
    Row(
        fl.margin_ranking_loss,
        {"input1": X, "input2": Y, "target": SIGNS},
        GRID,
        reals={"margin": 0.625},
        misfit=(
            {"input1": (3, 1), "input2": (3,), "target": (3, 1)},
            "numbers of dimensions must be equal, got input1 (3, 1), input2 (3,)",
        ),
    ),
]
