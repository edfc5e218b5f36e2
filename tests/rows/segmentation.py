"""Rows of the losses of overlap."""

import funloss as fl
from tests.row import Row
from tests.rows.arrays import SCORES, P, Q

__all__ = ["ROWS"]

# Two classes of two pixels, and two pixels of four classes, which come last there:
# what is last, pixels or classes, can lie on several devices.
GUESS = [[p, q] for p, q in zip(P, Q, strict=True)]
TRUTH = [[q, p[::-1]] for p, q in zip(P, Q, strict=True)]
LOGITS = [[row, row[::-1]] for row in SCORES]
LABELS = [[0, 3], [1, 1], [2, 0]]
REGIONS, PIXELS = (3, 2), (3, 2, 2)
MISFIT = (
    {"input": (3, 2, 2), "target": (3, 2, 1)},
    "shapes must be equal, got input (3, 2, 2), target (3, 2, 1)",
)
OUTSIDE = tuple(
    (name, (1, 0, 1), x, f"{name} must be in 0..1, got {x} at (1, 0, 1){advice}")
    for name, advice in (
        ("input", ": of scores, pass activation='softmax' or 'sigmoid'"),
        ("target", ""),
    )
    for x in (1.5, -0.25)
)


def negative(*names):
    """Return each option below 0."""
    return tuple(({name: -1.0}, f"{name} must be >= 0, got -1.0") for name in names)


ROWS = [
    Row(
        fl.dice_loss,
        {"input": GUESS, "target": TRUTH},
        REGIONS,
        mask=PIXELS,
        reals={"smooth": 0.625},
        misfit=MISFIT,
        bad_options=(
            *negative("smooth"),
            ({"absent": "drop"}, "absent must be 'count' or 'skip', got 'drop'"),
        ),
        bad_values=OUTSIDE,
    ),
    Row(
        fl.dice_loss,
        {"input": LOGITS, "target": LABELS},
        (3, 4),
        mask=(3, 2, 4),
        options={"activation": "softmax", "axis": -1},
    ),
    Row(
        fl.tversky_loss,
        {"input": GUESS, "target": TRUTH},
        REGIONS,
        mask=PIXELS,
        reals={"alpha": 0.625, "beta": 1.25, "smooth": 0.375},
        misfit=MISFIT,
        bad_options=negative("alpha", "beta", "smooth"),
        bad_values=OUTSIDE,
    ),
    Row(
        fl.generalized_dice_loss,
        {
            "input": GUESS,
            "target": [[[1, 0], [1, 1]], [[0, 1], [1, 0]], [[1, 1], [0, 1]]],
        },
        mask=PIXELS,
        misfit=MISFIT,
        bad_values=tuple(bad for bad in OUTSIDE if bad[0] == "input"),
    ),
]
