"""Faults of the cross-entropy of linear scores, as a whole and in blocks."""

import functools
import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss.classification._linear_cross_entropy import linear_cross_entropy
from tests.assertions import assert_close

NAN = math.nan
FEATURES = np.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
LAYER = np.asarray([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0], [2.0, 1.0], [1.0, 2.0]])
LABELS = np.asarray([0, 0, 2])


@pytest.mark.parametrize("chunk", [None, 2])
def test_a_label_out_of_range_is_a_fault(chunk):
    t = np.asarray([0, 5, 2])
    loss = functools.partial(linear_cross_entropy, chunk_size=chunk)
    message = re.escape("target must be in 0..4, got 5 at (1,)")
    with pytest.raises(ValueError, match=message):
        loss(FEATURES, LAYER, t)
    x, t = jnp.asarray(FEATURES), jnp.asarray(t)
    with fl.debug_values(), pytest.raises(ValueError, match=message):
        loss(x, LAYER, t)
    value, derivatives = jax.value_and_grad(loss, (0, 1))(x, jnp.asarray(LAYER), t)
    assert_close(value, NAN)
    assert_close(np.isnan(derivatives[0]).any(1), [False, True, False])
    assert np.isnan(derivatives[1]).all()


FAULTS = [
    ({"input": np.zeros(())}, "input must have shape (*, D), got ()"),
    (
        {"input": np.zeros((3, 2, 2))},
        "target must have shape (3, 2), that of the scores without their class axis",
    ),
    ({"linear_weight": np.zeros(2)}, "linear_weight must have shape (C, D) or (C, *d"),
    (
        {"linear_weight": np.zeros((0, 2))},
        "linear_weight must have at least one class, got (0, 2)",
    ),
    (
        {"linear_weight": np.zeros((5, 3))},
        "last axes must be equal, got input (3, 2), linear_weight (5, 3)",
    ),
    (
        {"input": np.zeros(2), "linear_weight": np.zeros((5, 4, 2))},
        "input must have shape (*, N, D) with linear_weight of shape (5, 4, 2), got",
    ),
    ({"linear_bias": np.zeros(4)}, "linear_bias must have shape (5,), got (4,)"),
    ({"linear_bias": 0.5}, "linear_bias must have shape (5,), got ()"),
    ({"weight": np.ones(4)}, "weight must have shape (5,), got (4,)"),
    (
        {"target": np.zeros((3, 1), int)},
        "target must have shape (3,), that of the scores without their class axis, got",
    ),
    (
        {"target": np.zeros(3)},
        "target must have shape (3, 5), that of the scores, got (3,)",
    ),
    (
        {"target": np.zeros((3, 5)), "ignore_index": -100},
        "ignore_index must be None with probabilities, got -100",
    ),
    ({"chunk_size": 0}, "chunk_size must be >= 1, got 0"),
    ({"label_smoothing": 1.5}, "label_smoothing must be >= 0 and <= 1, got 1.5"),
    ({"reduction": "avg"}, "reduction must be 'none', 'mean' or 'sum', got 'avg'"),
]
TYPE_FAULTS = [
    ({"ignore_index": 1.0}, "ignore_index must be a Python integer, got 1.0"),
    ({"chunk_size": 2.0}, "chunk_size must be a Python integer, got 2.0"),
    ({"target": [0, 0, 2]}, "target must be an integer array, got list"),
    ({"target": np.zeros(3, bool)}, "target must be integer, got bool"),
    ({"linear_weight": None}, "linear_weight must be an array, got NoneType"),
    ({"linear_weight": np.zeros((5, 2), complex)}, "linear_weight must be real, got"),
    ({"where": np.ones(3)}, "where must be a boolean array, got float64"),
]


@pytest.mark.parametrize("size", [None, 2])
@pytest.mark.parametrize(
    ("error", "option", "message"),
    [(ValueError, *fault) for fault in FAULTS]
    + [(TypeError, *fault) for fault in TYPE_FAULTS],
    ids=[*map(str, range(len(FAULTS) + len(TYPE_FAULTS)))],
)
def test_static_faults_are_named(error, option, message, size):
    given = {"input": FEATURES, "linear_weight": LAYER, "target": LABELS}
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        linear_cross_entropy(**given | {"chunk_size": size} | option)
