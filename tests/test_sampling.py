"""The samples of a run of all tests."""

from itertools import chain

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest
from tests.sampling import sampled

PLACES = [
    pytest.param(loss, id=f"{loss}-{row}", marks=sampled(loss, one_in=3))
    for loss in "abcdefg"
    for row in range(2)
]

@pytest.mark.parametrize("loss", PLACES)
@pytest.mark.parametrize("dtype", ["half", "double"])
def test_losses(loss, dtype):
    pass

@pytest.mark.long
def test_long():
    pass

def test_short():
    pass
"""
# Three of seven losses, once each, and the short test.
SAMPLES, ALL = 4, 7 * 2 * 2 + 2


@pytest.fixture
def taken(pytester):
    """Return a function of options to the names of the tests that are run."""
    pytester.makepyfile(test_a=TESTS)
    pytester.makeini("[pytest]\ntestpaths = .")

    def run(*options):
        record = pytester.inline_run("-p", "tests.sampling", *options)
        passed, skipped, failed = record.listoutcomes()
        assert not skipped + failed
        return [report.nodeid.partition("::")[2] for report in passed]

    return run


def test_a_run_takes_one_loss_in_three_once_and_nothing_that_is_long(taken):
    names = taken()
    assert len(names) == SAMPLES
    assert "test_short" in names
    losses = [name.split("[")[1].split("-")[1] for name in names if "[" in name]
    assert len(set(losses)) == 3


def test_other_seeds_take_others_and_the_same_seed_the_same(taken):
    runs = [taken("--seed", str(seed)) for seed in range(9)]
    assert {len(names) for names in runs} == {SAMPLES}
    assert len({*chain(*runs)}) > 4 * SAMPLES
    assert taken("--seed", "7") == runs[7]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--full"], ALL),
        (["test_a.py"], ALL),
        (["test_a.py::test_long", "--strict-markers"], 1),
        (["-k", "half and b-"], 2),
        (["-m", "long"], 1),
        (["test_a.py", "--seed", "7"], SAMPLES),
    ],
    ids=str,
)
def test_what_is_asked_for_is_run(taken, options, count):
    assert len(taken(*options)) == count


@pytest.mark.parametrize("options", [[], ["--full"]], ids=["samples", "full"])
def test_all_processes_take_the_same(pytester, options):
    pytester.makepyfile(test_a=TESTS)
    command = ["-p", "tests.sampling", "-n", "2", *options]
    result = pytester.runpytest_subprocess(*command)
    result.assert_outcomes(passed=ALL if options else SAMPLES)


def test_the_run_says_how_to_take_the_same(pytester):
    pytester.makepyfile(test_a=TESTS)
    for options, said in (
        (["--seed", "7"], "samples: --seed 7 takes the same*"),
        (["--full"], "samples: none*"),
    ):
        result = pytester.runpytest_inprocess("-p", "tests.sampling", *options)
        result.stdout.fnmatch_lines([said])
    result = pytester.runpytest_inprocess(
        *("-p", "tests.sampling", "--full", "--seed", "7")
    )
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--seed: not allowed with --full*"])
