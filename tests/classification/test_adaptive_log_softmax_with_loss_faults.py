"""Faults of the adaptive softmax that shapes, dtypes and options show."""

import re

import jax.numpy as jnp
import numpy as np
import pytest
import torch

from funloss.classification._adaptive_log_softmax_with_loss import (
    adaptive_log_softmax_with_loss,
)

CUTOFFS = [2, 4]
HEAD = np.zeros((4, 1))
TAIL = [(np.ones((1, 1)), np.ones((2, 1))), (np.zeros((0, 1)), np.zeros((3, 0)))]
EVERY = np.arange(7)
ONE = np.ones((1, 1))
FAULTS = [
    ({"cutoffs": []}, "cutoffs must be increasing Python integers >= 1, got []"),
    ({"cutoffs": [4, 2]}, "cutoffs must be increasing Python integers >= 1, got"),
    ({"cutoffs": [0, 2]}, "cutoffs must be increasing Python integers >= 1, got"),
    ({"cutoffs": [2, 4.0]}, "cutoffs must be increasing Python integers >= 1, got"),
    ({"cutoffs": 2}, "cutoffs must be increasing Python integers >= 1, got 2"),
    ({"cutoffs": [2]}, "tail_weights must be 1 pairs, one a cutoff, got 2"),
    ({"tail_weights": None}, "tail_weights must be 2 pairs, one a cutoff, got none"),
    ({"tail_weights": [TAIL[0], ONE]}, "tail_weights[1] must be a pair of arrays, got"),
    ({"input": ONE[None]}, "input must have shape (D) or (N, D), got (1, 1, 1)"),
    ({"target": ONE.astype(int)}, "target must have shape (7,), got (1, 1)"),
    ({"input": ONE[0], "target": EVERY[:1]}, "target must have shape (), got (1,)"),
    ({"head_weight": HEAD[:3]}, "head_weight must have shape (4, 1), got (3, 1)"),
    ({"head_bias": HEAD}, "head_bias must have shape (4,), got (4, 1)"),
    (
        {"tail_weights": [(ONE, ONE), TAIL[1]]},
        "tail_weights[0][1] must have shape (2, 1), got (1, 1)",
    ),
    (
        {"tail_weights": [(np.ones((1, 2)), TAIL[0][1]), TAIL[1]]},
        "tail_weights[0][0] must have shape (1, 1), got (1, 2)",
    ),
    (
        {"tail_weights": [TAIL[0], (ONE, np.ones((0, 1)))]},
        "tail_weights[1][1] must have shape (1, 1), got (0, 1)",
    ),
    (
        {"tail_weights": [TAIL[0], (1.0, 1.0)]},
        "tail_weights[1][0] must have shape (0, 1), got ()",
    ),
    ({"reduction": "avg"}, "reduction must be 'none', 'mean' or 'sum', got 'avg'"),
]
TYPE_FAULTS = [
    ({"target": EVERY.tolist()}, "target must be an integer array, got list"),
    ({"target": EVERY * 1.0}, "target must be integer, got float64"),
    ({"tail_weights": [TAIL[0], (ONE, None)]}, "tail_weights[1][1] must be an array"),
]


@pytest.mark.parametrize(
    ("error", "option", "message"),
    [(ValueError, *fault) for fault in FAULTS]
    + [(TypeError, *fault) for fault in TYPE_FAULTS],
    ids=[*map(str, range(len(FAULTS) + len(TYPE_FAULTS)))],
)
def test_static_faults_are_named(error, option, message):
    given = {"input": np.ones((7, 1)), "target": EVERY, "head_weight": HEAD}
    given |= {"tail_weights": TAIL, "cutoffs": CUTOFFS} | option
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        adaptive_log_softmax_with_loss(**given)


def test_two_libraries_are_named():
    x, t, head = jnp.ones((7, 1)), jnp.asarray(EVERY), jnp.asarray(HEAD)
    tail = [TAIL[0], (torch.ones(1, 1), torch.ones(3, 1))]
    message = "arrays must come from one library, got input jax, head_weight jax, tail"
    with pytest.raises(TypeError, match=message):
        adaptive_log_softmax_with_loss(x, t, head, tail, cutoffs=CUTOFFS)
