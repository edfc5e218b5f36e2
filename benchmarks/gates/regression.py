"""Gates of the losses of errors of numbers."""

from benchmarks.gate import Gate, Limit
from benchmarks.gates.shapes import ONE

__all__ = ["GATES"]

GATES = (
    Gate("mse_loss", 2 * ONE, Limit(2.0, 2.0), Limit(0.0), Limit(9)),
    Gate("l1_loss", 2 * ONE, Limit(2.0, 2.0), Limit(0.0), Limit(13)),
    Gate("huber_loss", 2 * ONE, Limit(2.5, 2.5), Limit(0.0), Limit(23)),
    Gate("smooth_l1_loss", 2 * ONE, Limit(2.5, 2.5), Limit(4.2), Limit(26)),
    Gate("poisson_nll_loss", 2 * ONE, Limit(2.5, 2.5), Limit(4.2), Limit(15)),
    Gate("gaussian_nll_loss", 3 * ONE, Limit(2.5, 2.5), Limit(4.2), Limit(25)),
    Gate("log_cosh_loss", 2 * ONE, Limit(1.7, 4.0), Limit(0.0), Limit(22)),
    Gate(
        "mean_absolute_percentage_error",
        2 * ONE,
        Limit(1.7, 4.0),
        Limit(0.0),
        Limit(26),
    ),
    Gate(
        "mean_squared_logarithmic_error",
        2 * ONE,
        Limit(2.4, 4.0),
        Limit(4.2),
        Limit(36),
    ),
    Gate("expectile_loss", 2 * ONE, Limit(2.4, 4.0), Limit(4.2), Limit(28)),
    Gate("quantile_loss", 2 * ONE, Limit(1.7, 4.0), Limit(0.0), Limit(26)),
)
