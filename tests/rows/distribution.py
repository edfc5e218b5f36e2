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
    Row(
        fl.kl_div,
        {"input": LOG_P, "target": P},
        mask=GRID,
        options={"axis": -1},
        bad_options=(({"axis": 2}, "axis must be an integer in -2..1, got 2"),),
    ),
    Row(
        fl.generalized_kl_divergence,
        {"input": LOG_P, "target": P},
        GRID,
        misfit=NO_BROADCAST,
        bad_values=(
            ("target", (1, 0), -0.5, "target must be >= 0, got -0.5 at (1, 0)"),
        ),
    ),
    Row(
        fl.generalized_kl_divergence,
        {"input": LOG_P, "target": LOG_P[::-1]},
        mask=GRID,
        options={"log_target": True, "axis": -1},
    ),
]
