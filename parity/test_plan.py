"""What a run of samples leaves out, and what it never does."""

from collections import defaultdict

import pytest

from funloss._registry import LOSSES
from parity.case import DTYPES
from parity.collection import batches
from parity.libraries import LIBRARIES
from parity.plan import everything, samples

EVERY = list(batches())
WHOLE = {batch: everything(batch.calls()) for batch in EVERY}
SEEDS = pytest.mark.parametrize("seed", [0, 1, 2])


def counted(plans):
    """Return how many calls run on each library in each dtype."""
    counts = defaultdict(int)
    for plan in plans.values():
        for kind, places in plan.items():
            counts[kind] += len(places)
    return counts


@SEEDS
def test_every_case_runs_in_all_dtypes_on_every_library_without_a_compiler(seed):
    plans = samples(EVERY, seed)
    assert plans.keys() == WHOLE.keys()
    for batch, plan in plans.items():
        missing = WHOLE[batch].keys() - plan.keys()
        assert all(LIBRARIES[name].mode.library == "jax" for name, _ in missing)
        assert all(places for places in plan.values())
        everywhere = {*range(len(batch.calls()))}
        chosen = {dtype: {*plan.get(("torch", dtype), ())} for dtype in DTYPES}
        assert chosen["float64"] | chosen["float32"] == everywhere
        assert all(chosen[dtype] in ({*()}, everywhere) for dtype in DTYPES[2:])


@SEEDS
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_runs_on_every_library_and_in_two_modes_of_jax(loss, seed):
    own = [batch for batch in EVERY if batch.loss == loss]
    whole = {kind for batch in own for kind in WHOLE[batch]}
    kinds = {kind for plan in samples(own, seed).values() for kind in plan}
    assert kinds <= whole
    (left_out,) = {name for name, _ in whole} - {name for name, _ in kinds}
    assert left_out in {"jax-eager", "jax-jit", "jax-vmap"}


@SEEDS
def test_samples_are_a_fraction_of_everything(seed):
    drawn, whole = counted(samples(EVERY, seed)), counted(WHOLE)
    assert drawn.keys() == whole.keys() == everything(EVERY[0].calls()).keys()
    for kind, count in whole.items():
        few = 10 if LIBRARIES[kind[0]].mode.library == "jax" else 1
        assert drawn[kind] <= count / few


def test_every_call_is_drawn_by_some_seed_in_every_library_and_dtype():
    own = [batch for batch in EVERY if batch.loss == "huber_loss"]
    missing = {
        (batch, kind, place)
        for batch in own
        for kind, places in WHOLE[batch].items()
        for place in places
    }
    for seed in range(4000):
        for batch, plan in samples(own, seed).items():
            missing -= {
                (batch, kind, k) for kind, places in plan.items() for k in places
            }
        if not missing:
            break
    assert not missing


def test_a_seed_draws_the_same_for_a_loss_alone():
    own = [batch for batch in EVERY if batch.loss == "cross_entropy"]
    every = samples(EVERY, 7)
    assert samples(own, 7) == {batch: every[batch] for batch in own}
    assert samples(own, 7) != samples(own, 8)


def test_libraries_and_dtypes_can_be_chosen():
    calls = EVERY[0].calls()
    plan = everything(calls, ["numpy", "jax-vmap"], ["float64", "float16"])
    kinds = [("numpy", "float64"), ("numpy", "float16"), ("jax-vmap", "float64")]
    assert plan == dict.fromkeys(kinds, range(len(calls)))
    assert set(DTYPES) == {dtype for _, dtype in everything(calls)}
