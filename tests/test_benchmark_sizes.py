"""Each case in its sizes, the goals of each row, and the rows that are beyond them."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from benchmarks.goals import COMPILED, GOALS, Goal, beyond, reached
from benchmarks.machine import one_thread
from benchmarks.result import Row
from benchmarks.sizes import LARGE, SIZES, USUAL, Growth, pairs, pairs_in_rows
from benchmarks.tables import beyond_table

ROOT = pathlib.Path(__file__).parents[1]
# In a process of its own, as Keras and others come with settings and warnings.
LISTED = """
import json, sys
from benchmarks import run
told = ["--tiny", "--rounds", "1", "--case", "pdist", "--size"]
status = [run.main([*told, "large", "--size", "usual"])]
try:
    # pdist is as near to the cache as it usually is.
    run.main([*told, "cache"])
except SystemExit as refusal:
    status.append(refusal.code)
cases = [
    (case.group, case.loss, case.size, case.size == "large"
     and case.growth.elements(case.shape))
    for case in run.CASES
]
json.dump({"status": status, "cases": cases}, sys.stderr)
"""


def row(loss, quantity="gradient", **ratios):
    return Row("rows", loss, quantity, "float32", (8,), {"funloss": 1.0}, ratios, 1.0)


@pytest.mark.parametrize(
    ("growth", "usual", "cache", "large"),
    [
        (Growth(), (1 << 20,), (1 << 17,), (1 << 24,)),
        (Growth(), (4096, 1000), (128, 1000), (16384, 1000)),
        (Growth(axis=1), (8, 1 << 18), (8, 1 << 14), (8, 1 << 21)),
        (Growth(elements=pairs), (1024, 64), (512, 64), (4096, 64)),
        (Growth(elements=pairs_in_rows), (64, 256), (2, 256), (256, 256)),
        # As small as it should be, and as large.
        (Growth(), (1 << 17,), None, (1 << 24,)),
        (Growth(), (4096, 32000), (4, 32000), None),
        # One row alone is more than twice too large.
        (Growth(), (4, 300000), None, (64, 300000)),
    ],
    ids=lambda value: f"axis{value.axis}" if isinstance(value, Growth) else str(value),
)
def test_a_shape_is_halved_and_doubled_along_one_axis(growth, usual, cache, large):
    shapes = [growth.shape(usual, size) for size in SIZES]
    assert shapes == [cache, usual, large]


@pytest.fixture(scope="module")
def listed():
    """Return all cases, and the status of runs of some sizes."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LISTED],
        cwd=ROOT,
        env=one_thread(os.environ),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return json.loads(done.stderr.splitlines()[-1])


def test_what_is_compiled_has_sizes_and_what_is_elementwise_has_all(listed):
    sizes = {}
    for group, loss, size, _ in listed["cases"]:
        sizes.setdefault((group, loss), set()).add(size)
    for (group, loss), found in sizes.items():
        assert USUAL in found
        if group == "elementwise":
            assert found == set(SIZES), loss
        if group not in COMPILED:
            assert found == {USUAL}, loss
    assert {group for (group, _), found in sizes.items() if LARGE in found} == {
        *COMPILED
    }


def test_the_largest_array_of_a_large_size_is_about_64_megabytes(listed):
    large = [count for *_, count in listed["cases"] if count]
    assert len(large) > 60
    # A peer holds up to ten of them.
    assert max(large) < 1.5e9 / 4 / 10


def test_a_run_takes_the_sizes_it_is_told(listed):
    assert listed["status"] == [0, 2]


def test_a_row_is_held_against_the_fastest_peer_on_jax():
    slow = row("a", optax=0.5, keras=1.3, torch=0.9, **{"by hand": 1.02})
    rows = [slow, row("b", optax=1.2), row("c", torch=1.5), row("d", rax=1.1)]
    rows += [row("e", "value", optax=9.0, torch=9.0)]
    found = [(each.loss, goal.beside(each)) for each, goal in beyond(rows)]
    assert found == [("c", "torch"), ("a", "keras"), ("b", "optax")]
    lines = beyond_table(rows).lines
    assert [line[-4:] for line in lines][1:] == [
        ["keras", "1.10", "1.30", "1.02"],
        ["optax", "1.10", "1.20", "-"],
    ]


def test_a_goal_of_each_row_is_held_against_the_largest():
    rows = [row("a", torch=4.0), row("a", torch=0.25), row("b", torch=2.0)]
    goal = Goal("each", "torch", 1.0, ("rows",), each=True)
    assert reached(goal, rows) == 4.0
    assert [g.peer for g in GOALS if g.each and g.takes(row("a", torch=1))] == ["torch"]
