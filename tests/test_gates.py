"""What the compiler counts for each loss stays within its limits."""

import jax
import pytest

from benchmarks.exact import exact_row
from benchmarks.gates import GATES
from funloss._registry import LOSSES
from tests.sampling import COMPILED, sampled


@pytest.mark.parametrize(
    "gate",
    [pytest.param(x, id=x.name, marks=sampled(x.loss, one_in=COMPILED)) for x in GATES],
)
def test_counts_are_within_limits(gate):
    row = exact_row(gate)
    over = {
        name: f"{row.counts[name]} > {limit}"
        for name, limit in row.limits.items()
        if row.counts[name] > limit
    }
    assert not over, f"{gate.name}: {over}; jax {jax.__version__}, limits of 0.10.2"


def test_every_public_loss_has_a_gate():
    assert {gate.loss for gate in GATES} == set(LOSSES)


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_limit_beyond_its_goal_has_a_reason(gate):
    bounds = [gate.bytes, gate.temporaries, gate.equations, gate.cpu_temporaries]
    missed = any(b and b.goal is not None and b.limit > b.goal for b in bounds)
    assert missed == bool(gate.reason)
