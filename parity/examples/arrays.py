"""Inputs of rows that several losses share, and faults that several losses have."""

import numpy as np

X = [[0.5, -1.25], [2.0, 0.25], [-0.75, 1.5]]
Y = [[0.25, 1.0], [-0.5, 0.75], [1.25, -1.5]]
Z = [[1.5, 0.5], [0.75, -2.0], [-1.0, 0.375]]
P = [[0.25, 0.5], [0.75, 0.125], [0.375, 0.875]]
Q = [[0.5, 0.75], [0.25, 0.625], [0.875, 0.25]]
LOG_P = np.log([[0.25, 0.75], [0.5, 0.5], [0.125, 0.875]]).tolist()
SCORES = [
    [0.5, -1.25, 2.0, -0.375],
    [0.25, -0.875, 1.5, 0.625],
    [-0.5, 1, 0.125, -1.75],
]
CLASSES = [2, 0, 1]
PLUS_MINUS = [[1, -1], [-1, -1], [1, 1]]
ELEMENTS = (3, 2)
SHARES = [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.3, 0.1, 0.5, 0.1]]
LOG_SHARES = np.log(SHARES).tolist()


UNEQUAL = (
    {"input": (3, 1), "target": (3,)},
    "shapes must be equal, got input (3, 1), target (3,)",
)
APART = {"input": (3,), "target": (2,)}
NO_BROADCAST = (APART, "shapes must broadcast, got input (3,), target (2,)")


def bad_labels(shape):
    """Return labels just out of range on each side, and torch's -100."""
    place = (1,) * len(shape)
    return tuple(
        ("target", place, label, f"target must be in 0..3, got {label} at {place}")
        for label in (4, -1, -100)
    )


def not_above(name, bound, rule=">"):
    """Return an option below its bound, and one that is nan."""
    rule = f"{name} must be {rule} {bound}, got"
    return (({name: bound - 1.0}, f"{rule} {bound - 1.0}"), ({name: np.nan}, rule))


SMOOTHING = "label_smoothing must be >= 0 and <= 1, got"
BAD_SMOOTHING = (
    ({"label_smoothing": -0.5}, f"{SMOOTHING} -0.5"),
    ({"label_smoothing": 1.5}, f"{SMOOTHING} 1.5"),
)
OUTSIDE = tuple(
    (name, (1, 0), value, f"{name} must be in 0..1, got {value!r} at (1, 0){advice}")
    for name, advice in (
        ("input", ": of logits it is binary_cross_entropy_with_logits"),
        ("target", ""),
    )
    for value in (1.5, -0.25, np.nan)
)
XY = {"input": X, "target": Y}
ROW_MISFIT = (
    {"input": (3, 2), "target": (3, 1)},
    "target must have shape (3,), that of input (3, 2) without axis 1, got (3, 1)",
)
TRIPLET = {"anchor": X, "positive": Y, "negative": Z}
TRIPLET_MISFIT = (
    {"anchor": (3, 2), "positive": (3, 2), "negative": (2,)},
    "numbers of dimensions must be equal, got anchor (3, 2), positive (3, 2)",
)

# Why a number may not be the target of every element.
ONE_ROW = "a label is an integer of one row"
NO_DISTRIBUTION = "one number is no distribution over classes"
NO_ORDER = "items that are all as relevant have no order to learn"
