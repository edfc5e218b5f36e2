"""The page of versions: what the project file says, what is public, and threads."""

import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import funloss.testing.harness
from docs.making import api

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def rows():
    """Return the cells of the table of versions by their package."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {package: rest for package, *rest in cells[2:]}


def floors(requirements):
    found = (re.fullmatch(r"([\w-]+)(?:>=([\d.]+))?", text) for text in requirements)
    return {match[1]: match[2] or "any" for match in found}


def test_the_table_has_the_versions_of_the_project():
    known = re.findall(r"Python :: (3\.\d+)\b", "\n".join(PROJECT["classifiers"]))
    found = rows()
    assert found.pop("Python") == [known[0], known[-1], "always"]
    assert PROJECT["requires-python"] == f">={known[0]}"
    needed = {name: cells[0] for name, cells in found.items() if cells[2] == "always"}
    assert needed == floors(PROJECT["dependencies"])
    extras = {name: cells[0] for name, cells in found.items() if name not in needed}
    assert extras == floors(EXTRAS["jax"]) | floors(EXTRAS["torch"])
    assert f"torch=={found['torch'][1]}" in EXTRAS["parity"]


# Eight threads meet at a barrier, then each loss is imported and called for the first
# time by all of them; a switch of many threads makes a race likelier.
THREADS = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
import numpy as np
import funloss as fl
sys.setswitchinterval(1e-6)
x, y = np.linspace(0.1, 0.9, 24).reshape(2, 3, 4)
labels = np.asarray([3, 0, 1])
CALLS = {
    "mse_loss": (x, y), "huber_loss": (x, y), "kl_div": (x, y), "hinge_loss": (x, 1.0),
    "cross_entropy": (x, labels), "triplet_margin_loss": (x, y, x), "pdist": (x,),
    "ntxent_loss": (x, labels), "ranking_softmax_loss": (x, y), "dice_loss": (x, y),
}
JAX = len(sys.argv) > 1
if JAX:
    import jax.numpy as jnp
    CALLS = {name: tuple(map(jnp.asarray, a)) for name, a in CALLS.items()}
barrier = threading.Barrier(8)
def run(number):
    found = {}
    for name, arrays in CALLS.items():
        barrier.wait()
        found[name] = np.asarray(getattr(fl, name)(*arrays)).tolist()
    return found
with ThreadPoolExecutor(8) as pool:
    first, *others = pool.map(run, range(8))
assert all(found == first for found in others)
assert first == {n: np.asarray(getattr(fl, n)(*a)).tolist() for n, a in CALLS.items()}
print("alike")
"""


@pytest.mark.parametrize("library", [[], ["jax"]], ids=["numpy", "jax"])
def test_the_first_calls_of_several_threads_agree(library):
    command = [sys.executable, "-c", THREADS, *library]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.stdout == "alike\n", done.stderr


def test_the_extras_of_the_table_exist():
    named = itertools.chain(
        *(re.findall("`(.*)`", cells[2]) for cells in rows().values())
    )
    assert set(named) == {"jax", "torch"} <= set(EXTRAS)


def test_the_reference_has_every_part_of_the_harness():
    shown = re.findall("`(.*?)`", api.harness())
    assert set(funloss.testing.harness.__all__) <= set(shown)
