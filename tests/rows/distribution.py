"""Rows of the losses of probability distributions."""

import funloss as fl
from tests.row import Row
from tests.rows.arrays import GRID, LOG_P, NO_BROADCAST, P

__all__ = ["ROWS"]

ROWS = [
    Row(fl.kl_div, {"input": LOG_P, "target": P}, GRID, misfit=NO_BROADCAST),
    Row(
        fl.kl_div,
        {"input": LOG_P, "target": LOG_P[::-1]},
        GRID,
        options={"log_target": True},
    ),
]
