"""Rows of the losses of sequences."""

import funloss as fl
from tests.row import Row
from tests.rows.arrays import LOG_SHARES

__all__ = ["ROWS"]

ROWS = [
    Row(
        fl.ctc_loss,
        {
            "log_probs": [LOG_SHARES] * 5,
            "targets": [[1, 2], [2, 2], [3, 1]],
            "input_lengths": [5, 4, 5],
            "target_lengths": [2, 2, 1],
        },
        samples={"log_probs": 1},
        lists=("input_lengths", "target_lengths"),
        may_be_empty=False,
        bad_options=(({"blank": 4}, "blank must be in 0..3, got 4"),),
        bad_values=(
            (
                "targets",
                (1, 0),
                4,
                "targets must be in 0..3 and not the blank 0, got 4 at (1, 0)",
            ),
        ),
    ),
]
