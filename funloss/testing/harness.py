"""What the checks are built of, for a harness of your own, as `parity` is one.

A call and its outcome:
    `Problem`: a function, its arguments as NumPy arrays, and the derivatives wanted.
    `Outcome`: its values, derivatives and products of the Hessian, as NumPy arrays.
    `Mode`, `mode`: a library, on JAX with a transformation; it runs problems.

What is expected:
    `Expectation`: a problem, and the outcome that it should have, in float64.
    `expect`: make one by evaluating a reference.
    `seeded`, `with_cotangents`: random numbers and cotangents that belong to a name.
    `Grid`, `points`, `words`: options, all choices of them, and a choice in words.

Comparison:
    `checks`: run expectations in a mode, and compare.
    `Check`: one comparison of one array, as `funloss.testing.Report` takes it.
    `TOLERANCES`: how far a result may lie from the reference, by dtype, with reasons.
    `error_in_ulps`, `scales`: the error of each entry, and the size it is taken at.

Arrays:
    `from_numpy`, `to_numpy`, `dtype_name`: to and from the arrays of any library.
    `leaves`, `map_leaves`: the arrays in nested tuples.

Examples:
    >>> import numpy as np
    >>> inputs = {"x": np.asarray([1.0, 2.0])}
    >>> problem = Problem(np.square, ("x",), inputs, options={})
    >>> numpy = mode("numpy")
    >>> expectation = expect(
    ...     problem,
    ...     lambda x: x + 1,
    ...     numpy,
    ...     loss="square",
    ...     call="",
    ...     dtype="float64",
    ...     seed="",
    ... )
    >>> [check] = checks(numpy, [([expectation], 0)])
    >>> check.fault
    '1.0 instead of 2.0 at (0,): 2.25e+15 ulps'
"""

from funloss.testing._harness.arrays import dtype_name, from_numpy, to_numpy
from funloss.testing._harness.check import Check, checks
from funloss.testing._harness.expectation import (
    Expectation,
    expect,
    seeded,
    with_cotangents,
)
from funloss.testing._harness.grid import Grid, points, words
from funloss.testing._harness.modes import Mode, mode
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._harness.tolerance import TOLERANCES
from funloss.testing._harness.tree import leaves, map_leaves
from funloss.testing._harness.ulps import error_in_ulps, scales

__all__ = [
    "TOLERANCES",
    "Check",
    "Expectation",
    "Grid",
    "Mode",
    "Outcome",
    "Problem",
    "checks",
    "dtype_name",
    "error_in_ulps",
    "expect",
    "from_numpy",
    "leaves",
    "map_leaves",
    "mode",
    "points",
    "scales",
    "seeded",
    "to_numpy",
    "with_cotangents",
    "words",
]
