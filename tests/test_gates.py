"""What the compiler counts for each loss stays within its limits."""

import inspect

import jax
import pytest

import funloss as fl
from benchmarks.exact import exact_row
from benchmarks.gates import GATES

NO_LOSSES = {
    "array_namespace",
    "debug_values",
    "elementwise_loss",
    "reduce",
    "samplewise_loss",
}


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_counts_are_within_limits(gate):
    row = exact_row(gate)
    over = {
        name: f"{row.counts[name]} > {limit}"
        for name, limit in row.limits.items()
        if row.counts[name] > limit
    }
    assert not over, f"{gate.name}: {over}; jax {jax.__version__}, limits of 0.10.2"


def test_every_public_loss_has_a_gate():
    public = {name for name in fl.__all__ if inspect.isfunction(getattr(fl, name))}
    assert {gate.loss for gate in GATES} == public - NO_LOSSES


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_limit_beyond_its_goal_has_a_reason(gate):
    bounds = [gate.bytes, gate.temporaries, gate.equations]
    missed = any(b and b.goal is not None and b.limit > b.goal for b in bounds)
    assert missed == bool(gate.reason)
