"""Curves of the losses of errors of numbers."""

from parity.curve import Curve
from parity.curves.lines import ERROR, ONE, PAIR
from parity.differences.arrays import f64
from parity.references.quantile import quantile
from parity.references.regression import (
    expectile,
    log_cosh,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
)

__all__ = ["CURVES"]

CURVES = [
    Curve("l1_loss", **ERROR, fixed="target 0", arrays=PAIR, along=ONE),
    Curve("mse_loss", **ERROR, fixed="target 0", arrays=PAIR, along=ONE),
    Curve("huber_loss", **ERROR, fixed="delta 1", arrays=PAIR, along=ONE),
    Curve(
        "smooth_l1_loss",
        **ERROR,
        fixed="beta 0.5",
        arrays=PAIR,
        along=ONE,
        options={"beta": 0.5},
    ),
    Curve(
        "poisson_nll_loss",
        "logarithm of the rate",
        (-2.0, 3.0),
        "a count of 3",
        {"input": f64(0.0), "target": f64(3.0)},
        ONE,
    ),
    Curve(
        "gaussian_nll_loss",
        "variance",
        (0.25, 4.0),
        "an error of 1",
        {"input": f64(1.0), "target": f64(0.0), "var": f64(0.0)},
        {"var": f64(1.0)},
    ),
    Curve(
        "log_cosh_loss",
        **ERROR,
        fixed="target 0",
        arrays=PAIR,
        along=ONE,
        reference=log_cosh,
    ),
    Curve(
        "mean_absolute_percentage_error",
        "prediction",
        (-1.0, 5.0),
        "target 2",
        {"input": f64(0.0), "target": f64(2.0)},
        ONE,
        reference=mean_absolute_percentage_error,
    ),
    Curve(
        "mean_squared_logarithmic_error",
        "prediction",
        (-0.75, 5.0),
        "target 1",
        {"input": f64(0.0), "target": f64(1.0)},
        ONE,
        reference=mean_squared_logarithmic_error,
    ),
    Curve(
        "expectile_loss",
        **ERROR,
        fixed="expectile 0.8",
        arrays=PAIR,
        along=ONE,
        options={"expectile": 0.8},
        reference=expectile,
    ),
    Curve(
        "quantile_loss",
        **ERROR,
        fixed="tau 0.8",
        arrays=PAIR,
        along=ONE,
        options={"tau": 0.8},
        reference=quantile,
    ),
]
