"""Rows of the losses of vectors and distances."""

import numpy as np

import funloss as fl
from tests.row import Row
from tests.rows.arrays import (
    GRID,
    NO_BROADCAST,
    SIGNS,
    TRIPLET,
    TRIPLET_MISFIT,
    XY,
    X,
    Y,
    not_above,
)

__all__ = ["ROWS"]

ROWS = [
    Row(
        fl.hinge_embedding_loss,
        {"input": X, "target": SIGNS},
        GRID,
        reals={"margin": 0.625},
        misfit=NO_BROADCAST,
    ),
    Row(
        fl.cosine_embedding_loss,
        {"input1": X, "input2": Y, "target": [1, -1, 1]},
        reals={"margin": -0.25},
    ),
    Row(fl.cosine_similarity, {"x1": X, "x2": Y}),
    Row(
        fl.cosine_distance,
        XY,
        misfit=NO_BROADCAST,
        bad_options=(
            ({"eps": -1.0}, "eps must be >= 0, got -1.0"),
            ({"axis": 2}, "axis must be an integer in -2..1, got 2"),
        ),
    ),
    Row(
        fl.triplet_margin_loss,
        TRIPLET,
        reals={"margin": 2.5},
        misfit=TRIPLET_MISFIT,
        bad_options=not_above("margin", 0),
    ),
    Row(
        fl.triplet_margin_loss,
        TRIPLET,
        options={"p": 3.0, "swap": True, "margin": 2.5},
        bad_options=(({"p": np.nan}, "p must be a number, got nan"),),
    ),
    Row(
        fl.triplet_margin_with_distance_loss,
        TRIPLET,
        reals={"margin": 2.5},
        misfit=TRIPLET_MISFIT,
        bad_options=not_above("margin", 0),
    ),
    Row(
        fl.pairwise_distance,
        {"x1": X, "x2": Y},
        misfit=(
            {"x1": (3, 2), "x2": (3, 3)},
            "shapes must broadcast, got x1 (3, 2), x2 (3, 3)",
        ),
        bad_options=(({"eps": np.nan}, "eps must be a number, got nan"),),
    ),
    Row(fl.pdist, {"input": X}, together=True),
]
