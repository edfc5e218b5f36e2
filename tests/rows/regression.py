"""Rows of the losses of errors of numbers."""

import numpy as np

import funloss as fl
from tests.row import Row
from tests.rows.arrays import GRID, NO_BROADCAST, UNEQUAL, XY, P, Q, X, Y, not_above

__all__ = ["ROWS"]

ROWS = [
    Row(fl.l1_loss, XY, GRID, misfit=UNEQUAL),
    Row(fl.mse_loss, XY, GRID, misfit=UNEQUAL),
    Row(
        fl.huber_loss,
        XY,
        GRID,
        reals={"delta": 0.625},
        misfit=UNEQUAL,
        bad_options=not_above("delta", 0),
    ),
    Row(
        fl.smooth_l1_loss,
        XY,
        GRID,
        reals={"beta": 0.625},
        misfit=UNEQUAL,
        bad_options=(({"beta": -1.0}, "beta must be > 0, got -1.0"),),
    ),
    Row(fl.poisson_nll_loss, {"input": X, "target": P}, GRID, misfit=NO_BROADCAST),
    Row(
        fl.gaussian_nll_loss,
        {"input": X, "target": Y, "var": P},
        GRID,
        reals={"eps": 1e-3},
        bad_values=(("var", (1, 0), -0.5, "var must be >= 0, got -0.5 at (1, 0)"),),
    ),
    Row(fl.log_cosh_loss, XY, GRID, misfit=UNEQUAL),
    Row(
        fl.mean_absolute_percentage_error,
        XY,
        GRID,
        reals={"eps": 0.625},
        misfit=UNEQUAL,
        bad_options=not_above("eps", 0),
    ),
    Row(
        fl.mean_squared_logarithmic_error,
        {"input": P, "target": Q},
        GRID,
        misfit=UNEQUAL,
        bad_values=tuple(
            (name, (1, 0), value, f"{name} must be > -1, got {value!r} at (1, 0)")
            for name in ("input", "target")
            for value in (-1.0, -1.5)
        ),
    ),
    Row(
        fl.expectile_loss,
        XY,
        GRID,
        reals={"expectile": 0.625},
        misfit=UNEQUAL,
        bad_options=tuple(
            ({"expectile": x}, f"expectile must be > 0 and < 1, got {x!r}")
            for x in (0.0, 1.0, np.nan)
        ),
    ),
    Row(
        fl.quantile_loss,
        XY,
        GRID,
        reals={"tau": 0.625},
        misfit=UNEQUAL,
        bad_options=tuple(
            ({"tau": x}, f"tau must be > 0 and < 1, got {x!r}")
            for x in (0.0, 1.0, np.nan)
        ),
    ),
    Row(
        fl.quantile_loss,
        {"input": X, "target": [0.25, 1.0, -0.5]},
        GRID,
        options={"tau": np.asarray([0.25, 0.875])},
    ),
]
