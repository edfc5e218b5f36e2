"""Faults that torch passes over, or reports otherwise."""

from parity.deviation import Deviation, Gives, Raises, Warns
from parity.differences.arrays import NAN, f64, ints

PAIR = {"input": f64(0.5, 2.0), "target": f64(0.0, 1.0)}
SCORES = f64([0.5, -1.0, 0.25], [1.0, 0.0, 2.0])

FAULTS = [
    Deviation(
        "cross_entropy",
        {"input": SCORES, "target": ints(3, 3)},
        reference=Raises(IndexError, "Target 3 is out of bounds"),
        ours=Raises(ValueError, "target must be in 0..2, got 3 at (0,)"),
        jax=Gives(NAN, {"input": NAN}),
        why="a wrong value is a ValueError; JAX reads no values, so it poisons",
    ),
    Deviation(
        "nll_loss",
        {"input": SCORES, "target": ints(0, -1)},
        options={"reduction": "sum"},
        reference=Raises(IndexError, "Target -1 is out of bounds"),
        ours=Raises(ValueError, "target must be"),
        jax=Gives(NAN),
        why="a wrong value is a ValueError; JAX reads no values, so it poisons",
    ),
    Deviation(
        "binary_cross_entropy",
        {"input": f64(1.5), "target": f64(1.0)},
        reference=Raises(RuntimeError, "between 0 and 1"),
        ours=Raises(ValueError, "input must be in 0..1, got 1.5"),
        jax=Gives(NAN, {"input": [NAN]}),
        why="a wrong value is a ValueError; JAX reads no values, so it poisons",
    ),
    Deviation(
        "cross_entropy",
        {"input": SCORES, "target": ints(0, 1)},
        options={"label_smoothing": -0.5, "reduction": "sum"},
        reference=Gives(2.902168214236183, digits=1),
        ours=Raises(ValueError, "label_smoothing must be >= 0 and <= 1, got -0.5"),
        why="torch takes it for 0 without a word",
    ),
    Deviation(
        "mse_loss",
        PAIR,
        options={"reduction": "elementwise_mean"},
        reference=Warns("deprecated"),
        ours=Raises(ValueError, "reduction must be 'none', 'mean' or 'sum'"),
        why="one name for one thing",
    ),
    Deviation(
        "mse_loss",
        PAIR,
        options={"size_average": False},
        reference=Warns("size_average and reduce args will be deprecated"),
        ours=Raises(TypeError, "size_average"),
        why="deprecated in torch before this library began",
    ),
    Deviation(
        "kl_div",
        PAIR,
        reference=Warns("reduction: 'mean' divides the total loss by both"),
        ours=Gives(-1.0),
        why="the docstring says it; a warning at every step helps nobody",
    ),
    Deviation(
        "triplet_margin_loss",
        dict.fromkeys(("anchor", "positive", "negative"), f64([0.0, 0.0])),
        options={"margin": NAN},
        reference=Gives(NAN),
        ours=Raises(ValueError, "margin must be > 0, got nan"),
        why="nan is not greater than 0",
    ),
    Deviation(
        "multi_margin_loss",
        {"input": SCORES, "target": ints(3, 0)},
        reference=Raises(RuntimeError, "target out of range"),
        ours=Raises(ValueError, "target must be in 0..2, got 3 at (0,)"),
        jax=Gives(NAN),
        why="a wrong value is a ValueError; JAX reads no values, so it poisons",
    ),
    Deviation(
        "multilabel_margin_loss",
        {"input": SCORES, "target": ints([0, -1, 3], [1, -1, -1])},
        reference=Raises(RuntimeError, "'target' is out of range"),
        ours=Raises(ValueError, "target must be in -1..2, got 3 at (0, 2)"),
        jax=Gives(NAN),
        why="a wrong value is a ValueError; JAX reads no values, so it poisons",
    ),
    Deviation(
        "gaussian_nll_loss",
        {**PAIR, "var": f64(1.0, -1.0)},
        reference=Raises(ValueError, "var has negative entry/entries"),
        ours=Raises(ValueError, "var must be >= 0, got -1.0 at (1,)"),
        jax=Gives(NAN, {"input": [0.25, NAN]}),
        why="JAX reads no values, so it poisons",
    ),
    Deviation(
        "gaussian_nll_loss",
        PAIR,
        options={"var": 1},
        reference=Raises(TypeError, "int"),
        ours=Gives(0.3125),
        why="a variance of 1 is a variance of 1.0",
    ),
]
